"""Where time and memory went, stage by stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.report import layout, numbers
from slipway.report.markup import coordinate, join, name, tag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slipway.report.findings import Stage
    from slipway.report.markup import Markup

SENTENCE = (
    "What each stage cost: its seconds, and the resident memory of all the run's processes together at the stage's "
    "peak (pages that processes share count more than once)."
)


def section(stages: Sequence[Stage]) -> Markup:
    """Return the section; it says so when nothing was timed."""
    if not stages:
        return layout.section("stages", "Time and memory", SENTENCE, layout.note("This run timed no stage."))
    longest = max(one.seconds for one in stages)
    largest = max(one.peak_bytes for one in stages)
    heading = tag(
        "tr",
        *(
            tag("th", words, scope="col", class_=kind)
            for words, kind in (("stage", "word"), ("seconds", "number"), ("memory", "number"))
        ),
    )
    rows = join(
        tag(
            "tr",
            tag(
                "th",
                tag("span", tag("span", f"{number}", class_="ordinal"), name(one.name), class_="stage"),
                scope="row",
            ),
            _bar("time", f"{one.seconds:,.1f} s", one.seconds, longest),
            _bar(
                "memory", numbers.memory(one.peak_bytes) if one.peak_bytes else "not measured", one.peak_bytes, largest
            ),
        )
        for number, one in enumerate(stages, 1)
    )
    whole = tag("table", tag("thead", heading), tag("tbody", rows), class_="stages")
    return layout.section("stages", "Time and memory", SENTENCE, whole)


def _bar(kind: str, words: str, value: float, most: float) -> Markup:
    share = 100 * value / most if most else 0.0
    bar = tag("span", tag("i", style=f"width:{coordinate(share)}%"), class_="track", aria_hidden="true")
    return tag("td", tag("div", tag("span", words, class_="value"), bar, class_="measure"), class_=kind)
