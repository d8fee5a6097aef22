"""The parts that every section is put together from: a heading with its sentence, figures, tables, notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.report.markup import join, tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from slipway.report.markup import Markup


def section(slug: str, title: str, sentence: str, *content: str | None) -> Markup:
    """Return a section: what the reader sees and why it matters stands beside it, or above it where it is narrow."""
    heading = tag("h2", title, id=f"{slug}-title")
    return tag(
        "section",
        tag("header", heading, tag("p", sentence, class_="lede")),
        tag("div", *content, class_="body"),
        id=slug,
        aria_labelledby=f"{slug}-title",
    )


def note(text: str) -> Markup:
    """Return a sentence in a section."""
    return tag("p", text, class_="note")


def caveat(text: str) -> Markup:
    """Return what a reader must know before the figure beside it."""
    return tag("p", tag("strong", "Mind: "), text, class_="caveat")


def figure(drawings: Iterable[Markup], caption: str) -> Markup:
    """Return the drawings of one chart (one for wide and one for narrow pages) with a caption."""
    return tag("figure", *drawings, tag("figcaption", caption))


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, title: str, words: int = 1) -> Markup:
    """Return a table whose first `words` columns are words and whose others are numbers; it scrolls in itself."""
    kinds = ["word" if column < words else "number" for column in range(len(headings))]
    head = tag("tr", *(tag("th", text, scope="col", class_=kind) for text, kind in zip(headings, kinds, strict=True)))
    body = join(
        tag("tr", *(tag("td", cell, class_=kind) for cell, kind in zip(row, kinds, strict=True))) for row in rows
    )
    whole = tag("table", tag("thead", head), tag("tbody", body))
    return tag("div", whole, class_="scroll", role="region", aria_label=title, tabindex="0")


def folded(content: Markup, *, summary: str, open_: bool = False) -> Markup:
    """Return the numbers behind a chart, folded away."""
    return tag("details", tag("summary", summary), content, class_="numbers", open="" if open_ else None)
