"""The pins of a stack file, read out of a real git repository."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from slipway.failure import Failure
from slipway.history.pins import is_shallow, pinned

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PIN = "config:\n  slipway:release:\n    current: {{digest: '{}', model_package_arn: a}}\n"


@pytest.fixture
def commit(tmp_path: Path) -> Callable[[str | None, str], None]:
    """Commit a text of the stack file, or its deletion, in a repository that is a folder inside another one."""
    project = tmp_path / "team" / "project"
    project.mkdir(parents=True)
    isolated = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}

    def git(*words: str) -> None:
        who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")
        subprocess.run(["git", *who, *words], cwd=project, check=True, capture_output=True, env=isolated)

    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True, env=isolated)
    file = project / "Pulumi.dev.yaml"

    def make(text: str | None, subject: str) -> None:
        if text is None:
            file.unlink()
        else:
            file.write_text(text)
        git("add", "-A", ".")
        git("commit", "-q", "--allow-empty", "-m", subject)

    return make


def test_every_change_of_the_current_release_is_found_once(commit: Callable[..., None], tmp_path: Path) -> None:
    commit("config: {}\n", "Begin")
    commit(PIN.format("aaaaaaaa"), "Release one")
    commit("# a comment\n" + PIN.format("aaaaaaaa"), "Say more")
    commit(PIN.format("bbbbbbbb"), "Release two\n\nwith a body")
    commit(PIN.format("aaaaaaaa"), "Roll back")
    found = pinned(tmp_path / "team/project/Pulumi.dev.yaml")
    assert [(one.subject, one.release and one.release["digest"]) for one in found] == [
        ("Release one", "aaaaaaaa"),
        ("Release two", "bbbbbbbb"),
        ("Roll back", "aaaaaaaa"),
    ]
    assert {one.author for one in found} == {"Ann"}
    assert all(one.when.tzinfo is not None and len(one.commit) == 40 for one in found)


def test_a_file_that_was_gone_or_torn_for_a_while_is_read_around(commit: Callable[..., None], tmp_path: Path) -> None:
    commit(PIN.format("aaaaaaaa"), "Release one")
    commit("<<<<<<< HEAD\n" + PIN.format("cccccccc") + "=======\n", "Tear it")
    commit(None, "Delete it")
    commit(PIN.format("bbbbbbbb"), "Release two")
    found = pinned(tmp_path / "team/project/Pulumi.dev.yaml")
    assert [(one.subject, one.release and one.release["digest"]) for one in found] == [
        ("Release one", "aaaaaaaa"),
        ("Delete it", None),
        ("Release two", "bbbbbbbb"),
    ]


def test_a_subject_may_hold_any_character(commit: Callable[..., None], tmp_path: Path) -> None:
    commit(PIN.format("aaaaaaaa"), "Release\u2028one\x0cand\x85more")
    (found,) = pinned(tmp_path / "team/project/Pulumi.dev.yaml")
    assert found.subject == "Release\u2028one\x0cand\x85more"


def test_a_pin_comes_with_the_merge_of_its_branch(commit: Callable[..., None], tmp_path: Path) -> None:
    project = tmp_path / "team" / "project"
    commit(PIN.format("aaaaaaaa"), "Release one")
    subprocess.run(["git", "checkout", "-q", "-b", "side"], cwd=project, check=True)
    commit(PIN.format("bbbbbbbb"), "Release two")
    subprocess.run(["git", "checkout", "-q", "-"], cwd=project, check=True)
    commit("# a comment\n" + PIN.format("aaaaaaaa"), "Edit a comment")
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
    merge = ["merge", "-q", "--no-ff", "-X", "theirs", "-m", "Merge two", "side"]
    subprocess.run(["git", *who, *merge], cwd=project, check=True)
    assert [one.subject for one in pinned(project / "Pulumi.dev.yaml")] == ["Release one", "Merge two"]
    assert not is_shallow(project / "Pulumi.dev.yaml")


def test_a_checkout_of_the_newest_commits_only_is_known(commit: Callable[..., None], tmp_path: Path) -> None:
    commit(PIN.format("aaaaaaaa"), "Release one")
    commit(PIN.format("bbbbbbbb"), "Release two")
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{tmp_path}", str(clone)], check=True)
    assert is_shallow(clone / "team/project/Pulumi.dev.yaml")


def test_a_folder_without_git_is_told(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text(PIN)
    with pytest.raises(Failure, match=r"git's history of Pulumi\.dev\.yaml can't be read: fatal: not a git"):
        pinned(tmp_path / "Pulumi.dev.yaml")


def test_a_file_that_was_never_committed_has_no_history(commit: Callable[..., None], tmp_path: Path) -> None:
    commit(PIN.format("aaaaaaaa"), "Release one")
    (tmp_path / "team/project/Pulumi.qa.yaml").write_text(PIN)
    assert pinned(tmp_path / "team/project/Pulumi.qa.yaml") == []
