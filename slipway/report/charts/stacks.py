"""The drawing of a load: requests a second, stacked by version, and a lane in which failed ones can't be overlooked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.report import labels, svg
from slipway.report.charts import moments
from slipway.report.charts.columns import columns as merged
from slipway.report.markup import tag
from slipway.report.scales import Linear

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slipway.report.charts.columns import Column
    from slipway.report.findings import Traffic
    from slipway.report.markup import Markup
    from slipway.report.series import Series
    from slipway.report.svg import Plot, Size

LEFT = 48
RIGHT = 40
HEIGHT = 210
NARROW_HEIGHT = 170
TITLE = 30
LANE_GAP = 12
LANE = 10
LEAST_PIXELS = 2.0
SHORTEST_AXIS = 0.1
LOWEST_RATE = 1.0
INSIDE_ROOM = 220
INSIDE_HEIGHT = 40
HEADROOM = 1.06


def seconds(traffic: Traffic) -> float:
    """Return how long the time axis is: to the end of the last slice, or to the last moment."""
    ends = [one.start + one.seconds for one in traffic.slices]
    return max(SHORTEST_AXIS, *ends, *(one.at for one in traffic.moments))


def visible(traffic: Traffic, size: Size) -> list[Column]:
    """Return the slices as columns that are wide enough to be seen in a drawing of this size."""
    return merged(traffic.slices, seconds(traffic), (size.width - LEFT - RIGHT) / LEAST_PIXELS)


def draw(traffic: Traffic, looks: Mapping[str, Series], size: Size) -> tuple[Markup, bool]:
    """Return the drawing of a load that has slices, and whether numbers stand for the texts of its moments."""
    right = size.width - RIGHT
    shown = visible(traffic, size)
    x = Linear(low=min(0.0, *(one.start for one in traffic.slices)), high=seconds(traffic), start=LEFT, end=right)
    placed = moments.place(traffic.moments, x, right, texts=not size.narrow)
    top = TITLE + placed.height
    plot = svg.Plot(left=LEFT, right=right, top=top, bottom=top + (NARROW_HEIGHT if size.narrow else HEIGHT))
    most = max(LOWEST_RATE, traffic.asked_per_second, *(one.rate(one.total) for one in shown))
    y = Linear(low=0, high=most * HEADROOM, start=plot.bottom, end=plot.top)
    asked, lane = y(traffic.asked_per_second), plot.bottom + LANE_GAP
    drawing = svg.chart(
        size,
        lane + LANE + 40,
        svg.y_axis(plot, y, y.ticks(4)),
        *_stacks(shown, looks, x, y),
        svg.line(plot.left, plot.bottom, plot.right, plot.bottom, "axis"),
        svg.line(plot.left, asked, plot.right, asked, "asked"),
        svg.text(plot.right + 4, asked + 4, "asked", class_="tick"),
        *_lane(shown, x, plot, lane),
        svg.x_axis(plot, x, "seconds since the load began", at=lane + LANE),
        *moments.draw(placed, plot.top, lane + LANE),
        *(_inside(version, look, shown, x, y, placed.places) for version, look in looks.items()),
        svg.text(svg.EDGE, plot.top - 10, "requests a second", class_="axis-title"),
        label="Requests a second over time, stacked by the version that answered, with failed requests",
        description=(
            f"{traffic.failed:,} of {traffic.requests:,} requests failed. Versions in the order in which they came: "
            f"{', '.join(looks)}. The table below has the numbers."
        ),
    )
    return drawing, placed.numbered


def _stacks(shown: Sequence[Column], looks: Mapping[str, Series], x: Linear, y: Linear) -> list[Markup | None]:
    drawn: list[Markup | None] = []
    floors = [0] * len(shown)
    for version, look in looks.items():
        corners = []
        for place, one in enumerate(shown):
            top = floors[place] + one.answered[version]
            if one.answered[version]:
                corners.append((x(one.start), y(one.rate(top)), x(one.end), y(one.rate(floors[place]))))
            floors[place] = top
        drawn.append(tag("g", svg.steps(corners, "bar stacked"), class_=look.css))
    failed = [
        (x(one.start), y(one.rate(floor + one.failed)), x(one.end), y(one.rate(floor)))
        for one, floor in zip(shown, floors, strict=True)
        if one.failed
    ]
    return [*drawn, svg.steps(failed, "bar stacked failed")]


def _inside(
    version: str, look: Series, shown: Sequence[Column], x: Linear, y: Linear, lines: Sequence[float]
) -> Markup | None:
    """Name a version inside its own area, where it alone answered for longest: between lines if that can be."""
    words = labels.fit(version, svg.TYPE_SIZE, INSIDE_ROOM)
    room = labels.width(words, svg.TYPE_SIZE) * labels.BOLD + 2 * svg.TICK_GAP
    alone = [
        (x(one.start), x(one.end))
        for one in shown
        if 0 < one.answered[version] == one.total and y(0) - y(one.rate(one.total)) >= INSIDE_HEIGHT
    ]
    for borders in (lines, ()):
        start, end = _longest(alone, borders)
        if end - start >= room:
            name = svg.text((start + end) / 2, y(0) - 16, words, class_="on-mark", anchor="middle")
            return tag("g", name, class_=look.css)
    return None


def _longest(columns: Sequence[tuple[float, float]], borders: Sequence[float]) -> tuple[float, float]:
    """Return the longest stretch of columns that touch and lie between the same borders."""
    parts: list[tuple[float, float]] = []
    for start, end in columns:
        if parts and start - parts[-1][1] < 1 and not any(parts[-1][0] < at < end for at in borders):
            parts[-1] = (parts[-1][0], end)
        else:
            parts.append((start, end))
    return max(parts, key=lambda part: part[1] - part[0], default=(0.0, 0.0))


def _lane(shown: Sequence[Column], x: Linear, plot: Plot, lane: float) -> list[Markup | None]:
    failed = [
        (max(x(one.start) - 1, plot.left), lane, max(x(one.end), x(one.start) + 2), lane + LANE)
        for one in shown
        if one.failed
    ]
    said = "tick fail-text" if failed else "tick"
    return [
        svg.text(plot.left - svg.TICK_GAP, lane + 9, "failed", class_=said, anchor="end"),
        svg.rectangles([(plot.left, lane, plot.right, lane + LANE)], "lane"),
        svg.rectangles(failed, "bar failed"),
    ]
