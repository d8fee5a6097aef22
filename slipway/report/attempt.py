"""The release that was tried and did not come to serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.report import layout
from slipway.report.markup import name, tag

if TYPE_CHECKING:
    from slipway.report.findings import Attempt
    from slipway.report.markup import Markup

SENTENCE = (
    "A release that did not come to serve. AWS rolls an endpoint back without an error, so that only a verdict on what "
    "really serves tells it from one that worked."
)


def section(attempt: Attempt | None) -> Markup | None:
    """Return the section; None when no release failed, which is nothing to tell."""
    if attempt is None:
        return None
    facts = (
        ("wanted", attempt.wanted),
        ("serves", attempt.serves),
        ("why", attempt.why),
        ("exit code", str(attempt.exit_code)),
    )
    printed = "\n".join(attempt.verdict)
    return layout.section(
        "attempt",
        "The release that failed",
        SENTENCE,
        tag("dl", *(tag("div", tag("dt", label), tag("dd", name(text))) for label, text in facts), class_="pairs"),
        tag(
            "figure",
            tag("figcaption", "The verdict, as it was printed"),
            tag("pre", name(printed), class_="printed", tabindex="0"),
        )
        if attempt.verdict
        else layout.note("No verdict was printed."),
    )
