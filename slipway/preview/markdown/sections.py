"""What stands on the first page, section by section; each one knows how much room it may take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.preview import phrases
from slipway.preview.finding import Rank
from slipway.preview.grouping import Group, by_type, groups
from slipway.preview.markdown.block import Table, size
from slipway.preview.markdown.escape import clipped, code, fence, said, visible
from slipway.preview.ranking import ranked_by_title, resource, short_type
from slipway.preview.saying import several

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slipway.preview.review import Review

_SIGNS = {"create": "create", "update": "update", "replace": "**replace**", "delete": "**delete**", "import": "import"}
_ERROR_BYTES = 1500
_TRACEBACK_LINES = 15
_SHOWN_ERRORS = 5
_SHOWN_TROUBLES = 5
_SHOWN_LINES = 60
_UNFOLDED = 5
_SHOWN_NAMES = 20
_LIST_BYTES = 6000
_LONGEST_LIST = 600
_SHOWN_CODE = 4
_FOUND = {"delete": "**gone**", "update": "changed"}
_BLOCK_BYTES = 4000


def heading(review: Review) -> str:
    """Return title, outcome, what asks for a look, cost, policies and digest, a line each."""
    plan = review.plan
    outcome = f"**{review.outcome}** · " if review.outcome else ""
    counts = phrases.headline(review).removeprefix(f"{review.outcome}: ")
    lines = [f"### {said(phrases.title(review))}", "", f"{outcome}{counts}"]
    facts = list(_facts(review))
    if facts:
        lines += ["", *(f"- {fact}" for fact in facts)]
    if plan.troubles:
        shown = plan.troubles[:_SHOWN_TROUBLES]
        lines += ["", "> [!WARNING]", *(f"> - {code(trouble)}" for trouble in shown)]
        if len(plan.troubles) > len(shown):
            lines.append(f"> - and {len(plan.troubles) - len(shown)} more")
    return "\n".join(lines)


def _facts(review: Review) -> Iterator[str]:
    if look := phrases.to_look_at(review.rows):
        yield f"look first at {look} of {len(review.rows)}: {said(resource(review.rows[0].step))}"
    if review.plan.judgements:
        yield f"policies: {phrases.judged(review.plan.judgements)}"
    if review.beside.release is not None:
        change = review.beside.release
        yield f"release: {code(change.old or 'none')} to {code(change.new or 'none')}"
    for one in review.beside.code[:_SHOWN_CODE]:
        yield f"code: {said(phrases.code(one))}"
    if review.kind == "preview" and review.plan.outcome == "succeeded" and review.plan.steps:
        yield f"cost: {phrases.money(review.bill)}"
    if review.digest is not None:
        yield f"plan digest: `{review.digest}`"
    if review.beside.commit:
        yield f"commit: {code(review.beside.commit[:40])}"


def errors(review: Review) -> Iterator[str]:
    """Return each error as a block of its own, the first ones only."""
    problems = review.plan.problems
    for problem in problems[:_SHOWN_ERRORS]:
        where = f" at {code(problem.urn.rpartition('::')[2])}" if problem.urn else ""
        # the end of a traceback says what happened
        lines = problem.message.splitlines()
        if "Traceback (most recent call last)" in problem.message and len(lines) > _TRACEBACK_LINES:
            lines = ["...", *lines[-_TRACEBACK_LINES:]]
        short = "\n".join(lines)
        yield f"**Error{where}**\n\n{fence(short, most=_ERROR_BYTES)}"
    if len(problems) > _SHOWN_ERRORS:
        yield f"_... and {len(problems) - _SHOWN_ERRORS} more errors_"


def ranked(review: Review) -> Iterator[Table]:
    """Return a table for each rank that has rows; what needs no look is folded when it is long."""
    drifted = review.kind == "drift"
    for rank, rows in ranked_by_title(review.rows):
        found = groups(rows)
        if rank >= Rank.CREATED:
            head: tuple[str, ...] = ("operation", "resources")
        elif drifted:
            head = ("change", "resource", "what changed")
        else:
            head = ("operation", "resource", "on apply", "why it stands here")
        yield Table(
            title=f"{phrases.titles(review)[rank]} ({len(rows)})",
            head=head,
            rows=[_cells(group, head, drifted=drifted) for group in found],
            folded=rank > Rank.GONE and len(found) > _UNFOLDED,
        )


def _cells(group: Group, head: tuple[str, ...], *, drifted: bool) -> tuple[str, ...]:
    words = _FOUND if drifted else _SIGNS
    word = words.get(group.operation, code(group.operation))
    cells = (word, resources(group.names), *(() if drifted else (group.effect,)), said(group.why))
    return cells[: len(head)]


def resources(names: Iterable[tuple[str, str]]) -> str:
    """Return types with their names: `s3/Bucket` `raw`, `curated`."""
    found = by_type(names)
    shown: list[str] = []
    room, left = _LIST_BYTES, sum(map(len, found.values()))
    for token, some in found.items():
        listed = f"{code(token)} {said(several(some, most=_SHOWN_NAMES), most=_LONGEST_LIST)}"
        room -= size(listed)
        if shown and room < 0:
            break
        shown.append(listed)
        left -= len(some)
    return "; ".join([*shown, *([f"and {left} of other types"] if left else [])])


def costs(review: Review) -> Table | None:
    """Return what changes on the bill."""
    if review.kind != "preview" or not review.bill.items:
        return None
    groups: dict[tuple[str, str, str], list[str]] = {}
    for item in review.bill.items:
        place = (phrases.price(item), short_type(item.type), "; ".join(item.words))
        groups.setdefault(place, []).append(item.name)
    rows = [
        (price, resources((token, name) for name in names), code(words, most=300))
        for (price, token, words), names in groups.items()
    ]
    whole = "" if review.plan.outcome == "succeeded" else "; not the whole: the run did not end well"
    title = f"Monthly cost by resource ({len(review.bill.items)}), at list prices{whole}"
    return Table(title=title, head=("a month", "resource", "made of"), rows=rows, folded=True)


def policies(review: Review) -> Table | None:
    """Return what the policy pack said, mandatory first."""
    found = review.plan.judgements
    if not found:
        return None
    same: dict[tuple[str, str, str], list[str]] = {}
    for one in found:
        same.setdefault((one.level, one.rule, one.message), []).append(one.urn.rpartition("::")[2] or "the stack")
    rows = [
        (
            "**mandatory**" if level == "mandatory" else level if level in phrases.LEVELS else code(level),
            code(rule),
            said(several(dict.fromkeys(names), most=_SHOWN_NAMES), most=_LONGEST_LIST),
            code(message, most=400),
        )
        for (level, rule, message), names in same.items()
    ]
    stops = any(one.level == "mandatory" for one in found)
    title = f"Policies: {phrases.judged(found)}"
    return Table(title=title, head=("level", "rule", "resource", "what it says"), rows=rows, folded=not stops)


def beside(review: Review) -> Iterator[str]:
    """Return the files of changed code and the fields of a changed release, folded."""
    for change in review.beside.code:
        files = change.files
        if files:
            listed = "\n".join(files[:_SHOWN_LINES])
            more = f"\n... and {len(files) - _SHOWN_LINES} more" if len(files) > _SHOWN_LINES else ""
            yield _folded(f"Files of {_plain(change.name)} that changed ({len(files)})", listed + more)
    release = review.beside.release
    if release is not None and release.lines:
        text = "\n".join(release.lines[:_SHOWN_LINES])
        yield _folded(f"What the release changes ({len(release.lines)})", text)


def _folded(title: str, text: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{fence(text, most=_BLOCK_BYTES)}\n\n</details>"


def _plain(name: str) -> str:
    return "".join(one for one in clipped(visible(name), 40) if one.isalnum() or one in " -_")
