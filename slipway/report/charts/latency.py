"""How long answers took: a histogram a version over one time axis, with p50, p90 and p99."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.report import labels, layout, numbers, svg
from slipway.report.markup import name, tag
from slipway.report.scales import Linear, Logarithmic, span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slipway.report.findings import Latencies, Traffic
    from slipway.report.markup import Markup
    from slipway.report.scales import Scale
    from slipway.report.series import Series
    from slipway.report.svg import Plot, Size

SENTENCE = (
    "How long an answer took, by the version that gave it: half of the requests were answered faster than p50, one in "
    "a hundred slower than p99."
)
LEFT = 40
RIGHT = 20
HEADING = 18
ROW = 15
HEIGHT = 88
GAP = 26
LOGARITHMIC_FROM = 15.0
"""Ratio of the longest to the shortest time from which equal factors are drawn equally long."""
LONGEST_RATIO = 1e7
"""Ratio beyond which the shortest times stand together at the end of the axis."""
PERCENTILE_DASHES = {"p50": None, "p90": "6 3", "p99": "2 2.5"}


def section(traffic: Traffic | None, looks: Mapping[str, Series]) -> Markup | None:
    """Return the section, None without a load; it says why there are no latencies when there are none."""
    if traffic is None:
        return None
    if not traffic.latencies:
        why = (
            "No latencies are shown: this run measured none."
            if traffic.caveat is None
            else f"No latencies are shown, because they would be the load generator's own: {traffic.caveat}"
        )
        return layout.section("latency", "Latency", SENTENCE, layout.note(why))
    scale = _scale(traffic.latencies, LEFT, 100)
    kind = "a logarithmic axis: equal factors are equally long" if isinstance(scale, Logarithmic) else "a linear axis"
    return layout.section(
        "latency",
        "Latency",
        SENTENCE,
        _summary(traffic.latencies),
        layout.figure(
            (_draw(traffic.latencies, looks, size) for size in (svg.WIDE, svg.NARROW)),
            f"Share of each version's requests by time to answer, on {kind}.",
        ),
        layout.folded(_table(traffic.latencies), summary="The histograms, in numbers"),
    )


def _percentiles(one: Latencies) -> tuple[tuple[str, float], ...]:
    return (("p50", one.p50), ("p90", one.p90), ("p99", one.p99))


def _scale(latencies: Sequence[Latencies], start: float, end: float) -> Scale:
    edges = [edge for one in latencies for low, high, requests in one.histogram if requests for edge in (low, high)]
    values = [*edges, *(value for one in latencies for _, value in _percentiles(one))]
    positive = [value for value in values if value > 0]
    if positive and max(positive) / min(positive) >= LOGARITHMIC_FROM:
        low = max(min(positive), max(positive) / LONGEST_RATIO)
        return Logarithmic(low=low, high=max(positive), start=start, end=end)
    low, high = span(values, at_least=0.1, margin=0.02, within=(0.0, float("inf")))
    return Linear(low=low, high=high, start=start, end=end)


def _draw(latencies: Sequence[Latencies], looks: Mapping[str, Series], size: Size) -> Markup:
    right = size.width - RIGHT
    x = _scale(latencies, LEFT, right)
    most = max((count / _counted(one) for one in latencies for *_, count in one.histogram), default=0.0)
    share = Linear(low=0, high=max(100 * most, 1.0), start=0, end=-HEIGHT)
    drawn, top = [], 0.0
    for one in latencies:
        flags, texts = _flags(one, x, right)
        plot_top = top + HEADING + ROW * (1 + max(flag.row for flag in flags)) + 6
        plot = svg.Plot(left=LEFT, right=right, top=plot_top, bottom=plot_top + HEIGHT)
        drawn.append(tag("g", *_panel(one, plot, x, share, flags, texts, top), class_=looks[one.version].css))
        top = plot.bottom + GAP
    last = svg.Plot(left=LEFT, right=right, top=0, bottom=top - GAP)
    return svg.chart(
        size,
        last.bottom + 40,
        *drawn,
        svg.x_axis(last, x, "milliseconds to answer"),
        label="Histograms of the time to answer, one for every version",
        description="; ".join(_said(one) for one in latencies) + ". The tables have the numbers.",
    )


def _counted(one: Latencies) -> int:
    """Return what shares are shares of, above 0: all requests, or all in the histogram should these be more."""
    return max(one.requests, sum(count for *_, count in one.histogram), 1)


def _said(one: Latencies) -> str:
    marks = ", ".join(f"{word} {numbers.milliseconds(value)} ms" for word, value in _percentiles(one))
    return f"{one.version}: {numbers.count(one.requests, 'request')}, {marks}"


def _flags(one: Latencies, x: Scale, right: float) -> tuple[list[labels.Flag], list[str]]:
    texts = [f"{word} {numbers.milliseconds(value)} ms" for word, value in _percentiles(one)]
    lengths = [labels.width(words, svg.SMALL_SIZE) + 5 for words in texts]
    return labels.flags([x(value) for _, value in _percentiles(one)], lengths, right=right + RIGHT, gap=4), texts


def _panel(
    one: Latencies, plot: Plot, x: Scale, share: Linear, flags: Sequence[labels.Flag], texts: Sequence[str], top: float
) -> list[Markup | None]:
    bars = [
        (x(low), plot.bottom + share(100 * count / _counted(one)), max(x(high), x(low) + 1), plot.bottom)
        for low, high, count in one.histogram
        if count
    ]
    ticks = share.ticks(2)
    named = labels.fit(one.version, svg.TYPE_SIZE * labels.BOLD, plot.right - LEFT - 130)
    bases = [plot.top - 6 - flag.row * ROW for flag in flags]
    masts = [
        svg.mast(x(value), base, plot.bottom, flag, "percentile", PERCENTILE_DASHES[word])
        for (word, value), base, flag in zip(_percentiles(one), bases, flags, strict=True)
    ]
    return [
        svg.text(svg.EDGE, top + 12, named, class_="name"),
        svg.text(plot.right, top + 12, numbers.count(one.requests, "request"), class_="tick", anchor="end"),
        *(
            svg.line(plot.left, plot.bottom + share(tick.value), plot.right, plot.bottom + share(tick.value), "grid")
            for tick in ticks
        ),
        *(
            svg.text(
                plot.left - svg.TICK_GAP,
                plot.bottom + share(tick.value) + 4,
                f"{tick.text}%",
                class_="tick",
                anchor="end",
            )
            for tick in ticks
        ),
        svg.rectangles(bars, "bar"),
        svg.line(plot.left, plot.bottom, plot.right, plot.bottom, "axis"),
        *masts,
        *(svg.flag(base, flag, words) for base, flag, words in zip(bases, flags, texts, strict=True)),
    ]


def _summary(latencies: Sequence[Latencies]) -> Markup:
    rows = [
        (
            name(one.version),
            f"{one.requests:,}",
            *(numbers.milliseconds(value) for _, value in _percentiles(one)),
            numbers.milliseconds(one.largest),
        )
        for one in latencies
    ]
    headings = ("in ms", "requests", "p50", "p90", "p99", "largest")
    return layout.table(headings, rows, title="Time to answer in milliseconds")


def _table(latencies: Sequence[Latencies]) -> Markup:
    rows = [
        (name(one.version), numbers.milliseconds(low), numbers.milliseconds(high), f"{count:,}")
        for one in latencies
        for low, high, count in one.histogram
    ]
    return layout.table(("version", "from ms", "to ms", "requests"), rows, title="Histogram of the time to answer")
