"""What happened while a load ran: vertical lines with their texts, or with numbers where texts have no room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slipway.report import labels, svg
from slipway.report.markup import escape, join, name, tag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slipway.report.findings import Moment
    from slipway.report.markup import Markup
    from slipway.report.scales import Linear

ROW = 17
TEXT_ROOM = 300
MOST_ROWS = 8
ABOVE_PLOT = 27
"""From the lowest row's baseline down to the plot; the axis has its title in between."""


@dataclass(frozen=True, kw_only=True)
class Placed:
    """Moments on a time axis."""

    moments: tuple[Moment, ...]
    places: tuple[float, ...]
    flags: tuple[labels.Flag, ...]
    texts: tuple[str, ...]
    numbered: bool
    """The texts are numbers, and a list has to say what they stand for."""

    @property
    def height(self) -> float:
        """Return how much room the texts need above the axis's title."""
        return ROW * (1 + max((flag.row for flag in self.flags), default=-1))


def in_order(moments: Sequence[Moment]) -> tuple[Moment, ...]:
    """Return the moments as they came."""
    return tuple(sorted(moments, key=lambda one: one.at))


def place(moments: Sequence[Moment], x: Linear, right: float, *, texts: bool) -> Placed:
    """Find a place for every moment's text if `texts` are wanted and have room, otherwise for its number."""
    ordered = in_order(moments)
    places = tuple(x(one.at) for one in ordered)
    if texts:
        words = tuple(labels.fit(f"{one.at:.1f} s {one.text}", svg.SMALL_SIZE, TEXT_ROOM) for one in ordered)
        lengths = [labels.width(each, svg.SMALL_SIZE) + 6 for each in words]
        flags = labels.flags(places, lengths, right=right, gap=4)
        if all(flag.row < MOST_ROWS for flag in flags):
            return Placed(moments=ordered, places=places, flags=tuple(flags), texts=words, numbered=False)
    words = tuple(str(number) for number in range(1, len(ordered) + 1))
    badges = labels.badges(places, [labels.width(each, svg.SMALL_SIZE) for each in words], right=right, gap=3)
    return Placed(moments=ordered, places=places, flags=tuple(badges), texts=words, numbered=True)


def draw(placed: Placed, top: float, foot: float) -> list[Markup]:
    """Return lines from their foot to above the plot, whose top is `top`, and then the texts."""
    bases = [top - ABOVE_PLOT - flag.row * ROW for flag in placed.flags]
    masts = [
        tag("g", tag("title", f"{moment.at:.1f} s: {moment.text}"), svg.mast(at, base, foot, flag, "moment"))
        for moment, at, base, flag in zip(placed.moments, placed.places, bases, placed.flags, strict=True)
    ]
    texts = [
        svg.flag(base, flag, _timed(words)) for flag, base, words in zip(placed.flags, bases, placed.texts, strict=True)
    ]
    return [*masts, *texts]


def listed(moments: Sequence[Moment], *, always: bool) -> Markup | None:
    """Return the list that numbers refer to, shown always or on narrow pages only; None when nothing happened."""
    items = [tag("li", tag("span", f"{one.at:.1f} s", class_="soft"), " ", name(one.text)) for one in in_order(moments)]
    return tag("ol", *items, class_="moments always" if always else "moments") if items else None


def _timed(words: str) -> Markup:
    """Set the time of a moment apart from its text."""
    time, unit, rest = words.partition(" s ")
    return join((tag("tspan", f"{time} s", class_="when"), " ", rest)) if unit else escape(words)
