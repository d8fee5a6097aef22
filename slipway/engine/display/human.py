"""The plain text of an operation: one line a step, progress while waiting, errors first, then outputs and counts."""

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TextIO

from slipway.engine.display.details import show, step_lines
from slipway.engine.display.summary import diagnostics_block, policies_block, resources_block
from slipway.engine.display.words import (
    COLORS,
    DOING,
    DONE,
    PLANNED,
    SIGNS,
    changed_keys,
    elapsed,
    is_default_provider,
    plain_text,
    resource_of,
)

_STACK_TYPE = "pulumi:pulumi:Stack"
_QUIET_SECONDS = 10.0
_NAMED = 3  # resources named in a progress line
TITLES = {
    "up": ("Updating", "Previewing update"),
    "preview": ("Previewing update", "Previewing update"),
    "refresh": ("Refreshing", "Previewing refresh"),
    "destroy": ("Destroying", "Previewing destroy"),
}


@dataclass(frozen=True, kw_only=True)
class Style:
    """What is shown and how."""

    color: bool = False
    diff: bool = False
    show_sames: bool = False
    outputs: bool = True
    progress: bool = True


class HumanDisplay:
    """Writes an operation's events for a person; `event` may be called from any thread, one call at a time."""

    def __init__(
        self,
        out: TextIO,
        kind: str,
        stack: str,
        *,
        dry_run: bool,
        style: Style,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._out = out
        self._dry = dry_run
        self._style = style
        self._clock = clock
        self._started = self._last = clock()
        self._running: dict[tuple[str, str], float] = {}
        self._notes: list[dict[str, Any]] = []
        self._policies: list[dict[str, Any]] = []
        self._failed: set[str] = set()
        self._summary: dict[str, Any] | None = None
        self._outputs: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
        self._word = TITLES[kind][dry_run]
        self._kind = kind
        self._write(f"{self._word} ({stack}):\n")
        self._over = threading.Event()
        if style.progress:
            threading.Thread(target=self._wait, name="progress", daemon=True).start()

    def event(self, event: dict[str, Any]) -> None:
        """Take one event."""
        if begin := event.get("resourcePreEvent"):
            self._begin(begin["metadata"])
        elif end := event.get("resOutputsEvent"):
            self._end(end["metadata"])
        elif failed := event.get("resOpFailedEvent"):
            self._fail(failed["metadata"])
        elif note := event.get("diagnosticEvent"):
            self._note(note)
        elif violation := event.get("policyEvent"):
            self._policies.append(violation)
        elif summary := event.get("summaryEvent"):
            self._summary = summary

    def close(self) -> None:
        """Write the end: errors, policies, outputs, counts, duration."""
        self._over.set()
        blocks = [policies_block(self._policies), diagnostics_block(self._notes)]
        if self._style.outputs:
            blocks.append(self._outputs_block())
        blocks.append(resources_block(self._summary, self._failed, planned=self._dry))
        if not self._dry:
            blocks.append([f"Duration: {self._clock() - self._started:.0f}s"])
        for block in blocks:
            if block:
                self._write("\n" + "\n".join(block) + "\n")

    def _write(self, text: str) -> None:
        self._last = self._clock()
        self._out.write(text)
        self._out.flush()

    def _wait(self) -> None:
        while not self._over.wait(1.0):
            now = self._clock()
            if now - self._last < _QUIET_SECONDS:
                continue
            running = sorted((since, urn) for (urn, _), since in list(self._running.items()) if _STACK_TYPE not in urn)
            names = [f"{' '.join(resource_of(urn))} {elapsed(now - since)}" for since, urn in running[:_NAMED]]
            more = ", ..." if len(running) > _NAMED else ""
            with contextlib.suppress(OSError):  # the reader left: the next event finds out
                self._write(f"@ {self._word.lower()}....{' waiting for ' + ', '.join(names) + more if names else ''}\n")

    def _row(self, metadata: dict[str, Any], text: str, tail: str = "") -> None:
        op = metadata["op"]
        sign = SIGNS.get(op, "  ")
        if self._style.color and op in COLORS:
            sign, text = (f"\x1b[{COLORS[op]}m{part}\x1b[0m" if part else "" for part in (sign, text))
        kind, name = resource_of(metadata["urn"])
        self._write(" ".join(part for part in (f" {sign} {kind} {name}", text, tail) if part).rstrip() + "\n")

    def _begin(self, metadata: dict[str, Any]) -> None:
        op, urn = metadata["op"], metadata["urn"]
        self._running[(urn, op)] = self._clock()
        if self._hidden(metadata):
            return
        if self._style.diff:
            self._write("".join(line + "\n" for line in step_lines(metadata)))
        elif self._dry and op != "refresh":
            self._row(metadata, PLANNED.get(op, op), changed_keys(metadata))
        elif op not in ("same", "refresh"):
            self._row(metadata, f"{DOING.get(op, op)} (0s)", changed_keys(metadata))

    def _hidden(self, metadata: dict[str, Any]) -> bool:
        """Say whether a step is left out: nothing changes, or the engine made it up (a default provider)."""
        if self._style.diff and metadata["op"] in ("create-replacement", "delete-replaced"):
            return True  # `replace` stands for the three of them
        return is_default_provider(metadata) or (metadata["op"] == "same" and not self._style.show_sames)

    def _end(self, metadata: dict[str, Any]) -> None:
        op, urn = metadata["op"], metadata["urn"]
        since = self._running.pop((urn, op), None) or self._running.pop((urn, "refresh"), None)
        if metadata["type"] == _STACK_TYPE and op != "delete":
            before, after = (metadata.get(side) or {} for side in ("old", "new"))
            self._outputs = (before.get("outputs") or {}, after.get("outputs") or {})
        if op in ("same", "refresh") or (self._dry and self._kind != "refresh") or is_default_provider(metadata):
            return
        seconds = self._clock() - since if since is not None else 0
        word = PLANNED.get(op, op) if self._dry else f"{DONE.get(op, op)} {elapsed(seconds)}"
        self._row(metadata, word, changed_keys(metadata))

    def _fail(self, metadata: dict[str, Any]) -> None:
        op, urn = metadata["op"], metadata["urn"]
        self._running.pop((urn, op), None)
        self._failed.add(urn)
        self._row(metadata, f"**{DOING.get(op, op)} failed**")

    def _note(self, note: dict[str, Any]) -> None:
        severity = note.get("severity", "info")
        if severity == "debug":
            return
        text = plain_text(note.get("message", "")).rstrip()
        if not text or note.get("ephemeral"):
            return
        self._notes.append({"urn": note.get("urn", ""), "severity": severity, "text": text})
        if severity == "error":
            self._failed.add(note.get("urn", ""))
            kind, name = resource_of(note["urn"]) if note.get("urn") else ("", "")
            where = f"{kind} {name} " if name else ""
            self._write(f"    {where}error: {text.splitlines()[0]}\n")

    def _outputs_block(self) -> list[str]:
        before, after = self._outputs
        broken = self._dry and bool(self._failed)  # a program that ended early has not said what its outputs become
        if broken or self._kind in ("destroy", "refresh") or not (before or after):
            return []
        width = max(len(key) for key in {*before, *after})
        lines = ["Outputs:"]
        for key in sorted({*before, *after}):
            label = key.ljust(width)
            if key not in before:
                lines.append(f"  + {label}: {show(after[key])}" if before else f"    {label}: {show(after[key])}")
            elif key not in after:
                lines.append(f"  - {label}: {show(before[key])}")
            elif before[key] != after[key]:
                lines.append(f"  ~ {label}: {show(before[key])} => {show(after[key])}")
            else:
                lines.append(f"    {label}: {show(after[key])}")
        changed = any(not line.startswith("    ") for line in lines[1:])
        return lines if changed or not self._dry or not before else []
