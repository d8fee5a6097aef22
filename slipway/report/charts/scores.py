"""How well every predictor ranks each month's flights: a line with intervals, hollow where the month was trained on."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from slipway.report import labels, layout, numbers, svg
from slipway.report.markup import join, name, tag
from slipway.report.scales import Linear, span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slipway.report.findings import Predictor, ScoredMonth
    from slipway.report.markup import Markup
    from slipway.report.series import Series
    from slipway.report.svg import Size

SENTENCE = (
    "How often a late flight is given a higher probability than a punctual one, month by month: 0.5 is a coin toss, "
    "1 is perfect, and a model is worth serving only above the baseline."
)
SEEN = "Hollow and faint: trained on that month, which flatters the score."
LABEL_GAP = 32
HEIGHT = 300
TOP = 30
LEFT = 40
LEAST_SPAN = 0.04
ABBREVIATED = 3


def section(predictors: Sequence[Predictor], looks: Sequence[Series]) -> Markup:
    """Return the section; it says so when nothing was scored."""
    if not any(one.months for one in predictors):
        return layout.section("scores", "Scores", SENTENCE, layout.note("This run scored no predictor."))
    seen = any(month.seen for one in predictors for month in one.months)
    return layout.section(
        "scores",
        "Scores",
        SENTENCE,
        _key(predictors, looks),
        layout.figure(
            (_draw(predictors, looks, size) for size in (svg.WIDE, svg.NARROW)),
            f"Bars are 95% intervals. {SEEN}"
            if seen
            else "Bars are 95% intervals. No predictor was trained on any of these months.",
        ),
        layout.folded(_table(predictors), summary="AUC by month, in numbers"),
    )


def months_of(predictors: Sequence[Predictor]) -> list[str]:
    """Return every month once; one that only some predictors have goes behind the month that it follows there."""
    order: list[str] = []
    for predictor in predictors:
        place = 0
        for one in predictor.months:
            if one.month in order:
                place = order.index(one.month) + 1
            else:
                order.insert(place, one.month)
                place += 1
    return order


def _key(predictors: Sequence[Predictor], looks: Sequence[Series]) -> Markup:
    return tag(
        "ul",
        *(
            tag(
                "li",
                _sample(look),
                tag("div", tag("strong", name(one.label)), " ", name(one.description, class_="soft"), _digest(one)),
                class_=look.css,
            )
            for one, look in zip(predictors, looks, strict=True)
        ),
        class_="key",
    )


def _digest(predictor: Predictor) -> Markup | None:
    return None if predictor.digest is None else join((" ", tag("code", predictor.digest)))


def _sample(look: Series) -> Markup:
    stroke = svg.line(1, 8, 35, 8, "curve", look.dash)
    return tag(
        "svg",
        stroke,
        svg.marker(look.marker, 18, 8, 4.5, "mark"),
        class_="sample",
        viewBox="0 0 36 16",
        aria_hidden="true",
    )


def _draw(predictors: Sequence[Predictor], looks: Sequence[Series], size: Size) -> Markup:
    scored = [(one, look) for one, look in zip(predictors, looks, strict=True) if one.months]
    months = months_of(predictors)
    room = 92 if size.narrow else 150
    named = [labels.fit(one.label, svg.TYPE_SIZE * labels.BOLD, room - 14) for one, _ in scored]
    margin = 14 + max(labels.width(words, svg.TYPE_SIZE * labels.BOLD) for words in (*named, "0.0000"))
    bottom = TOP + max(HEIGHT - 60 if size.narrow else HEIGHT, len(scored) * LABEL_GAP)
    plot = svg.Plot(left=LEFT, right=size.width - margin, top=TOP, bottom=bottom)
    values = [
        value
        for one, _ in scored
        for month in one.months
        for value in (month.score.low, month.score.auc, month.score.high)
    ]
    low, high = span(values, at_least=LEAST_SPAN, margin=0.06, within=(0.0, 1.0))
    y = Linear(low=low, high=high, start=plot.bottom, end=plot.top)
    slot = (plot.right - plot.left) / len(months)
    step = min(9.0, 0.7 * slot / len(scored))
    places = {
        (number, month): plot.left + slot * (place + 0.5) + (number - (len(scored) - 1) / 2) * step
        for number in range(len(scored))
        for place, month in enumerate(months)
    }
    curves = [
        _curve(
            one,
            look,
            [places[number, month.month] for month in one.months],
            y,
            _joined(one, months),
            min(step * 0.35, 3.0),
        )
        for number, (one, look) in enumerate(scored)
    ]
    ends = [
        (places[number, one.months[-1].month], y(one.months[-1].score.auc)) for number, (one, _) in enumerate(scored)
    ]
    return svg.chart(
        size,
        bottom + 26,
        svg.y_axis(plot, y, y.ticks(6)),
        svg.text(svg.EDGE, 12, "AUC", class_="axis-title"),
        svg.line(plot.left, plot.bottom, plot.right, plot.bottom, "axis"),
        *_month_names(months, plot, slot),
        *curves,
        *_end_labels(scored, named, ends, plot),
        label="AUC by month, a line for every predictor",
        description=f"{', '.join(one.label for one, _ in scored)}, over {', '.join(months)}. See the table.",
    )


def _joined(predictor: Predictor, months: Sequence[str]) -> list[bool]:
    """Tell for every month but the first whether the one before it is its neighbour on the axis."""
    at = [months.index(one.month) for one in predictor.months]
    return [later - earlier == 1 for earlier, later in pairwise(at)]


def _curve(
    predictor: Predictor, look: Series, xs: Sequence[float], y: Linear, joined: Sequence[bool], cap: float
) -> Markup:
    points = list(zip(predictor.months, xs, strict=True))
    segments = [
        svg.line(
            x1, y(one.score.auc), x2, y(two.score.auc), "curve faint" if one.seen or two.seen else "curve", look.dash
        )
        for (one, x1), (two, x2), neighbours in zip(points, points[1:], joined, strict=False)
        if neighbours
    ]
    bars = [
        svg.interval(x, y(one.score.low), y(one.score.high), cap, "interval faint" if one.seen else "interval")
        for one, x in points
    ]
    marks = [
        svg.marker(look.marker, x, y(one.score.auc), 4.2, "mark hollow" if one.seen else "mark", _said(predictor, one))
        for one, x in points
    ]
    return tag("g", *bars, *segments, *marks, class_=look.css)


def _said(predictor: Predictor, one: ScoredMonth) -> str:
    score = one.score
    seen = ", trained on" if one.seen else ""
    return (
        f"{predictor.label}, {one.month}: {score.auc:.4f} ({score.low:.4f} to {score.high:.4f}), "
        f"{numbers.count(one.rows, 'flight')}{seen}"
    )


def _month_names(months: Sequence[str], plot: svg.Plot, slot: float) -> list[Markup]:
    shown = list(months)
    if max(labels.width(month, svg.SMALL_SIZE) for month in shown) > slot - 4:
        shown = _abbreviated(months)
    longest = max(labels.width(month, svg.SMALL_SIZE) for month in shown)
    every = max(1, -(-int(longest + 4) // max(int(slot), 1)))
    return [
        svg.text(
            plot.left + slot * (place + 0.5),
            plot.bottom + 18,
            labels.fit(shown[place], svg.SMALL_SIZE, slot * every - 4),
            class_="tick",
            anchor="middle",
        )
        for place in range(0, len(shown), every)
    ]


def _abbreviated(months: Sequence[str]) -> list[str]:
    letters = ABBREVIATED
    while len({month[:letters] for month in months}) < len(months):
        letters += 1
    return [month[:letters] for month in months]


def _end_labels(
    scored: Sequence[tuple[Predictor, Series]],
    named: Sequence[str],
    ends: Sequence[tuple[float, float]],
    plot: svg.Plot,
) -> list[Markup]:
    places = labels.spread([y for _, y in ends], LABEL_GAP, plot.top + 4, plot.bottom - LABEL_GAP / 2)
    drawn = []
    for (one, look), words, (x, y), place in zip(scored, named, ends, places, strict=True):
        start = plot.right + 12
        drawn.append(
            tag(
                "g",
                svg.line(x + 7, y, start - 3, place, "leader"),
                svg.text(start, place + 1, words, class_="name"),
                svg.text(start, place + 15, f"{one.months[-1].score.auc:.4f}", class_="tick"),
                class_=look.css,
            )
        )
    return drawn


def _table(predictors: Sequence[Predictor]) -> Markup:
    rows = [
        (
            name(one.label),
            name(month.month),
            "yes" if month.seen else "no",
            f"{month.rows:,}",
            f"{month.score.auc:.4f}",
            f"{month.score.low:.4f}",
            f"{month.score.high:.4f}",
        )
        for one in predictors
        for month in one.months
    ]
    headings = ("predictor", "month", "trained on it", "flights", "AUC", "95% from", "to")
    return layout.table(headings, rows, title="AUC by month", words=3)
