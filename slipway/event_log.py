"""Reader of the engine's event log: one EngineEvent of Pulumi (sdk/go/common/apitype/events.go) a line."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

UNCHANGED = frozenset({"same", "read"})


@dataclass
class EventLog:
    """What one operation planned, did and complained about; `feed` may be called while the engine still writes."""

    path: Path
    operations: dict[str, str] = field(default_factory=dict)
    """URN to the operation planned for it (create, update, same, ...)."""
    parents: dict[str, str] = field(default_factory=dict)
    """URN to the URN of its parent; empty below the stack itself."""
    done: set[str] = field(default_factory=set)
    """URNs whose operation was carried out."""
    changes: dict[str, int] | None = None
    """The engine's own summary: operation to count; None until it came."""
    errors: list[str] = field(default_factory=list)
    """Error diagnostics, in order."""
    _offset: int = 0

    def feed(self) -> EventLog:
        """Read the whole lines that were appended since the last call."""
        try:
            with self.path.open("rb") as file:
                file.seek(self._offset)
                data = file.read()
        except FileNotFoundError:
            return self
        end = data.rfind(b"\n") + 1
        self._offset += end
        for line in data[:end].splitlines():
            if line.strip():
                self._take(json.loads(line))
        return self

    def _take(self, event: dict[str, Any]) -> None:
        if before := event.get("resourcePreEvent"):
            metadata = before["metadata"]
            self.operations[metadata["urn"]] = metadata["op"]
            state = metadata.get("new") or metadata.get("old") or {}
            self.parents[metadata["urn"]] = state.get("parent") or ""
        elif after := event.get("resOutputsEvent"):
            self.done.add(after["metadata"]["urn"])
        elif summary := event.get("summaryEvent"):
            self.changes = dict(summary.get("resourceChanges") or {})
        elif (diagnostic := event.get("diagnosticEvent")) and diagnostic.get("severity") == "error":
            self.errors.append(str(diagnostic.get("message", "")).strip())

    def changed(self) -> dict[str, str]:
        """Return URN to operation for everything that does not stay as it is."""
        return {urn: op for urn, op in self.operations.items() if op not in UNCHANGED}

    def urns(self, operation: str) -> set[str]:
        """Return the URNs with this operation."""
        return {urn for urn, op in self.operations.items() if op == operation}


def resource_type(urn: str) -> str:
    """Return a URN's type token: `aws:s3/bucket:Bucket` of `urn:pulumi:dev::p::a:b:C$aws:s3/bucket:Bucket::x`."""
    return urn.split("::")[2].rsplit("$", 1)[-1]


def resource_name(urn: str) -> str:
    """Return the logical name of a URN."""
    return urn.split("::", 3)[3]


def type_counts(urns: set[str]) -> Counter[str]:
    """Count URNs by type token."""
    return Counter(resource_type(urn) for urn in urns)


def is_custom(urn: str) -> bool:
    """Tell whether the URN is a resource of AWS, not a component, the stack itself or a provider."""
    return resource_type(urn).startswith("aws:")
