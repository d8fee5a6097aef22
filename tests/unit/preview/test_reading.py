"""An event log becomes a plan, and whatever is wrong with it is said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from slipway.preview.command import recorded
from slipway.preview.reading import plan
from slipway.preview.values import ABSENT, SECRET, UNKNOWN
from slipway.pulumi_cli import Engine, Stack
from tests import event_logs as logs

if TYPE_CHECKING:
    from pathlib import Path

BUCKET = "aws:s3/bucket:Bucket"
MODEL = "aws:sagemaker/model:Model"


def test_the_three_steps_of_a_replacement_are_one() -> None:
    detailed = {"bucket": {"diffKind": "update-replace"}}
    found = plan(logs.log(*logs.replaced(BUCKET, "raw", {"bucket": "a"}, {"bucket": "b"}, detailedDiff=detailed)))
    (step,) = found.steps
    assert (step.operation, step.order, found.counts()) == ("replace", "create first", {"replace": 1})
    assert [(one.path, one.old, one.new, one.replaces) for one in step.changes] == [("bucket", "a", "b", True)]


def test_a_replacement_that_deletes_first_says_so() -> None:
    created, replaced, deleted = logs.replaced(BUCKET, "raw", {}, {})
    (step,) = plan(logs.log(deleted, replaced, created)).steps
    assert step.order == "delete first"


def test_a_resource_left_over_from_an_earlier_replacement_is_a_deletion_of_its_own() -> None:
    left = logs.step("delete", BUCKET, "raw", {"bucket": "old"}, old_delete=True)
    found = plan(logs.log(logs.step("update", BUCKET, "raw", {"a": 1}, {"a": 2}), left))
    assert sorted(step.operation for step in found.steps) == ["delete", "update"]


def test_a_refresh_is_told_by_what_came_out_of_it() -> None:
    before = logs.step("refresh", BUCKET, "raw", {"a": 1}, {"a": 1})
    metadata = logs.step("update", BUCKET, "raw", {"a": 1}, {"a": 2})["resourcePreEvent"]
    found = plan(logs.log(before, {"resOutputsEvent": metadata}))
    assert found.counts() == {"update": 1}
    assert [(one.path, one.old, one.new) for one in found.steps[0].changes] == [("a", 1, 2)]


def test_a_property_that_comes_or_goes_is_absent_on_the_other_side() -> None:
    (step,) = plan(logs.log(logs.step("update", BUCKET, "raw", {"a": 1}, {"b": 2}))).steps
    assert [(one.path, one.kind, one.old, one.new) for one in step.changes] == [
        ("a", "delete", 1, ABSENT),
        ("b", "add", ABSENT, 2),
    ]


def test_a_cut_off_log_says_so_and_tells_what_it_has() -> None:
    lines = logs.log(
        logs.step("create", BUCKET, "raw", None, {}), logs.step("create", BUCKET, "b", None, {}), whole=False
    )
    found = plan([*lines[:-1], lines[-1][:40]])
    assert found.outcome == "not finished"
    assert found.counts() == {"create": 1}
    assert "1 lines are not JSON and were left out (line 3); the last one is cut off" in found.troubles
    assert any("cut off, steps may be missing" in trouble for trouble in found.troubles)


def test_lines_that_are_no_json_no_events_or_of_a_newer_engine_are_counted() -> None:
    strange = [b"Updating (dev):\n", b"[1]\n", b'{"level": "info"}\n', b'{"sequence": 9, "hologramEvent": {}}\n']
    found = plan([*strange, *logs.log(logs.step("create", BUCKET, "raw", None, {}))])
    assert found.counts() == {"create": 1}
    assert found.troubles == (
        "2 lines are not JSON and were left out (line 1, 2)",
        "1 lines are JSON, but no events of Pulumi, and were left out",
        "events of a newer engine were left out: hologramEvent",
    )


def test_an_operation_of_a_newer_engine_is_shown_as_it_is() -> None:
    found = plan(logs.log(logs.step("transmogrify", BUCKET, "raw", {}, {})))
    assert found.counts() == {"transmogrify": 1}
    assert found.troubles == ("operation 'transmogrify' (1 steps) is not known here: it is shown as it is",)


def test_of_two_runs_one_after_the_other_the_last_is_told() -> None:
    first, second = (logs.log(logs.step("create", BUCKET, name, None, {})) for name in ("one", "two"))
    found = plan([*first, *second])
    assert [step.name for step in found.steps] == ["two"]
    assert found.troubles == ("2 runs stand one after the other in this log: the last one is told",)


def test_two_runs_mixed_in_one_file_are_not_taken_for_one() -> None:
    first, second = (logs.log(logs.step("create", BUCKET, name, None, {})) for name in ("one", "two"))
    mixed = [line for pair in zip(first, second, strict=True) for line in pair]
    assert "events of several runs are mixed in this log: what follows may be of either" in plan(mixed).troubles


def test_steps_of_another_stack_are_left_out_and_counted() -> None:
    foreign = json.loads(json.dumps(logs.step("create", BUCKET, "x", None, {})).replace("pulumi:dev:", "pulumi:prod:"))
    mine = [logs.step("create", BUCKET, name, None, {}) for name in ("a", "b")]
    found = plan(logs.log(*mine, foreign))
    assert (found.stack, len(found.steps)) == ("dev", 2)
    assert found.troubles == ("1 steps of another stack were left out: prod of project app",)


def test_the_digest_of_preview_json_is_told_from_an_event_log() -> None:
    found = plan([json.dumps({"config": {}, "steps": [], "changeSummary": {}}).encode()])
    assert found.troubles[0].startswith("this is the digest of `pulumi preview --json`, not an event log")


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"null\n", b'"text"\n', b"\xff\xfe\n", b"[" * 100_000, b'{"resourcePreEvent": {}}']
)
def test_no_content_makes_it_fail(content: bytes) -> None:
    assert plan([content]).outcome == "not finished"


def test_an_empty_stack_is_a_plan_without_steps() -> None:
    found = plan(logs.log(), project="app", stack="dev")
    assert (found.outcome, found.steps, found.troubles, found.stack) == ("succeeded", (), (), "dev")


def test_a_run_stopped_by_a_policy_failed_though_no_error_says_so() -> None:
    violation = {
        "policyEvent": {"policyName": "r", "enforcementLevel": "mandatory", "message": "no", "resourceUrn": logs.RAW}
    }
    found = plan([*logs.log(violation, logs.summary("failed"), whole=False)])
    assert found.outcome == "failed"
    assert found.problems == ()
    assert [one.level for one in found.judgements] == ["mandatory"]


def test_what_the_engine_adds_to_the_reasons_is_no_reason() -> None:
    errors = [{"diagnosticEvent": {"severity": "error", "message": text}} for text in ("preview failed\n", "no role\n")]
    noise = [{"diagnosticEvent": {"severity": "info#err", "message": "KeyboardInterrupt"}}]
    found = plan(logs.log(*errors, *errors, *noise))
    assert [one.message for one in found.problems] == ["no role"]


def test_a_secret_of_one_side_is_one_on_every_side_and_in_merged_tags() -> None:
    old = {"environment": {"TOKEN": logs.SECRET}, "tags": {"t": "kept"}}
    new = {"environment": {"TOKEN": "clear"}, "tags": {"t": logs.SECRET}, "tagsAll": {"t": "leaked", "u": "fine"}}
    event = logs.step("update", MODEL, "m", old, new, old_outputs={"environment": {"TOKEN": "clear"}})
    (step,) = plan(logs.log(event)).steps
    assert step.new is not None
    assert step.old is not None
    assert step.new.inputs == {
        "environment": {"TOKEN": SECRET},
        "tags": {"t": SECRET},
        "tagsAll": {"t": SECRET, "u": "fine"},
    }
    assert step.old.outputs == {"environment": {"TOKEN": SECRET}}
    assert "clear" not in repr(step)
    assert "leaked" not in repr(step)


def test_an_output_that_is_a_secret_is_one() -> None:
    wrapped = {"4dabf18193072939515e22adb298388d": "d0e6a833031e9bbcd3f4e8bde6ca49a4", "value": "clear", "secret": True}
    (step,) = plan(
        logs.log(logs.step("create", MODEL, "m", None, {"a": wrapped, "b": {**wrapped, "secret": False}}))
    ).steps
    assert step.new is not None
    assert step.new.inputs == {"a": SECRET, "b": "clear"}


def test_the_words_of_a_rule_are_withheld_where_it_saw_secrets() -> None:
    event = logs.step("create", MODEL, "m", None, {"environment": {"TOKEN": logs.SECRET}})
    words = {"policyName": "r", "enforcementLevel": "advisory", "message": "TOKEN is hunter2"}
    found = plan(logs.log(event, {"policyEvent": {**words, "resourceUrn": logs.urn(MODEL, "m")}}))
    assert found.judgements[0].message == "withheld: rules see the secrets of this resource in clear text"
    open_one = plan(logs.log({"policyEvent": {**words, "resourceUrn": logs.RAW}}))
    assert open_one.judgements[0].message == "TOKEN is hunter2"


def test_an_unknown_value_is_a_mark_and_an_asset_its_hash() -> None:
    asset = {"4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", "hash": "ab", "path": "/here/x"}
    (step,) = plan(logs.log(logs.step("create", BUCKET, "raw", None, {"a": logs.UNKNOWN, "b": asset, "c": 1.0}))).steps
    assert step.new is not None
    assert step.new.inputs == {"a": UNKNOWN, "b": "sha256:ab", "c": 1}


def test_an_engine_that_ended_badly_did_not_succeed_whatever_its_log_says(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: flights\nruntime: python\n")
    file = tmp_path / "told.jsonl"
    error = {"diagnosticEvent": {"severity": "error", "message": "a plugin is missing"}}
    file.write_bytes(b"".join(logs.log(error, logs.step("create", BUCKET, "b", None, {}))))
    pulumi = tmp_path / "pulumi"
    copies = f'while [ $# -gt 0 ]; do [ "$1" = --event-log ] && cp {file} "$2"; shift; done; exit 255'
    pulumi.write_text(f"#!/bin/sh\n{copies}\n")
    pulumi.chmod(0o755)
    engine = Engine(name="pulumi", argv=(str(pulumi),), title="a pulumi", reason="this test")
    found = recorded(Stack(engine, tmp_path, "dev"), "preview", ("preview",), kind="preview")
    assert found.plan.outcome == "failed"
    assert found.digest is None
