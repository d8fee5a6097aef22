"""Lines at the bottom of a terminal that are painted again and again, in plain escape sequences.

Nothing is switched on that would have to be switched off again: a process that is killed leaves the terminal as it was.
"""

import re
from typing import TextIO

from slipway.engine.display.neutral import cells

_COLOR = re.compile(r"\x1b\[[0-9;]*m")
# Terminals that know these show all of it at once; the others skip them.
_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"


class Region:
    """The lines that were painted last, and how to replace them."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._lines: list[str] = []

    def paint(self, lines: list[str], width: int, above: str = "") -> None:
        """Replace the lines; `above` goes over them and stays. Lines are narrower than `width`."""
        if lines == self._lines and not above:
            return
        # A terminal that became narrower has wrapped what stood there.
        up = sum(max(1, -(-cells(_COLOR.sub("", line)) // max(1, width))) for line in self._lines)
        text = ["\r" if self._lines else "", f"\x1b[{up}A" if up else ""]
        if above:
            text.append("\x1b[J" + above)
        for n, line in enumerate(lines):
            same = not above and n < len(self._lines) and up == len(self._lines) and self._lines[n] == line
            text.append("\r\n" if same else f"{line}\x1b[K\r\n")
        text.append("\x1b[J")
        self._lines = lines
        self._out.write(_BEGIN + "".join(text) + _END)
        self._out.flush()

    def clear(self, width: int) -> None:
        """Take the lines away."""
        self.paint([], width)
