"""What a person sees while a stack is made: one line that changes on a terminal, a line every ten seconds elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway.event_log import EventLog

EVERY_SECONDS = 10.0
CLEAR_LINE = "\r\x1b[K"


class Progress:
    """Writes lines, and between them how far an operation is."""

    def __init__(self, stream: TextIO | None = None, now: Callable[[], float] = time.monotonic) -> None:
        self._stream = sys.stdout if stream is None else stream
        self._live = self._stream.isatty()
        self._now = now
        self._started = now()
        self._last = self._started

    def say(self, text: str) -> None:
        """Write a line that stays."""
        self._stream.write(f"{CLEAR_LINE if self._live else ''}{text}\n")
        self._stream.flush()

    def of(self, operation: str) -> Callable[[EventLog], None]:
        """Return what shows how far an operation is."""
        return lambda events: self._show(operation, events)

    def _show(self, operation: str, events: EventLog) -> None:
        now = self._now()
        if not self._live and now - self._last < EVERY_SECONDS:
            return
        self._last = now
        done, begun = len(events.done), len(events.changed())
        text = f"{operation}: {done} done, {max(0, begun - done)} under way, {now - self._started:.0f} s"
        self._stream.write(f"{CLEAR_LINE}{text}" if self._live else f"{text}\n")
        self._stream.flush()
