"""States that are broken, newer or somebody else's: named with what is wrong and the way out, and left as they are."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from slipway.engine.backend.checkpoint import read_checkpoint
from slipway.engine.errors import EngineError, UnsupportedError

Run = Callable[..., CompletedProcess[str]]
URN = "urn:pulumi:dev::app::pulumi:pulumi:Stack::app-dev"
STACK = "organization/app/dev"
FILE = "/state/dev.json"


def body(**changes: Any) -> dict[str, Any]:
    latest = {"manifest": {}, "resources": [{"urn": URN, "custom": False, "type": "pulumi:pulumi:Stack"}]}
    return {"version": 3, "checkpoint": {"stack": STACK, "latest": {**latest, **changes}}}


def text(**changes: Any) -> bytes:
    return json.dumps(body(**changes)).encode()


def resource(**changes: Any) -> list[dict[str, Any]]:
    return [{"urn": URN, "custom": False, "type": "pulumi:pulumi:Stack", **changes}]


def test_a_whole_state_is_read() -> None:
    found = read_checkpoint(FILE, text(), STACK)
    assert found.version == 3
    assert found.deployment == body()["checkpoint"]["latest"]


@pytest.mark.parametrize("length", [0, 1, 20, 60, len(text()) - 1])
def test_a_state_that_ends_early_is_broken(length: int) -> None:
    with pytest.raises(EngineError, match=rf"the state {FILE} is broken: it is (empty|no JSON)"):
        read_checkpoint(FILE, text()[:length], STACK)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x00\xff\x00", "no JSON"),
        (b"null", "no `version`"),
        (b"[]", "no `version`"),
        (b'{"a":1}', "no `version`"),
        (b'{"version":3}', "no `checkpoint`"),
        (b'{"version":3,"checkpoint":"x"}', "no `checkpoint`"),
        (b'{"version":3,"checkpoint":{"latest":[]}}', "`latest` is no mapping"),
        (text(resources={"a": 1}), "must be lists"),
        (text(resources=["x"]), "resource 0 is no mapping"),
        (text(resources=resource(urn="")), "resource 0 has no urn"),
        (text(resources=resource(type=None)), "resource 0 has no type"),
        (text(resources=resource(inputs=[1])), "inputs of resource 0 is no mapping"),
        (text(resources=resource(dependencies="abc")), "dependencies of resource 0 is no list"),
        (text(pending_operations=[{"type": "creating"}]), "the resource of pending operation 0 is no mapping"),
        (text(pending_operations=[{"resource": {}}]), "pending operation 0 has no type"),
    ],
)
def test_a_state_of_another_shape_is_broken(data: bytes, reason: str) -> None:
    with pytest.raises(EngineError, match=reason):
        read_checkpoint(FILE, data, STACK)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"version": 5}, "state version 5"),
        ({"version": 2}, "state version 2"),
        ({"version": 4, "features": ["views"]}, "the feature 'views'"),
    ],
)
def test_a_state_of_another_version_is_refused_by_name(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(UnsupportedError, match=reason):
        read_checkpoint(FILE, json.dumps(body() | changes).encode(), STACK)


def test_a_compressed_state_is_refused_whatever_its_name() -> None:
    with pytest.raises(UnsupportedError, match="compressed"):
        read_checkpoint(FILE, gzip.compress(text()), STACK)


@pytest.mark.parametrize("stack", ["organization/other/dev", "organization/app/prod", "prod"])
def test_a_copied_state_of_another_stack_is_not_taken_for_this_one(stack: str) -> None:
    data = json.dumps({"version": 3, "checkpoint": {"stack": stack, "latest": None}}).encode()
    with pytest.raises(EngineError, match=f"is not of {STACK} but of {stack}"):
        read_checkpoint(FILE, data, STACK)


@pytest.mark.parametrize("stack", ["", "dev", STACK])
def test_a_state_from_before_projects_has_the_bare_name(stack: str) -> None:
    data = json.dumps({"version": 3, "checkpoint": {"stack": stack}}).encode()
    assert read_checkpoint(FILE, data, STACK).deployment is None


@pytest.mark.usefixtures("dev")
@pytest.mark.parametrize("words", [["preview"], ["up", "--yes"], ["destroy", "--yes"], ["stack", "export"], ["stack"]])
def test_every_command_says_the_same_and_leaves_a_broken_state_alone(
    run: Run, checkpoint: Path, state: Path, words: list[str]
) -> None:
    broken = checkpoint.read_bytes()[:-1]
    checkpoint.write_bytes(broken)
    done = run(*words)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: the state {checkpoint} is broken: it is no JSON")
    assert "put a good one in its place" in done.stderr
    assert checkpoint.read_bytes() == broken
    assert list((state / ".pulumi" / "locks").rglob("*.json")) == []


@pytest.mark.usefixtures("dev")
def test_a_broken_state_sends_to_the_backup_when_there_is_one(run: Run, checkpoint: Path) -> None:
    backup = checkpoint.with_name("dev.json.bak")
    backup.write_bytes(checkpoint.read_bytes())
    checkpoint.write_bytes(b"")
    assert f"it is empty; look at the one before it, {backup}," in run("preview").stderr
