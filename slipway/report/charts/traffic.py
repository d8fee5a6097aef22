"""Which version answered while the endpoint rolled, and how many requests got no right answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.report import layout, numbers, svg
from slipway.report.charts import moments, stacks
from slipway.report.markup import join, name, tag

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slipway.report.charts.columns import Column
    from slipway.report.findings import Traffic
    from slipway.report.markup import Markup
    from slipway.report.series import Series

SENTENCE = (
    "Who answered a constant load while the endpoint rolled from one version to the next: a roll without downtime "
    "leaves no request unanswered."
)


def section(traffic: Traffic | None, looks: Mapping[str, Series]) -> Markup:
    """Return the section; it says so when there was no load."""
    if traffic is None:
        return layout.section("traffic", "Traffic", SENTENCE, layout.note("This run sent no load."))
    return layout.section(
        "traffic",
        "Traffic",
        SENTENCE,
        _headline(traffic),
        None if traffic.caveat is None else layout.caveat(traffic.caveat),
        _key(traffic, looks),
        *(_chart(traffic, looks) if traffic.slices else (layout.note("No slice of the load was recorded."),)),
    )


def _headline(traffic: Traffic) -> Markup:
    failed = f"{traffic.failed:,} of {numbers.count(traffic.requests, 'request')} failed"
    asked = f"{traffic.asked_per_second:,.4g} a second from {numbers.count(traffic.clients, 'client')}"
    lasted = max((one.start + one.seconds for one in traffic.slices), default=0.0)
    mood = "fail" if traffic.failed else "good" if traffic.requests else None
    return tag(
        "p",
        tag("strong", failed, class_=mood),
        " ",
        tag("span", f"{asked}, for {numbers.duration(lasted)}", class_="soft"),
        class_="headline",
    )


def _key(traffic: Traffic, looks: Mapping[str, Series]) -> Markup:
    totals = {version: sum(one.answered.get(version, 0) for one in traffic.slices) for version in looks}
    items = [_named(name(version), f"answered {totals[version]:,}", look.css) for version, look in looks.items()]
    failed = _named("failed", f"{traffic.failed:,}", "fail") if traffic.failed else None
    return tag("ul", *items, failed, class_="key inline")


def _named(words: str, number: str, css: str) -> Markup:
    swatch = tag("i", class_="swatch", aria_hidden="true")
    return tag("li", swatch, tag("div", tag("strong", words), " ", tag("span", number, class_="soft")), class_=css)


def _chart(traffic: Traffic, looks: Mapping[str, Series]) -> tuple[Markup, ...]:
    (wide, numbered), (narrow, _) = (stacks.draw(traffic, looks, size) for size in (svg.WIDE, svg.NARROW))
    listed = moments.listed(traffic.moments, always=numbered)
    shown = stacks.visible(traffic, svg.WIDE)
    merged = max(one.slices for one in shown)
    said = (
        layout.note(f"A row is up to {merged} slices of the record, as the drawing shows them.") if merged > 1 else None
    )
    return (
        layout.figure(
            (wide, narrow, *(() if listed is None else (listed,))),
            "Requests a second by the version that answered them, stacked; the dashed line is what was asked.",
        ),
        layout.folded(join((_table(shown, looks), said)), summary="Answers by slice, in numbers"),
    )


def _table(shown: Sequence[Column], looks: Mapping[str, Series]) -> Markup:
    rows = [
        (
            f"{one.start:.2f} s",
            f"{one.end:.2f} s",
            *(f"{one.answered[version]:,}" for version in looks),
            f"{one.failed:,}",
        )
        for one in shown
    ]
    headings = ("from", "to", *(name(version) for version in looks), "failed")
    return layout.table(headings, rows, title="Answers by slice", words=0)
