"""An operation as plain lines: one a change, and a sign of life while nothing changes."""

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, TextIO

from slipway.engine.display.details import Details
from slipway.engine.display.human import HumanDisplay
from slipway.engine.display.ledger import HALVES, STACK_TYPE, Row
from slipway.engine.display.neutral import name_of
from slipway.engine.display.notes import Note
from slipway.engine.display.style import Style
from slipway.engine.display.words import DOING, DONE, PLANNED, SIGNS, elapsed, name_and_type

_QUIET_SECONDS = 10.0
_NAMED = 3  # resources named in a sign of life
_BRIEF = ("same", "refresh", "replace")
"""Operations whose beginning is not told: nothing happens, it is only read, or its halves tell it."""


class PlainDisplay(HumanDisplay):
    """Writes lines, for pipes, logs and terminals that can do no more."""

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
        """Begin; with `style.progress` a thread gives signs of life."""
        super().__init__(out, kind, stack, dry_run=dry_run, style=style, clock=clock, planned=planned)
        self._last = clock()
        self._late = dry_run and style.diff  # details of a preview come at its end, in an order that does not vary
        self._over = threading.Event()
        self._write(self._header)
        if style.progress:
            threading.Thread(target=self._wait, name="progress", daemon=True).start()

    def _write(self, text: str) -> None:
        self._last = self._clock()
        self._out.write(text)
        self._out.flush()

    def _wait(self) -> None:
        while not self._over.wait(1.0):
            with contextlib.suppress(OSError):  # the reader left: the next event finds out
                self.sign_of_life()

    def sign_of_life(self) -> None:
        """Say what is still being waited for, when nothing else has been said for a while."""
        with self._lock:
            now = self._clock()
            if now - self._last < _QUIET_SECONDS:
                return
            rows = [row for row in self._ledger.running.values() if f"::{STACK_TYPE}::" not in row.urn]
            rows.sort(key=lambda row: row.since)
            names = [f"{row.kind} {row.name} {elapsed(now - row.since)}" for row in rows[:_NAMED]]
            more = f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
            what = ", ".join(names) + more if names else f"the program {elapsed(now - self._started)}"
            self._write(f"@ {self._title.lower()}.... waiting for {what}\n")

    def say(self, text: str) -> None:
        """Say something to the person at once."""
        with self._lock:
            self._write(text)

    def close(self) -> None:
        """Write the end."""
        self._over.set()
        with self._lock:
            if self._late:
                self._write(self.details())
            self._write(self._end())

    def _configured(self, config: Mapping[str, str]) -> None:
        self._write(self._settings(config))

    def _line(self, metadata: dict[str, Any], text: str, tail: str = "") -> None:
        op = metadata["op"]
        sign = self._paint.op(SIGNS.get(op, "  "), op)
        named = " ".join(name_and_type(metadata["urn"]))
        parts = (f" {sign} {named}", self._paint.op(text, op), name_of(tail))
        self._write(" ".join(part for part in parts if part).rstrip() + "\n")

    def _began(self, row: Row | None, metadata: dict[str, Any]) -> None:
        if row is None or self._late:
            return
        op = metadata["op"]
        if self._ledger.dry_run:
            if op != "refresh":
                self._line(metadata, PLANNED.get(op, op), row.changes)
        elif self._style.diff and op != "refresh":
            if op not in HALVES or self._style.replacement_steps:
                self._write("".join(line + "\n" for line in Details(self._paint, full=self._style.full).step(metadata)))
        elif op not in _BRIEF:
            self._line(metadata, f"{DOING.get(op, op)} (0s)", row.changes)

    def _ended(self, row: Row | None, metadata: dict[str, Any]) -> None:
        op = metadata["op"]
        if row is None or self._late or (self._ledger.dry_run and self._kind != "refresh"):
            return
        word = PLANNED.get(op, op) if self._ledger.dry_run else DONE.get(op, op)
        self._line(
            metadata,
            word if op == "same" or self._ledger.dry_run else f"{word} {elapsed(row.took)}",
            row.changes,
        )

    def _failed(self, row: Row, metadata: dict[str, Any]) -> None:
        self._line(metadata, f"**{DOING.get(row.op, row.op)} failed**")

    def _said(self, note: Note | None) -> None:
        if note is not None and note.severity == "error" and not note.general:
            where = " ".join(name_and_type(note.urn)) + " " if note.urn else ""
            self._write(f"    {where}error: {note.brief}\n")
