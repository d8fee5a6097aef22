"""Whether probabilities mean what they say: observed against predicted shares, with how many flights each bin has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.report import layout, numbers, svg
from slipway.report.markup import join, name, tag
from slipway.report.scales import Linear, span

if TYPE_CHECKING:
    from slipway.report.findings import Calibration, CalibrationBin
    from slipway.report.markup import Markup
    from slipway.report.series import Series
    from slipway.report.svg import Plot, Size

SENTENCE = (
    "Whether a probability means what it says: of the flights that are given 30%, about 30% should be late, so that "
    "every bar should touch the diagonal."
)
LEFT = 46
RIGHT = 20
TOP = 26
STRIP = 56
STRIP_GAP = 32
WIDTH = 470
LEAST_SHARE = 0.1
WHOLE_FROM = 0.6


def section(calibration: Calibration | None, look: Series) -> Markup:
    """Return the section; it says so when nothing was calibrated."""
    if calibration is None or not calibration.bins:
        words = (
            "This run looked at no probabilities."
            if calibration is None
            else f"No flights to look at: {calibration.of}."
        )
        return layout.section("calibration", "Calibration", SENTENCE, layout.note(words))
    rows = sum(one.rows for one in calibration.bins)
    drawings = (_draw(calibration, look, size) for size in (svg.WIDE, svg.NARROW))
    caption = join(
        (name(calibration.of), f": {numbers.count(rows, 'flight')} in {numbers.count(len(calibration.bins), 'bin')}. ")
    )
    return layout.section(
        "calibration",
        "Calibration",
        SENTENCE,
        tag(
            "div",
            layout.figure(drawings, join((caption, "Bars are 95% intervals of the share that was late."))),
            layout.folded(_table(calibration), summary="The bins, in numbers", open_=True),
            class_="beside",
        ),
    )


def _draw(calibration: Calibration, look: Series, size: Size) -> Markup:
    width = size.width if size.narrow else WIDTH
    side = width - LEFT - RIGHT
    plot = svg.Plot(left=LEFT, right=LEFT + side, top=TOP, bottom=TOP + side)
    strip = svg.Plot(left=LEFT, right=plot.right, top=plot.bottom + STRIP_GAP, bottom=plot.bottom + STRIP_GAP + STRIP)
    bins = calibration.bins
    largest = max(value for one in bins for value in (one.predicted, one.high, one.observed))
    _, end = span((0.0, 1.0 if largest > WHOLE_FROM else largest), at_least=LEAST_SHARE, margin=0.02, within=(0.0, 1.0))
    percent = 100 * end
    x = Linear(low=0, high=percent, start=plot.left, end=plot.right)
    y = Linear(low=0, high=percent, start=plot.bottom, end=plot.top)
    points = [
        tag(
            "g",
            svg.interval(x(100 * one.predicted), y(100 * one.low), y(100 * one.high), 4, "interval"),
            svg.marker(look.marker, x(100 * one.predicted), y(100 * one.observed), 4.2, "mark", _said(one)),
        )
        for one in bins
    ]
    return svg.chart(
        size,
        strip.bottom + 42,
        svg.y_axis(plot, y, y.ticks(5), unit="%"),
        svg.text(svg.EDGE, 12, "were late", class_="axis-title"),
        svg.line(plot.left, plot.bottom, plot.right, plot.bottom, "axis"),
        svg.line(plot.left, plot.bottom, plot.right, plot.top, "diagonal"),
        *_readings(plot, [(x(100 * one.predicted), y(100 * one.high), y(100 * one.low)) for one in bins]),
        tag("g", *points, class_=look.css),
        *_strip(strip, x, bins, look),
        svg.x_axis(strip, x, "predicted probability of being late", unit="%"),
        label="Reliability diagram: share that was late against predicted probability",
        description=f"{calibration.of}. Points on the diagonal mean what they say. The table has the numbers.",
        width=width,
    )


def _readings(plot: Plot, bars: list[tuple[float, float, float]]) -> list[Markup]:
    """Say what either side of the diagonal means, where no bar lies."""
    corners = (
        (plot.left + 10, plot.top + 18, None, "late more often than said"),
        (plot.right - 6, plot.bottom - 10, "end", "late less often than said"),
    )
    room = 180
    found = []
    for x, y, anchor, words in corners:
        start, end = (x - room, x) if anchor else (x, x + room)
        if not any(start - 8 < at < end + 8 and high - 8 < y and low + 8 > y - 14 for at, high, low in bars):
            found.append(svg.text(x, y, words, class_="remark", anchor=anchor))
    return found


def _strip(strip: Plot, x: Linear, bins: tuple[CalibrationBin, ...], look: Series) -> list[Markup | None]:
    most = max(one.rows for one in bins)
    tall = max(most, 1)
    half = 3.5
    bars = [
        (
            x(100 * one.predicted) - half,
            strip.bottom - (strip.bottom - strip.top - 4) * one.rows / tall,
            x(100 * one.predicted) + half,
            strip.bottom,
        )
        for one in bins
    ]
    return [
        svg.text(svg.EDGE, strip.top - 6, "flights", class_="axis-title"),
        svg.text(
            strip.left - svg.TICK_GAP,
            strip.top + 8,
            numbers.short(most, digits=3),
            class_="tick",
            anchor="end",
        ),
        tag("g", svg.rectangles(bars, "bar"), class_=look.css),
    ]


def _said(one: CalibrationBin) -> str:
    return (
        f"predicted {numbers.percent(one.predicted)}, late {numbers.percent(one.observed)} "
        f"({numbers.percent(one.low)} to {numbers.percent(one.high)}), {numbers.count(one.rows, 'flight')}"
    )


def _table(calibration: Calibration) -> Markup:
    rows = [
        (
            numbers.percent(one.predicted),
            numbers.percent(one.observed),
            numbers.percent(one.low),
            numbers.percent(one.high),
            f"{one.rows:,}",
        )
        for one in calibration.bins
    ]
    return layout.table(
        ("predicted", "late", "95% from", "to", "flights"), rows, title="Bins of the calibration", words=0
    )
