"""The event log as the engine writes it, read while it grows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from slipway.event_log import EventLog, is_custom, resource_name, resource_type, type_counts

if TYPE_CHECKING:
    from pathlib import Path

STACK = "urn:pulumi:dev::slipway::pulumi:pulumi:Stack::slipway-dev"
BUCKET = "urn:pulumi:dev::slipway::slipway:storage:Lake$aws:s3/bucket:Bucket::lake-raw"


def before(urn: str, op: str) -> str:
    return json.dumps({"resourcePreEvent": {"metadata": {"urn": urn, "op": op}}}) + "\n"


def test_a_line_that_is_half_written_is_read_when_it_is_whole(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl")
    whole = before(STACK, "same") + before(BUCKET, "create")
    log.path.write_text(whole[:-10])
    assert log.feed().operations == {STACK: "same"}
    log.path.write_text(whole)
    assert log.feed().operations == {STACK: "same", BUCKET: "create"}
    assert log.changed() == {BUCKET: "create"}


def test_a_log_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    assert EventLog(tmp_path / "none").feed().operations == {}


def test_summary_and_errors_are_kept_and_warnings_are_not(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl")
    events: list[dict[str, object]] = [
        {"diagnosticEvent": {"severity": "warning", "message": "hm"}},
        {"diagnosticEvent": {"severity": "error", "message": "no such bucket\n"}},
        {"summaryEvent": {"resourceChanges": {"same": 3}}},
    ]
    log.path.write_text("".join(json.dumps(event) + "\n" for event in events))
    assert log.feed().errors == ["no such bucket"]
    assert log.changes == {"same": 3}


def test_urns_tell_their_type_and_name() -> None:
    assert resource_type(BUCKET) == "aws:s3/bucket:Bucket"
    assert resource_name(BUCKET) == "lake-raw"
    assert is_custom(BUCKET)
    assert not is_custom(STACK)
    assert type_counts({BUCKET, STACK})["aws:s3/bucket:Bucket"] == 1
