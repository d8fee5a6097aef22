"""An operation as a person reads it: what both ways of showing it have in common."""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, TextIO

from slipway.engine.display.details import Details
from slipway.engine.display.diagnostics import diagnostics_block
from slipway.engine.display.ledger import Ledger, Row
from slipway.engine.display.neutral import name_of
from slipway.engine.display.notes import Note
from slipway.engine.display.paint import BOLD, Paint
from slipway.engine.display.policies import policies_block
from slipway.engine.display.style import Style
from slipway.engine.display.summary import closing, not_done_block, outputs_block, resources_block, verdict

TITLES = {
    "up": ("Updating", "Previewing update"),
    "preview": ("Previewing update", "Previewing update"),
    "refresh": ("Refreshing", "Previewing refresh"),
    "destroy": ("Destroying", "Previewing destroy"),
}
_VERBS = {"up": "update", "preview": "preview"}


class HumanDisplay(ABC):
    """Takes an operation's events in; `event` may be called from any thread."""

    def __init__(
        self,
        out: TextIO,
        kind: str,
        stack: str,
        *,
        dry_run: bool,
        style: Style,
        clock: Callable[[], float] = time.monotonic,
        planned: Mapping[str, str] | None = None,
    ) -> None:
        """`planned` is what a preview before this operation had planned: URN to operation."""
        self._out = out
        self._kind = kind
        self._style = style
        self._clock = clock
        self._started = clock()
        self._before = planned or {}
        self._paint = Paint(color=style.color)
        self._title = TITLES[kind][dry_run]
        self._lock = threading.RLock()
        self._header = self._paint(f"{self._title} ({name_of(stack)}):", BOLD) + "\n"
        self._ledger = Ledger(
            dry_run=dry_run,
            clock=clock,
            keep=style.keep or style.diff,
            show_sames=style.show_sames,
            show_reads=style.show_reads,
            steps=style.replacement_steps,
        )

    def event(self, event: dict[str, Any]) -> None:
        """Take one event."""
        ledger = self._ledger
        with self._lock:
            if begin := event.get("resourcePreEvent"):
                self._began(ledger.begin(begin["metadata"]), begin["metadata"])
            elif end := event.get("resOutputsEvent"):
                self._ended(ledger.end(end["metadata"]), end["metadata"])
            elif failed := event.get("resOpFailedEvent"):
                self._failed(ledger.fail(failed["metadata"]), failed["metadata"])
            elif said := event.get("diagnosticEvent"):
                self._said(ledger.note(said))
            elif found := event.get("policyEvent"):
                self._said(ledger.policy(found))
            elif changed := event.get("policyRemediationEvent"):
                ledger.remediations.append(changed)
            elif summary := event.get("summaryEvent"):
                ledger.summary = summary
            elif prelude := event.get("preludeEvent"):
                ledger.config = prelude.get("config") or {}
                if self._style.config:
                    self._configured(ledger.config)

    @abstractmethod
    def say(self, text: str) -> None:
        """Say something to the person at once, such as what an interrupt does."""

    @abstractmethod
    def close(self) -> None:
        """Show how it ended."""

    @abstractmethod
    def _began(self, row: Row | None, metadata: dict[str, Any]) -> None: ...

    @abstractmethod
    def _ended(self, row: Row | None, metadata: dict[str, Any]) -> None: ...

    @abstractmethod
    def _failed(self, row: Row, metadata: dict[str, Any]) -> None: ...

    @abstractmethod
    def _said(self, note: Note | None) -> None: ...

    @abstractmethod
    def _configured(self, config: Mapping[str, str]) -> None: ...

    @property
    def planned(self) -> dict[str, str]:
        """What a preview planned: URN to operation."""
        return {row.urn: row.op for row in self._ledger.rows.values() if row.state == "planned" and row.op != "same"}

    def details(self) -> str:
        """Return every step with what it changes, sorted by type and name."""
        details = Details(self._paint, full=self._style.full)
        dry = self._ledger.dry_run
        rows = sorted(self._ledger.rows.values(), key=lambda row: (row.kind, row.name, row.urn))
        lines = []
        for row in rows:
            if row.metadata is not None and row.visible:
                word = None if dry else {"failed": "failed", "done": None}.get(row.state, row.state)
                lines += details.step(row.metadata, word=word)
        return "".join(line + "\n" for line in lines)

    def _settings(self, config: Mapping[str, str]) -> str:
        lines = [f"    {name_of(key)}: {name_of(str(value))}" for key, value in sorted(config.items())]
        return "\n".join(["Configuration:", *lines]) + "\n" if lines else ""

    def _end(self) -> str:
        """Return the blocks after the changes."""
        ledger, style, paint = self._ledger, self._style, self._paint
        packs = (ledger.summary or {}).get("PolicyPacks") or {}
        policies = policies_block(
            ledger.policies, ledger.remediations, packs, paint, mandatory=ledger.mandatory, full=style.remediations
        )
        said = diagnostics_block(ledger.errors, ledger.others, paint, stack=ledger.stack_urn)
        blocks = [policies, said] if ledger.violations else [said, policies]
        # A program that ended early has not said what its outputs become.
        if style.outputs and not ledger.broken and self._kind not in ("destroy", "refresh"):
            blocks.append(outputs_block(ledger, paint, full=style.full))
        blocks.append(resources_block(ledger, paint))
        planned = {} if ledger.dry_run else self._before
        if ledger.broken:
            blocks.append(not_done_block(ledger, planned, paint))
        if ledger.summary is not None:
            word = _VERBS.get(self._kind, self._kind)
            if ledger.dry_run and self._kind != "preview":
                word = f"preview of the {word}"
            blocks.append(verdict(word, ledger, planned, self._clock() - self._started, paint))
        return closing(blocks)
