"""What the run says of itself and has checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.report import layout
from slipway.report.markup import name, tag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slipway.report.findings import Claim
    from slipway.report.markup import Markup

SENTENCE = (
    "What this run says of itself. Every line was checked while it ran, against what the program, the account and the "
    "processes answered."
)


def section(claims: Sequence[Claim]) -> Markup:
    """Return the section; it says so when nothing was checked."""
    if not claims:
        return layout.section("claims", "What was checked", SENTENCE, layout.note("This run checked no claim."))
    return layout.section(
        "claims", "What was checked", SENTENCE, tag("ul", *(_claim(one) for one in claims), class_="claims")
    )


def _claim(claim: Claim) -> Markup:
    sign = tag("span", "✓", class_="sign good", aria_hidden="true")
    return tag("li", sign, tag("div", tag("strong", name(claim.text)), tag("p", name(claim.detail), class_="soft")))
