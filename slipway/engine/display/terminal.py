"""An operation on a terminal: a tree whose rows change while it goes on, and the whole of it at the end."""

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, TextIO

from slipway.engine.display.human import HumanDisplay
from slipway.engine.display.layout import Table, glyphs_of
from slipway.engine.display.ledger import Row
from slipway.engine.display.neutral import cut
from slipway.engine.display.notes import Note
from slipway.engine.display.paint import RED
from slipway.engine.display.screen import Region
from slipway.engine.display.style import Style, size_of
from slipway.engine.display.words import duration

_FRAME = 0.1  # seconds between two pictures, at least
_TICK = 0.25  # and at most: the spinner turns
_TURNS = 8  # of the spinner, a second


class TerminalDisplay(HumanDisplay):
    """Paints a tree."""

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
        size: Callable[[], tuple[int, int]] | None = None,
    ) -> None:
        """Begin; with `style.progress` a thread paints, which alone writes until the end."""
        super().__init__(out, kind, stack, dry_run=dry_run, style=style, clock=clock, planned=planned)
        self._size = size or (lambda: size_of(out.fileno()))
        self._glyphs = glyphs_of(out.encoding)
        self._table = Table(self._ledger, self._paint, self._glyphs)
        self._region = Region(out)
        self._above = self._header
        self._changed = True
        self._over = threading.Event()
        self._painter: threading.Thread | None = None
        if style.progress:
            self._painter = threading.Thread(target=self._keep_painting, name="display", daemon=True)
            self._painter.start()

    def _keep_painting(self) -> None:
        painted = 0.0
        # A terminal that is gone is found out by whoever writes last; the operation goes on.
        with contextlib.suppress(OSError):
            while not self._over.wait(_FRAME):
                now = self._clock()
                if self._changed or now - painted >= _TICK:
                    self.paint()
                    painted = now

    def paint(self) -> None:
        """Paint what there is now."""
        width, height = self._size()
        with self._lock:
            self._changed = False
            above, self._above = self._above, ""
            lines = self._lines(width, height)
        # Outside of the lock: a terminal that is stopped (Ctrl-S) must not stop the operation.
        self._region.paint(lines, width, above)

    def _lines(self, width: int, height: int) -> list[str]:
        now = self._clock()
        rows, left_out = self._table.part(width, max(2, height - 3), now)
        return [*rows, self._footer(width, now, left_out)]

    def _footer(self, width: int, now: float, left_out: int) -> str:
        ledger = self._ledger
        seconds = now - self._started
        of = f" of {len(self._before)}" if len(self._before) >= ledger.done > 0 else ""
        parts = [f"{ledger.done}{of} {'planned' if ledger.dry_run else 'done'}"]
        if not ledger.begun:
            parts = ["waiting for the program"]
        if ledger.running:
            parts.append(f"{len(ledger.running)} in flight")
        if ledger.unchanged:
            parts.append(f"{ledger.unchanged} unchanged")
        if ledger.failed:
            parts.append(f"{len(ledger.failed)} failed")
        if left_out:
            parts.append(f"{left_out} not shown")
        turn = self._glyphs.spinner[int(seconds * _TURNS) % len(self._glyphs.spinner)]
        text = cut(f"{turn} {self._title.lower()} {duration(seconds)}: {', '.join(parts)}", width - 1)
        return self._paint(text, RED) if ledger.failed else text

    def say(self, text: str) -> None:
        """Say something to the person at once, above the tree."""
        with self._lock:
            self._above += text
            self._changed = True

    def close(self) -> None:
        """Leave the whole tree, or the details, and the end below it."""
        self._over.set()
        if self._painter is not None:
            self._painter.join()
        width, _ = self._size()
        self._region.clear(width)
        with self._lock:
            self._ledger.settle()
            lines = [] if self._style.diff else self._table.whole(width, self._clock())
            text = self._above + "".join(line + "\n" for line in lines)
            self._out.write(text + (self.details() if self._style.diff else "") + self._end())
        self._out.flush()

    def _configured(self, config: Mapping[str, str]) -> None:
        self.say(self._settings(config))

    def _began(self, row: Row | None, metadata: dict[str, Any]) -> None:
        self._touch(row, metadata)

    def _ended(self, row: Row | None, metadata: dict[str, Any]) -> None:
        self._touch(row, metadata)

    def _failed(self, row: Row, metadata: dict[str, Any]) -> None:
        self._touch(row, metadata)

    def _touch(self, *_: object) -> None:
        self._changed = True

    def _said(self, note: Note | None) -> None:
        self._touch(note)
