"""What a person sees while the demo runs: a heading, findings and a time per stage; a spinner on a terminal only."""

from __future__ import annotations

import itertools
import shutil
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator

INDENT = "      "
CLEAR_LINE = "\r\x1b[K"


class Console:
    """Writes lines that read well on a terminal and in a plain log."""

    def __init__(self, stream: TextIO | None = None, *, stages: int) -> None:
        self._stream = sys.stdout if stream is None else stream
        self._stages = stages
        self._live = self._stream.isatty()
        unicode = (getattr(self._stream, "encoding", "") or "").lower().startswith("utf")
        self._spinner = itertools.cycle("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏" if unicode else "-\\|/")
        self._number = 0
        self._started = time.monotonic()

    def line(self, text: str = "") -> None:
        """Write a line."""
        self._write(f"{CLEAR_LINE if self._live else ''}{text}\n")

    def say(self, text: str) -> None:
        """Write a finding of the current stage."""
        self.line(f"{INDENT}{text}")

    def now(self, text: str) -> None:
        """Show what is going on at the moment; gone with the next line, and never in a plain log."""
        if self._live:
            seconds = time.monotonic() - self._started
            room = shutil.get_terminal_size().columns - 1
            self._write(CLEAR_LINE + f"{INDENT}{next(self._spinner)} {seconds:3.0f} s  {text}"[:room])

    @contextmanager
    def stage(self, title: str) -> Iterator[None]:
        """Head a stage, and close it with the time that it took."""
        self._number += 1
        self._started = time.monotonic()
        self.line(f"[{self._number}/{self._stages}] {title}")
        try:
            yield
        except BaseException:
            self.say(f"stopped after {time.monotonic() - self._started:.1f} s")
            raise
        self.say(f"done in {time.monotonic() - self._started:.1f} s")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
