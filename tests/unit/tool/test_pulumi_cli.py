"""Which engine is picked, and what is said when it fails."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from slipway import pulumi_cli
from slipway.failure import Failure

if TYPE_CHECKING:
    from pathlib import Path


def executable(folder: Path, script: str) -> str:
    file = folder / "pulumi"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return str(folder)


def test_without_pulumi_the_embedded_engine_is_picked(tmp_path: Path) -> None:
    engine = pulumi_cli.pick(path=str(tmp_path))
    assert engine.argv == (sys.executable, "-m", "slipway.engine")
    assert engine.reason == "no `pulumi` on PATH"


def test_a_new_enough_pulumi_is_picked(tmp_path: Path) -> None:
    engine = pulumi_cli.pick(path=executable(tmp_path, "echo v3.255.0"))
    assert engine.argv == (str(tmp_path / "pulumi"),)
    assert engine.title == "pulumi 3.255.0"


@pytest.mark.parametrize(
    ("script", "reason"),
    [("echo v3.99.7", "is 3.99.7, 3.255 or newer is needed"), ("exit 1", "does not answer `pulumi version`")],
)
def test_a_pulumi_that_will_not_do_is_passed_over_with_the_reason(tmp_path: Path, script: str, reason: str) -> None:
    path = executable(tmp_path, script)
    engine = pulumi_cli.pick(path=path)
    assert engine.title == "embedded engine"
    assert reason in engine.reason
    with pytest.raises(Failure, match="--engine embedded"):
        pulumi_cli.pick("pulumi", path=path)


def test_embedded_can_be_insisted_on(tmp_path: Path) -> None:
    assert pulumi_cli.pick("embedded", path=executable(tmp_path, "echo v3.300.0")).title == "embedded engine"


def stack(folder: Path, script: str) -> pulumi_cli.Stack:
    executable(folder, script)
    engine = pulumi_cli.Engine(name="pulumi", argv=(str(folder / "pulumi"),), title="a pulumi", reason="this test")
    return pulumi_cli.Stack(engine, folder, "dev")


def test_a_failed_operation_says_the_engines_errors_and_where_its_log_is(tmp_path: Path) -> None:
    event = '{"diagnosticEvent":{"severity":"error","message":"bucket is taken"}}'
    script = f"""while [ $# -gt 0 ]; do [ "$1" = --event-log ] && echo '{event}' >"$2"; shift; done; exit 255"""
    with pytest.raises(Failure, match="bucket is taken") as caught:
        stack(tmp_path, script).up("1-up")
    assert "exit code 255" in str(caught.value)
    assert str(tmp_path / ".slipway" / "logs" / "1-up.log") in str(caught.value)


def test_a_failure_without_an_event_log_says_the_end_of_its_output(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="no project here"):
        stack(tmp_path, "echo no project here >&2; exit 255").preview("1-preview")


def test_outputs_are_read_from_what_the_engine_prints(tmp_path: Path) -> None:
    assert stack(tmp_path, """echo '{"endpoint": null}'""").outputs() == {"endpoint": None}


def test_an_up_is_judged_by_the_projects_own_pack_where_it_has_one(tmp_path: Path) -> None:
    made = stack(tmp_path, f'echo "$@" >{tmp_path}/words')
    assert made.up_attached(yes=True) == 0
    assert (tmp_path / "words").read_text().split() == ["up", "--stack", "dev", "--yes"]
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "PulumiPolicy.yaml").write_text("runtime: python\n")
    assert made.up_attached(yes=False) == 0
    assert (tmp_path / "words").read_text().split() == ["up", "--stack", "dev", "--policy-pack", "policy"]
