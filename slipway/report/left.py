"""What is still there when everything is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.report import layout
from slipway.report.markup import name, tag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slipway.report.findings import Left
    from slipway.report.markup import Markup

SENTENCE = (
    "What is still in the account when everything is over, and why: what should not be there would be named here too."
)


def section(left: Sequence[Left]) -> Markup:
    """Return the section; it says so when nothing is left."""
    if not left:
        return layout.section("left", "What is left", SENTENCE, layout.note("This run names nothing that is left."))
    rows = [
        tag(
            "li",
            tag("strong", name(one.kind)),
            tag("p", name(one.why), class_="soft"),
            tag("ul", *(tag("li", tag("code", name(each))) for each in one.names), class_="names"),
        )
        for one in left
    ]
    return layout.section("left", "What is left", SENTENCE, tag("ul", *rows, class_="left"))
