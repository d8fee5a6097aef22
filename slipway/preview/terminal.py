"""A review on a terminal: one screen that says what to look at first, and everything with --details."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from slipway.preview import phrases
from slipway.preview.documents import told
from slipway.preview.grouping import Group, by_type, groups
from slipway.preview.ranking import ranked_by_title, resource
from slipway.preview.saying import several, text
from slipway.preview.values import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.preview.review import Review

_SIGNS = {"create": "+", "update": "~", "replace": "+-", "delete": "-", "import": "="}
_SHOWN_ERRORS = 3
_SHOWN_VALUE = 400
_LEAST_ROWS = 3
_WRAPPED = 3
_SHOWN_NAMES = 5


def lines(review: Review, *, height: int = 24, width: int = 120, details: bool = False) -> list[str]:
    """Return what is printed; without details it is at most `height` - 1 lines of at most `width` characters."""
    head = [wrapped for line in _head(review) for wrapped in _wrapped(line, width)]
    foot = [wrapped for line in _foot(review) for wrapped in _wrapped(line, width)]
    if details:
        return [_printable(line) for line in (*head, *_all_rows(review), *foot, *_details(review))]
    room = max(height - 2 - len(head) - len(foot), _LEAST_ROWS)
    body = list(_rows(review, room))
    return [_fitted(line, width) for line in (*head, *body, *foot)]


def _head(review: Review) -> Iterator[str]:
    yield f"{text(phrases.title(review))}: {phrases.headline(review)}"
    for trouble in review.plan.troubles:
        yield f"  warning: {trouble}"
    problems = review.plan.problems
    for problem in problems[:_SHOWN_ERRORS]:
        yield f"  error: {phrases.short(problem)}"
    if len(problems) > _SHOWN_ERRORS:
        yield f"  and {len(problems) - _SHOWN_ERRORS} more errors"


def _rows(review: Review, room: int) -> Iterator[str]:
    """Yield headings and rows that fit, the first row whatever the room, and how many are left."""
    total, said = len(review.rows), 0
    for rank, rows in ranked_by_title(review.rows):
        if room < _LEAST_ROWS and said:
            break
        yield f"{phrases.titles(review)[rank]} ({len(rows)})"
        room -= 1
        for group in groups(rows):
            if room < 2 and said:  # noqa: PLR2004 - one for what is left
                break
            yield _group(group)
            said += len(group.names)
            room -= 1
    if said < total:
        yield f"... and {total - said} more: --details shows them"


def _group(group: Group) -> str:
    sign = _SIGNS.get(group.operation, "?")
    names = "; ".join(
        f"{token} {text(several(some, most=_SHOWN_NAMES))}"
        for token, some in by_type(group.names[: _SHOWN_NAMES * 4]).items()
    )
    order = {"create first": " [new one first]", "delete first": " [deleted first: downtime]"}.get(group.order, "")
    if len(group.names) > 1 and group.why:
        return f"  {sign:<2} {len(group.names)} resources: {text(group.why)}: {names}"
    return f"  {sign:<2} {names}{order}{f': {text(group.why)}' if group.why else ''}"


def _foot(review: Review) -> Iterator[str]:
    plan = review.plan
    if review.beside.release is not None:
        yield f"Release: {review.beside.release.old or 'none'} to {review.beside.release.new or 'none'}"
    for change in review.beside.code:
        yield f"Code: {text(phrases.code(change))}"
    if plan.judgements:
        yield f"Policies: {phrases.judged(plan.judgements)}"
        for one in [one for one in plan.judgements if one.level == "mandatory"][:_SHOWN_ERRORS]:
            yield f"  mandatory {one.rule}: {one.message}"
    if plan.outcome == "succeeded" and review.kind == "preview":
        yield f"Cost: {phrases.money(review.bill)}"
    if review.digest is not None:
        yield f"Plan digest: {review.digest}"


def _all_rows(review: Review) -> Iterator[str]:
    for rank, rows in ranked_by_title(review.rows):
        yield f"{phrases.titles(review)[rank]} ({len(rows)})"
        for row in rows:
            yield f"  {_SIGNS.get(row.step.operation, '?'):<2} {text(resource(row.step))} [{row.effect}]"
            yield f"       {text(row.why)}"
            for change in (part for whole in row.step.changes for part in told(whole)):
                yield f"       {change.path}: {_value(change.old)} -> {_value(change.new)}"


def _details(review: Review) -> Iterator[str]:
    for problem in review.plan.problems:
        yield f"error{f' at {problem.urn}' if problem.urn else ''}:"
        yield from (f"  {line}" for line in problem.message.splitlines())
    for one in review.plan.judgements:
        yield f"{one.level} {one.rule} at {one.urn.rpartition('::')[2]}: {one.message}"
    for item in review.bill.items if review.kind == "preview" else ():
        yield f"{phrases.price(item)} {item.type} {item.name}: {'; '.join(item.words)}"
    for change in review.beside.code:
        yield from (f"{change.name}: {file}" for file in change.files or ())
    if review.beside.release is not None:
        yield from (f"release: {line}" for line in review.beside.release.lines)


def _value(value: object) -> str:
    found = shown(value)
    return found if len(found) <= _SHOWN_VALUE else f"{found[:_SHOWN_VALUE]} ..."


def _wrapped(line: str, width: int) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    found = textwrap.wrap(line, width, subsequent_indent=indent, break_on_hyphens=False, max_lines=_WRAPPED)
    return found or [""]


def _fitted(line: str, width: int) -> str:
    line = _printable(line)
    return line if len(line) <= width else f"{line[: width - 3]}..."


def _printable(line: str) -> str:
    """Keep what a name or a value holds from steering the terminal."""
    return line if line.isprintable() else "".join(one if one.isprintable() else "?" for one in line)
