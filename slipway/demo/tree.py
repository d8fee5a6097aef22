"""The stack as a tree of resources with what each operation did to them, out of the operations' event logs: pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.event_log import UNCHANGED, resource_name, resource_type
from slipway.report.findings import Change, Node, Tree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slipway.event_log import EventLog

STACK = "pulumi:pulumi:Stack"


def tree(operations: Mapping[str, EventLog]) -> Tree:
    """Return everything that the operations touched, below its parents; the stack itself is the ground, not a node."""
    parents: dict[str, str] = {}
    changes: dict[str, list[Change]] = {}
    for name, events in operations.items():
        parents |= events.parents
        for urn, kind in events.operations.items():
            if kind not in UNCHANGED:
                changes.setdefault(urn, []).append(Change(operation=name, kind=kind))
    below: dict[str, list[str]] = {}
    for urn, parent in parents.items():
        if resource_type(urn) != STACK:
            below.setdefault("" if not parent or resource_type(parent) == STACK else parent, []).append(urn)

    def nodes(parent: str) -> tuple[Node, ...]:
        urns = sorted(below.get(parent, ()), key=lambda urn: (resource_type(urn), resource_name(urn)))
        return tuple(
            Node(
                type=resource_type(urn),
                name=resource_name(urn),
                changes=tuple(changes.get(urn, ())),
                children=nodes(urn),
            )
            for urn in urns
        )

    return Tree(operations=tuple(operations), roots=nodes(""))
