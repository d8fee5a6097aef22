"""The pages of a review: the first one says everything that matters, the others every property that changes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from slipway.preview.markdown import details, sections
from slipway.preview.markdown.block import Table, fit, size
from slipway.preview.markdown.marker import Marker

if TYPE_CHECKING:
    from slipway.preview.review import Review

LIMIT = 65_536
"""Characters that GitHub takes in a comment."""
PAGES = 4
"""The most comments that one review takes."""
_PAGE = 64_000
_RANKED, _POLICIES, _COSTS, _ERRORS, _BESIDE = 30_000, 10_000, 8_000, 7_000, 8_000


def pages(review: Review) -> list[str]:
    """Return the comments of a review, each with its mark in front; at least one, at most PAGES."""
    first, rest = _first(review)
    bodies = [first]
    while rest is not None and rest.rows and len(bodies) < PAGES:
        text, taken = fit(replace(rest, folded=False), _PAGE, at_least=1)
        bodies.append(text)
        rest = replace(rest, rows=rest.rows[taken:])
    return [f"{_mark(review, number, len(bodies))}\n{body}\n" for number, body in enumerate(bodies, start=1)]


def summary(review: Review) -> str:
    """Return the first page without a mark, for a job's summary."""
    return f"{_first(review)[0]}\n"


def _mark(review: Review, page: int, of: int) -> str:
    plan = review.plan
    return Marker(kind=review.kind, project=plan.project, stack=plan.stack, page=page, of=of).written()


def _first(review: Review) -> tuple[str, Table | None]:
    """Return the first page, and what of the properties finds no room on it."""
    parts = [sections.heading(review)]
    parts += _bounded(list(sections.errors(review)), _ERRORS)
    room = min(_RANKED, _left(parts))
    for number, table in enumerate(sections.ranked(review)):
        # the first row is what the page is for
        text, _ = fit(table, room, at_least=1 if number == 0 else 0)
        parts.append(text)
        room -= size(text)
    for found, budget in ((sections.policies(review), _POLICIES), (sections.costs(review), _COSTS)):
        if found is not None:
            parts.append(fit(found, min(budget, _left(parts)))[0])
    parts += _bounded(list(sections.beside(review)), min(_BESIDE, _left(parts)))
    properties = details.table(review)
    page = "\n\n".join(part for part in parts if part)
    if properties is None:
        return page, None
    text, taken = fit(properties, _PAGE - size(page) - 2)
    if taken == len(properties.rows):
        return f"{page}\n\n{text}", None
    return page, properties


def _left(parts: list[str]) -> int:
    """Return the room that is left on a page."""
    return _PAGE - sum(size(part) + 2 for part in parts)


def _bounded(parts: list[str], room: int) -> list[str]:
    """Return the blocks that there is room for, and how many there are beside them."""
    kept: list[str] = []
    for part in parts:
        room -= size(part) + 2
        if room < 0:
            return [*kept, f"_... and {len(parts) - len(kept)} more blocks_"]
        kept.append(part)
    return kept
