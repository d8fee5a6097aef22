"""What is refused, in words that say what to do, with everything left as it was."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.sandbox.ephemeral.conftest import Project

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def standing(shared: Project) -> Iterator[Project]:
    """Give the project with a stack that every refusal must leave alone."""
    shared.good("up", "--pr", "42")
    before = shared.pulumi("stack", "export", "-s", "pr-42").stdout
    yield shared
    assert shared.pulumi("stack", "export", "-s", "pr-42").stdout == before
    shared.more.clear()
    assert "4 resources of AWS destroyed" in shared.good("down", "--pr", "42")


def refused(project: Project, *words: str, code: int = 1, **more: str) -> str:
    done = project.run(*words, folder=None, **more)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stderr


@pytest.mark.parametrize("word", ["up", "down"])
def test_credentials_of_another_account_touch_nothing(standing: Project, word: str) -> None:
    said = refused(standing, word, "--pr", "42", AWS_ACCESS_KEY_ID="999988887777")
    assert (
        "stack pr-42 lives in account 123456789012, the credentials belong to 999988887777: nothing was touched" in said
    )


def test_a_missing_passphrase_is_told_at_once_and_not_waited_for(standing: Project) -> None:
    variables = standing.variables()
    without = {name: value for name, value in variables.items() if name != "PULUMI_CONFIG_PASSPHRASE"}
    standing.environment, kept = without, standing.environment
    try:
        for word in ("up", "down"):
            assert "PULUMI_CONFIG_PASSPHRASE" in refused(standing, word, "--pr", "42")
    finally:
        standing.environment = kept


def test_a_lock_of_another_machine_is_told_with_its_owner_and_the_way_out(standing: Project) -> None:
    folder = standing.state / "pulumi" / ".pulumi" / "locks" / "organization" / "slipway" / "pr-42"
    folder.mkdir(parents=True, exist_ok=True)
    lock = folder / "11111111-2222-3333-4444-555555555555.json"
    said = {"pid": 7, "username": "ada", "hostname": "runner-9", "timestamp": datetime.now(UTC).isoformat()}
    lock.write_text(json.dumps(said), encoding="utf-8")
    try:
        told = refused(standing, "down", "--pr", "42")
    finally:
        lock.unlink()
    assert "stack pr-42 is locked by ada@runner-9 (process 7" in told
    assert "`pulumi cancel organization/slipway/pr-42 --yes`" in told


def test_a_stack_that_somebody_else_works_on_is_left_to_them(standing: Project) -> None:
    now = datetime.now(UTC).isoformat()
    lease = standing.state / "pulumi" / ".slipway" / "leases" / "slipway" / "pr-42.json"
    lease.parent.mkdir(parents=True, exist_ok=True)
    record = {
        "token": "t",
        "owner": "ada@runner-9",
        "host": "runner-9",
        "machine": "runner-9",
        "pid": 7,
        "started": "1",
        "work": "up",
        "taken": now,
        "renewed": now,
    }
    lease.write_text(json.dumps(record), encoding="utf-8")
    try:
        assert "stack pr-42 is being worked on (`up` of ada@runner-9, process 7" in refused(
            standing, "down", "--pr", "42"
        )
    finally:
        lease.unlink()


def test_a_backend_that_cannot_be_reached_is_named(standing: Project, tmp_path: Path) -> None:
    gone = f"file://{tmp_path / 'nowhere'}"
    for words in (("list",), ("down", "--pr", "42"), ("reap",), ("extend", "--pr", "42")):
        assert "nowhere does not exist" in refused(standing, *words, PULUMI_BACKEND_URL=gone)
    dead = "s3://states?region=us-east-1&endpoint=http://127.0.0.1:9&s3ForcePathStyle=true"
    assert "127.0.0.1:9" in refused(standing, "list", PULUMI_BACKEND_URL=dead)


def test_a_stack_that_was_made_otherwise_is_nobodys_to_end(standing: Project, tmp_path: Path) -> None:
    assert standing.pulumi("stack", "init", "pr-9").returncode == 0
    try:
        told = refused(standing, "down", "--pr", "9")
        assert "stack pr-9 of project slipway was not made by `slipway ephemeral up`" in told
        assert "was not made by `slipway ephemeral up`" in refused(standing, "extend", "--pr", "9")
        assert "stack pr-9 left alone: not made by `slipway ephemeral`" in standing.good("reap", folder=tmp_path)
        export = standing.pulumi("stack", "export", "-s", "pr-42").stdout.replace("pr-42", "pr-9")
        file = tmp_path / "state.json"
        file.write_text(export, encoding="utf-8")
        assert standing.pulumi("stack", "import", "--file", str(file), "-s", "pr-9").returncode == 0
        assert "there is a stack pr-9 of project slipway already" in refused(standing, "up", "--pr", "9")
    finally:
        assert standing.pulumi("stack", "rm", "pr-9", "--yes", "--force").returncode == 0
        (standing.folder / "Pulumi.pr-9.yaml").unlink(missing_ok=True)


def test_settings_that_are_wrong_are_told_before_anything_is_made(standing: Project) -> None:
    file = standing.folder / "Pulumi.dev.yaml"
    before = file.read_text(encoding="utf-8")
    try:
        file.write_text(before.replace("environment: dev", "environment: prod"), encoding="utf-8")
        told = refused(standing, "up", "--pr", "8", code=2)
        assert "environment is 'prod': only dev's values make an ephemeral stack" in told
        file.write_text(before.replace("volume_size_gib: 10", "volume_size_gib: ten"), encoding="utf-8")
        assert "slipway:training.volume_size_gib" in refused(standing, "up", "--pr", "8")
    finally:
        file.write_text(before, encoding="utf-8")
    assert [one["pull_request"] for one in standing.stacks()] == [42]
