"""The top of the page: what was run, how it ended, what it cost, on what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.report import numbers
from slipway.report.markup import Markup, name, tag

if TYPE_CHECKING:
    from slipway.report.findings import Report

PASSED = "passed"


def head(report: Report) -> Markup:
    """Return the headline with the outcome, seconds, memory, when, and the facts."""
    memory = numbers.memory(report.peak_bytes) if report.peak_bytes else "not measured here"
    facts = [_fact(label, text) for label, text in report.facts]
    return tag(
        "header",
        tag("h1", name(report.title)),
        _outcome(report.outcome),
        tag(
            "dl",
            _fact("took", numbers.duration(report.seconds)),
            _fact("memory at the peak", memory),
            _fact("started", report.started),
            class_="costs",
        ),
        tag("dl", *facts, class_="facts") if facts else None,
        class_="top",
    )


def _outcome(outcome: str) -> Markup:
    if outcome == PASSED:
        return tag("p", tag("span", "✓", class_="sign", aria_hidden="true"), " passed", class_="outcome good")
    return tag(
        "p", tag("span", "✕", class_="sign", aria_hidden="true"), " did not pass: ", name(outcome), class_="outcome bad"
    )


def _fact(label: str, text: str) -> Markup:
    return tag("div", tag("dt", label), tag("dd", name(text)))
