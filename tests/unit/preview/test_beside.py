"""What a project's folder and its git history add to a log: files behind code digests, pins behind release digests."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from infra.packaging import content_digest, members
from slipway.failure import Failure, Misuse
from slipway.preview.beside import beside
from slipway.preview.command import of_log, require_digest
from slipway.preview.reading import plan
from slipway.preview.review import review
from tests import event_logs as logs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"
ENDPOINT = "aws:sagemaker/endpoint:Endpoint"


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.email=a@b.example", "-c", "user.name=a")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def package(folder: Path) -> str:
    return content_digest(members(folder))


@pytest.fixture
def repository(tmp_path: Path) -> tuple[Path, str, str]:
    """Return a project whose training code changed since its first commit, with both digests."""
    code = tmp_path / "training"
    code.mkdir()
    for name in ("kept.py", "changed.py", "removed.py"):
        (code / name).write_text(f"# {name}\n")
    old = package(code)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "first")
    (code / "changed.py").write_text("X = 1\n")
    (code / "removed.py").unlink()
    (code / "added.py").write_text("Y = 1\n")
    return tmp_path, old, package(code)


def moved(old: str, new: str) -> list[bytes]:
    sides = [{"key": f"code/training/{digest}.tar.gz"} for digest in (old, new)]
    return logs.log(*logs.replaced(OBJECT, "training-code", *sides))


def test_changed_code_is_told_file_by_file_against_the_commit_that_was_deployed(
    repository: tuple[Path, str, str],
) -> None:
    folder, old, new = repository
    found = beside(plan(moved(old, new)), folder)
    (code,) = found.code
    assert (code.name, code.old, code.new) == ("training", old, new)
    assert code.files == ("added training/added.py", "changed training/changed.py", "removed training/removed.py")
    assert len(found.commit) == 40


def test_code_that_no_commit_holds_is_told_by_its_digests_alone(repository: tuple[Path, str, str]) -> None:
    folder, _, new = repository
    (code,) = beside(plan(moved("f" * 64, new)), folder).code
    assert (code.old, code.new, code.files) == ("f" * 64, new, None)


def test_without_git_nothing_is_claimed(tmp_path: Path) -> None:
    found = beside(plan(moved("e" * 64, "f" * 64)), tmp_path)
    assert (found.commit, found.code[0].files) == ("", None)


def test_a_rollout_tells_both_releases_with_their_metrics(tmp_path: Path, pinned_release: Callable[..., Any]) -> None:
    old, new = pinned_release(1), pinned_release(2, metrics={"validation:auc": 0.76})
    section = {"current": new, "previous": old}
    (tmp_path / "Pulumi.dev.yaml").write_text(yaml.safe_dump({"config": {"slipway:release": section}}))
    sides = [{"endpointConfigName": f"endpoint-{pin['digest']}-0a1b2c3"} for pin in (old, new)]
    change = beside(plan(logs.log(logs.step("update", ENDPOINT, "endpoint", *sides))), tmp_path).release
    assert change is not None
    assert (change.old, change.new) == (old["digest"], new["digest"])
    assert "metrics.validation:auc: 0.7500 -> 0.7600 (+0.0100)" in change.lines


def test_a_stack_name_out_of_a_log_opens_no_file_elsewhere(tmp_path: Path) -> None:
    step = logs.step("update", ENDPOINT, "e", {"endpointConfigName": "e-00000000-0000000"}, {"endpointConfigName": "x"})
    lines = [line.replace(b"pulumi:dev::", b"pulumi:../../etc::") for line in logs.log(step)]
    change = beside(plan(lines), tmp_path).release
    assert change is not None
    assert (change.old, change.new, change.lines) == ("00000000", "", ())


def test_a_log_that_is_not_there_or_holds_no_event_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    with pytest.raises(Misuse, match="there is no file"):
        of_log(file, tmp_path)
    file.write_text("Updating (dev):\n")
    with pytest.raises(Misuse, match="has no event of Pulumi in it: 1 lines are not JSON"):
        of_log(file, tmp_path)
    file.write_bytes(b"".join(logs.log(logs.step("create", OBJECT, "x", None, {}))))
    with pytest.raises(Misuse, match="is the log of stack 'dev', 'prod' was given"):
        of_log(file, tmp_path, stack="prod")
    assert of_log(file, tmp_path).plan.counts() == {"create": 1}


def test_only_the_plan_that_was_reviewed_passes() -> None:
    found = review(plan(logs.log(logs.step("create", OBJECT, "x", None, {}))))
    assert found.digest is not None
    require_digest(found, found.digest)
    with pytest.raises(Failure, match="this is not the plan that was reviewed"):
        require_digest(found, f"1-{0:064x}")
    with pytest.raises(Misuse, match="is of another definition than"):
        require_digest(found, f"2-{0:064x}")
    with pytest.raises(Failure, match="this plan has no digest: the preview did not end; nothing was applied"):
        require_digest(review(plan(logs.log(whole=False))), found.digest)
