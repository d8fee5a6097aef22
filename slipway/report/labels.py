"""How long a text is before a browser has set it, and where texts go so that none covers another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# Letters by their advance width in 1/100 em in DejaVu Sans, the widest face that browsers choose for sans-serif,
# rounded up: whatever face a reader has, texts are not longer than is said here.
_CLASSES = {
    30: "'IJijl",
    36: " ,-./:;\\f|",
    42: "!()[]rt",
    54: '"*?_`sz',
    64: "$0123456789EFLPSTYabcdeghknopquvxy{}",
    70: "ABCKRVXZ",
    78: "&DGHNU",
    86: "#+<=>MOQ^w~\N{MINUS SIGN}",
    100: "%@Wm…—",
}
_WIDTHS = {letter: hundredths / 100 for hundredths, letters in _CLASSES.items() for letter in letters}
_ALPHABETS_END = 0x052F  # of Latin, Greek and Cyrillic
_PICTURES_BEGIN = 0x1F000
_ALPHABET, _DOUBLE, _PICTURE = 0.9, 1.1, 1.45
BOLD = 1.2
"""How much longer bold texts are."""
ELLIPSIS = "…"


def width(text: str, size: float) -> float:
    """Return how long a text is at most when it is set in `size`."""
    return sum(_width(letter) for letter in text) * size


def _width(letter: str) -> float:
    if letter in _WIDTHS:
        return _WIDTHS[letter]
    if ord(letter) >= _PICTURES_BEGIN:
        return _PICTURE
    return _ALPHABET if ord(letter) <= _ALPHABETS_END else _DOUBLE


def fit(text: str, size: float, room: float) -> str:
    """Return the text, or as much of it as the room holds with an ellipsis."""
    line = " ".join(text.split())
    if width(line, size) <= room:
        return line
    left = room - width(ELLIPSIS, size)
    kept = 0
    for letter in line:
        left -= _width(letter) * size
        if left < 0:
            break
        kept += 1
    return line[:kept].rstrip() + ELLIPSIS


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move places apart until neighbours are `gap` apart and all lie in low..high, each as near as it can to its own.

    Too many for the room keep the gap and run over the high end: whoever draws makes the room long enough.
    """
    order = sorted(range(len(places)), key=lambda one: (places[one], one))
    moved = [0.0] * len(places)
    edge = low
    for one in order:
        moved[one] = max(places[one], edge)
        edge = moved[one] + gap
    edge = max(high, low + gap * (len(places) - 1))
    for one in reversed(order):
        moved[one] = min(moved[one], edge)
        edge = moved[one] - gap
    return moved


@dataclass(frozen=True, kw_only=True)
class Flag:
    """Where the text of a vertical line goes."""

    start: float
    row: int
    """0 is nearest to the plot."""
    across: bool
    """The text lies across its own line, which ends below it; otherwise it stands to the right of the line."""


def flags(places: Sequence[float], lengths: Sequence[float], *, right: float, gap: float) -> list[Flag]:
    """Place texts to the right of their lines, in rows: none covers another or lies across another's line.

    A line rises to its own text. A text must therefore lie higher than the texts of the lines that it spans; these are
    to the right of its own line, so that lines are taken from the right. Where the drawing ends, texts slide to the
    left, across their own lines; only there can one lie across another's.
    """
    found: dict[int, Flag] = {}
    for one in sorted(range(len(places)), key=lambda each: (-places[each], -each)):
        start = max(min(places[one], right - lengths[one]), 0.0)
        end = start + lengths[one] + gap
        spanned = [flag.row for other, flag in found.items() if start - gap < places[other] < end]
        row = max(spanned, default=-1) + 1
        while any(
            flag.row == row and flag.start < end and start < flag.start + lengths[other] + gap
            for other, flag in found.items()
        ):
            row += 1
        found[one] = Flag(start=start, row=row, across=start < places[one])
    return [found[one] for one in range(len(places))]


def badges(places: Sequence[float], lengths: Sequence[float], *, right: float, gap: float) -> list[Flag]:
    """Place short texts on top of their lines, in as few rows as keep them apart."""
    ends: list[float] = []
    found: dict[int, Flag] = {}
    for one in sorted(range(len(places)), key=lambda each: (places[each], each)):
        start = max(min(places[one] - lengths[one] / 2, right - lengths[one]), 0.0)
        row = next((row for row, end in enumerate(ends) if end + gap <= start), len(ends))
        ends[row : row + 1] = [start + lengths[one]]
        found[one] = Flag(start=start, row=row, across=True)
    return [found[one] for one in range(len(places))]
