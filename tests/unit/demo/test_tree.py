"""The stack as a tree, out of event logs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from slipway.demo.tree import tree
from slipway.event_log import EventLog

if TYPE_CHECKING:
    from pathlib import Path

STACK = "urn:pulumi:dev::slipway::pulumi:pulumi:Stack::slipway-dev"
LAKE = "urn:pulumi:dev::slipway::slipway:storage:Lake::lake"
BUCKET = "urn:pulumi:dev::slipway::slipway:storage:Lake$aws:s3/bucket:Bucket::lake-raw"
PROVIDER = "urn:pulumi:dev::slipway::pulumi:providers:aws::aws"


def log(file: Path, *steps: tuple[str, str, str]) -> EventLog:
    lines = []
    for op, urn, parent in steps:
        side = "old" if op == "delete" else "new"
        metadata = {"op": op, "urn": urn, side: {"parent": parent}}
        lines.append(json.dumps({"resourcePreEvent": {"metadata": metadata}}))
    file.write_text("\n".join(lines) + "\n")
    return EventLog(file).feed()


def test_children_stand_below_their_parents_with_what_each_operation_did(tmp_path: Path) -> None:
    made = log(
        tmp_path / "1",
        ("create", STACK, ""),
        ("create", PROVIDER, STACK),
        ("create", LAKE, STACK),
        ("create", BUCKET, LAKE),
    )
    changed = log(tmp_path / "2", ("same", STACK, ""), ("same", LAKE, STACK), ("update", BUCKET, LAKE))
    gone = log(tmp_path / "3", ("same", STACK, ""), ("delete", BUCKET, LAKE))
    found = tree({"first up": made, "release 1": changed, "release 2": gone})
    assert found.operations == ("first up", "release 1", "release 2")
    assert [(node.type, node.name) for node in found.roots] == [
        ("pulumi:providers:aws", "aws"),
        ("slipway:storage:Lake", "lake"),
    ]
    (bucket,) = found.roots[1].children
    assert [(change.operation, change.kind) for change in bucket.changes] == [
        ("first up", "create"),
        ("release 1", "update"),
        ("release 2", "delete"),
    ]
    assert [(change.operation, change.kind) for change in found.roots[1].changes] == [("first up", "create")]


def test_operations_that_touched_nothing_make_an_empty_tree() -> None:
    assert tree({}).roots == ()
