"""The whole page: one file that loads nothing, the same bytes for the same report."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from slipway.report import attempt, claims, head, left, series, stages, tree
from slipway.report.charts import calibration, latency, scores, traffic
from slipway.report.markup import Markup, tag
from slipway.report.style.sheet import sheet

if TYPE_CHECKING:
    from pathlib import Path

    from slipway.report.findings import Report

MADE_BY = (
    "Made by Slipway from the findings of one run. The page is this one file: it loads nothing and needs no network."
)
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
ICON = "data:,"  # without one a browser asks the page's host for /favicon.ico


def render(report: Report) -> str:
    """Return the page as HTML that is well-formed XML too. Raises ValueError for a number that is not finite."""
    looks = series.of(report)
    body = tag(
        "body",
        tag(
            "main",
            head.head(report),
            claims.section(report.claims),
            scores.section(report.predictors, looks.predictors),
            calibration.section(report.calibration, looks.calibration),
            traffic.section(report.traffic, looks.versions),
            latency.section(report.traffic, looks.versions),
            attempt.section(report.attempt),
            tree.section(report.tree),
            stages.section(report.stages),
            left.section(report.left),
        ),
        tag(
            "footer",
            tag("p", MADE_BY),
        ),
    )
    return f"<!DOCTYPE html>\n{tag('html', _about(report.title), body, lang='en')}\n"


def write(report: Report, path: Path) -> None:
    """Write the page to a file: beside it first, so that nobody ever reads half a page."""
    text = render(report)
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _about(title: str) -> Markup:
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name_="color-scheme", content="light dark"),
        tag("link", rel="icon", href=ICON),
        tag("title", title),
        tag("style", Markup(sheet())),
    )
