"""The lines of an event log, one EngineEvent of Pulumi each (sdk/go/common/apitype/events.go); all wrong is said."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

READ = frozenset(
    {
        "resourcePreEvent",
        "resOutputsEvent",
        "resOpFailedEvent",
        "diagnosticEvent",
        "policyEvent",
        "policyRemediationEvent",
        "summaryEvent",
        "cancelEvent",
        "preludeEvent",
        "errorEvent",
    }
)
"""Kinds of event that a plan is made of."""
_LEFT = frozenset(
    {
        "stdoutEvent",
        "policyLoadEvent",
        "policyAnalyzeSummaryEvent",
        "policyRemediateSummaryEvent",
        "policyAnalyzeStackSummaryEvent",
        "progressEvent",
        "startDebuggingEvent",
    }
)
_NOT_KINDS = frozenset({"sequence", "timestamp"})
_SHOWN_KINDS = 5

Event = tuple[str, Mapping[str, Any]]
"""Kind and content."""


@dataclass(frozen=True, kw_only=True)
class Lines:
    """The events of one run, and what could not be read."""

    events: tuple[Event, ...]
    troubles: tuple[str, ...]


def events(lines: Iterable[bytes]) -> Lines:
    """Return the events of the last run in a log."""
    reader = _Reader()
    for number, line in enumerate(lines, start=1):
        if line.strip():
            reader.take(number, line)
    return Lines(events=tuple(reader.found), troubles=tuple(reader.troubles()))


class _Reader:
    """Takes lines one by one; a run that begins after another has ended takes its place."""

    def __init__(self) -> None:
        self.found: list[Event] = []
        self._unreadable: list[int] = []
        self._cut = False
        self._foreign = 0
        self._newer: Counter[str] = Counter()
        self._sequences: set[int] = set()
        self._runs = 1
        self._mixed = False
        self._begun = False
        self._over = False
        self._digest = False

    def take(self, number: int, line: bytes) -> None:
        try:
            raw = json.loads(line)
        except (ValueError, RecursionError):
            self._unreadable.append(number)
            # the writer was stopped within this line
            self._cut = not line.endswith(b"\n")
            return
        if not isinstance(raw, dict):
            self._unreadable.append(number)
            return
        kinds = [kind for kind in raw if kind not in _NOT_KINDS]
        if "steps" in raw and "changeSummary" in raw:
            self._digest = True
            return
        if len(kinds) != 1 or not isinstance(raw[kinds[0]], dict):
            self._foreign += 1
            return
        kind = kinds[0]
        if kind not in READ:
            if kind not in _LEFT:
                self._newer[kind] += 1 if kind.endswith("Event") else 0
                self._foreign += 0 if kind.endswith("Event") else 1
            return
        self._one_run(kind, raw.get("sequence"))
        self.found.append((kind, raw[kind]))

    def _one_run(self, kind: str, sequence: object) -> None:
        if self._over and kind in ("preludeEvent", "resourcePreEvent"):
            self.found.clear()
            self._sequences.clear()
            self._runs += 1
            self._over, self._begun, self._mixed = False, kind == "preludeEvent", False
        elif kind == "preludeEvent":
            self._mixed |= self._begun
            self._begun = True
        if isinstance(sequence, int):
            self._mixed |= sequence in self._sequences
            self._sequences.add(sequence)
        self._over |= kind == "cancelEvent"

    def troubles(self) -> Iterable[str]:
        """Say what is wrong with the log, the worst first."""
        if self._digest:
            yield "this is the digest of `pulumi preview --json`, not an event log: give the file of --event-log"
        if self._mixed:
            yield "events of several runs are mixed in this log: what follows may be of either"
        if self._unreadable:
            lines = ", ".join(map(str, self._unreadable[:_SHOWN_KINDS]))
            more = " ..." if len(self._unreadable) > _SHOWN_KINDS else ""
            cut = "; the last one is cut off" if self._cut else ""
            yield f"{len(self._unreadable)} lines are not JSON and were left out (line {lines}{more}){cut}"
        if self._foreign:
            yield f"{self._foreign} lines are JSON, but no events of Pulumi, and were left out"
        if newer := sorted(kind for kind, count in self._newer.items() if count):
            shown = ", ".join(kind[:60] for kind in newer[:_SHOWN_KINDS])
            yield f"events of a newer engine were left out: {shown}"
        if self._runs > 1:
            yield f"{self._runs} runs stand one after the other in this log: the last one is told"
