"""The few shapes that charts are drawn with; colours and type come from the style sheet."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slipway.report import labels
from slipway.report.markup import Markup, coordinate, tag
from slipway.report.scales import fitting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slipway.report.scales import Scale, Tick

TYPE_SIZE = 12.5
"""Size of every text in a chart, in its own units, which are about as large as a CSS pixel."""
SMALL_SIZE = 11.5
"""Size of the text at ticks; the style sheet says the same."""
TICK_GAP = 6
EDGE = 1
"""Where texts at the left edge begin: some letters reach beyond their own box."""
MOST_TICKS = 12
TOUCHING = 0.02
"""Gap below which two columns touch: coordinates have two decimals."""
# corners of a marker around (0, 0), for a marker of size 1
_CORNERS = {
    "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "triangle": ((0, -1.2), (1.15, 0.85), (-1.15, 0.85)),
    "wedge": ((0, 1.2), (1.15, -0.85), (-1.15, -0.85)),
    "plank": ((-1.35, -0.6), (1.35, -0.6), (1.35, 0.6), (-1.35, 0.6)),
    "diamond": ((0, -1.3), (1.15, 0), (0, 1.3), (-1.15, 0)),
    "pentagon": tuple(
        (1.15 * math.sin(turn * math.tau / 5), -1.15 * math.cos(turn * math.tau / 5)) for turn in range(5)
    ),
}


@dataclass(frozen=True, kw_only=True)
class Plot:
    """The rectangle between the axes, in the drawing's units, y downwards."""

    left: float
    right: float
    top: float
    bottom: float


@dataclass(frozen=True, kw_only=True)
class Size:
    """One of the two drawings of a chart: the style sheet shows the one that suits the page's width."""

    name: str
    width: float

    @property
    def narrow(self) -> bool:
        """Whether this is the drawing for a phone."""
        return self is NARROW


WIDE = Size(name="wide", width=860)
NARROW = Size(name="narrow", width=340)


def chart(
    size: Size, height: float, *content: str | None, label: str, description: str, width: float | None = None
) -> Markup:
    """Return a drawing that says to those who can't see it what it is and what it shows."""
    return tag(
        "svg",
        tag("desc", description),
        *content,
        class_=f"chart {size.name}",
        viewBox=f"0 0 {coordinate(size.width if width is None else width)} {coordinate(height)}",
        role="img",
        aria_label=label,
    )


def text(x: float, y: float, words: str, *, class_: str | None = None, anchor: str | None = None) -> Markup:
    """Return a line of text whose baseline begins (or ends, or has its middle) at x, y."""
    return tag("text", words, x=x, y=y, class_=class_, text_anchor=anchor)


def line(x1: float, y1: float, x2: float, y2: float, class_: str, dash: str | None = None) -> Markup:
    """Return a straight line."""
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_, stroke_dasharray=dash)


def rectangles(corners: Sequence[tuple[float, float, float, float]], class_: str) -> Markup | None:
    """Return rectangles (left, top, right, bottom) as one shape; None for none."""
    drawn = "".join(
        f"M{coordinate(left)} {coordinate(top)}H{coordinate(right)}V{coordinate(bottom)}H{coordinate(left)}Z"
        for left, top, right, bottom in corners
    )
    return tag("path", d=drawn, class_=class_) if drawn else None


def steps(columns: Sequence[tuple[float, float, float, float]], class_: str) -> Markup | None:
    """Return columns (left, top, right, bottom), from left to right, as areas without inner edges; None for none."""
    areas: list[list[tuple[float, float, float, float]]] = []
    for column in columns:
        if areas and abs(areas[-1][-1][2] - column[0]) < TOUCHING:
            areas[-1].append(column)
        else:
            areas.append([column])
    drawn = []
    for area in areas:
        tops = "".join(f"V{coordinate(top)}H{coordinate(right)}" for _, top, right, _ in area)
        bottoms = "".join(f"V{coordinate(bottom)}H{coordinate(left)}" for left, _, _, bottom in reversed(area))
        drawn.append(f"M{coordinate(area[0][0])} {coordinate(area[0][3])}{tops}{bottoms}Z")
    return tag("path", d="".join(drawn), class_=class_) if drawn else None


def marker(shape: str, x: float, y: float, radius: float, class_: str, title: str | None = None) -> Markup:
    """Return a marker, a circle or one with corners; the title shows when the pointer rests on it."""
    said = None if title is None else tag("title", title)
    if shape == "circle":
        return tag("circle", said, cx=x, cy=y, r=radius, class_=class_)
    corners = " ".join(
        f"{coordinate(x + radius * right)},{coordinate(y + radius * down)}" for right, down in _CORNERS[shape]
    )
    return tag("polygon", said, points=corners, class_=class_)


def interval(x: float, low: float, high: float, cap: float, class_: str) -> Markup:
    """Return a vertical bar from low to high (places, not values) with caps."""
    left, right = coordinate(x - cap), coordinate(x + cap)
    top, bottom = coordinate(high), coordinate(low)
    return tag("path", d=f"M{left} {top}H{right}M{coordinate(x)} {top}V{bottom}M{left} {bottom}H{right}", class_=class_)


def mast(place: float, base: float, foot: float, where: labels.Flag, class_: str, dash: str | None = None) -> Markup:
    """Return the vertical line of a flag, from its foot up to its text, whose baseline is `base`."""
    return line(place, base + 4 if where.across else base - 11, place, foot, class_, dash)


def flag(base: float, where: labels.Flag, words: str) -> Markup:
    """Return the text of a flag; drawn after all masts, its outline covers those that it can't avoid."""
    return text(where.start + (0 if where.across else 4), base, words, class_="flag")


def x_axis(plot: Plot, scale: Scale, title: str, *, unit: str = "", at: float | None = None) -> Markup:
    """Return ticks with their texts below the plot, and what they count at the right end below them."""
    base = plot.bottom if at is None else at
    most = max(2, min(MOST_TICKS, int((plot.right - plot.left) / 40)))
    ticks = fitting(scale, lambda words: labels.width(words + unit, SMALL_SIZE) + 2 * TICK_GAP, most)
    return tag(
        "g",
        line(plot.left, base, plot.right, base, "axis"),
        *(line(scale(tick.value), base, scale(tick.value), base + 4, "axis") for tick in ticks),
        *(text(scale(tick.value), base + 17, tick.text + unit, class_="tick", anchor="middle") for tick in ticks),
        text(plot.right, base + 34, title, class_="axis-title", anchor="end"),
    )


def y_axis(plot: Plot, scale: Scale, ticks: Sequence[Tick], *, unit: str = "") -> Markup:
    """Return grid lines with their texts left of the plot."""
    return tag(
        "g",
        *(line(plot.left, scale(tick.value), plot.right, scale(tick.value), "grid") for tick in ticks),
        *(
            text(plot.left - TICK_GAP, scale(tick.value) + 4, tick.text + unit, class_="tick", anchor="end")
            for tick in ticks
        ),
    )
