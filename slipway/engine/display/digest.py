"""`preview --json`: one document at the end, in the form of the real preview digest."""

import json
import time
from collections.abc import Mapping
from typing import Any

from slipway.engine.codec import SECRET, SIGNATURE
from slipway.engine.display.neutral import plain_text

_HALVES = ("create-replacement", "delete-replaced", "discard-replaced")
_STACK_TYPE = "pulumi:pulumi:Stack"


class Digest:
    """Collects events into a preview digest."""

    def __init__(self, config: Mapping[str, str], *, show_sames: bool) -> None:
        self._config = dict(sorted(config.items()))
        self._show_sames = show_sames
        self._steps: dict[tuple[str, str], dict[str, Any]] = {}
        self._notes: list[dict[str, Any]] = []
        self._summary: dict[str, Any] = {}
        self._started = time.monotonic_ns()

    def event(self, event: dict[str, Any]) -> None:
        """Take one event."""
        found = event.get("resourcePreEvent") or event.get("resOutputsEvent")
        if found:
            self._step(found["metadata"], done="resOutputsEvent" in event)
        elif note := event.get("diagnosticEvent"):
            if note.get("severity") != "debug" and note.get("message"):
                kept = {"urn": note.get("urn"), "prefix": note.get("prefix"), "severity": note["severity"]}
                message = plain_text((note.get("prefix") or "") + note["message"])
                self._notes.append({k: v for k, v in {**kept, "prefix": None, "message": message}.items() if v})
        elif summary := event.get("summaryEvent"):
            self._summary = summary

    def _step(self, metadata: dict[str, Any], *, done: bool) -> None:
        op, urn = metadata["op"], metadata["urn"]
        if op in _HALVES or (op == "same" and not self._show_sames and metadata["type"] != _STACK_TYPE):
            return
        if done and (urn, op) in self._steps:
            return  # the real digest has steps as they begin
        if done and (urn, "refresh") in self._steps:
            del self._steps[(urn, "refresh")]
        step: dict[str, Any] = {"op": op, "urn": urn}
        if metadata.get("provider"):
            step["provider"] = metadata["provider"]
        for side in ("old", "new"):
            if metadata.get(side):
                step[f"{side}State"] = _state(metadata[side])
        if metadata.get("diffs"):
            step["diffReasons"] = metadata["diffs"]
        if metadata.get("keys"):
            step["replaceReasons"] = metadata["keys"]
        detailed = metadata.get("detailedDiff")
        step["detailedDiff"] = detailed and {
            path: {"kind": entry.get("diffKind"), "inputDiff": entry.get("inputDiff", False)}
            for path, entry in detailed.items()
        }
        self._steps[(urn, op)] = step

    def text(self) -> str:
        """Return the document."""
        body: dict[str, Any] = {"config": self._config} if self._config else {}
        body["steps"] = list(self._steps.values())
        if self._notes:
            body["diagnostics"] = self._notes
        body["duration"] = time.monotonic_ns() - self._started
        body["changeSummary"] = self._summary.get("resourceChanges") or {}
        if self._summary.get("maybeCorrupt"):
            body["maybeCorrupt"] = True
        return json.dumps(body, indent=4, ensure_ascii=False)


def _state(found: dict[str, Any]) -> dict[str, Any]:
    """Return a resource of an event as the digest writes it: empty fields left out, secrets as [secret]."""
    kept = {"urn": found["urn"], "custom": found.get("custom", False)}
    kept |= {key: _hidden(value) for key, value in found.items() if key not in kept and value not in (None, "", {}, [])}
    return kept


def _hidden(value: Any) -> Any:
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET and "plaintext" not in value:
            return "[secret]"
        return {key: _hidden(item) for key, item in value.items()}
    return [_hidden(item) for item in value] if isinstance(value, list) else value
