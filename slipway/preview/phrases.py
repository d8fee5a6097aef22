"""The words that every way of showing a review has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.preview.finding import TITLES, TITLES_OUTSIDE, Rank
from slipway.preview.saying import Name, Said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slipway.preview.bill import Bill, Item
    from slipway.preview.plan import Judgement, Problem
    from slipway.preview.ranking import Row
    from slipway.preview.review import CodeChange, Review

SHOWN_DIGEST = 12
LEVELS = ("mandatory", "advisory", "remediated")


def title(review: Review) -> Said:
    """Return what this is, of which stack."""
    plan = review.plan
    what = "Drift" if review.kind == "drift" else "Preview" if plan.dry else "Update"
    return (f"{what} of stack ", Name(plan.stack or "?"), " (project ", Name(plan.project or "?"), ")")


def titles(review: Review) -> Mapping[Rank, str]:
    """Return what each rank is called."""
    return TITLES_OUTSIDE if review.kind == "drift" else TITLES


def headline(review: Review) -> str:
    """Return the outcome and the counts."""
    if review.kind == "drift" and not review.rows and not review.outcome:
        return f"as the program left it: {len(review.plan.steps)} resources looked at, nothing changed outside"
    outcome = f"{review.outcome}: " if review.outcome else ""
    if outcome and not review.rows:
        return f"{outcome}nothing was planned before it ended ({len(review.plan.steps)} resources looked at)"
    reached = "; counted is what it reached before it ended" if outcome else ""
    return f"{outcome}{review.counts()}{reached}"


def money(bill: Bill) -> str:
    """Return the monthly difference and what it does not count."""
    changed = (
        f"{signed(bill.difference)} a month ({dollars(bill.old_usd)} to {dollars(bill.new_usd)})"
        if bill.difference
        else f"{dollars(bill.new_usd)} a month as before"
    )
    left = [
        f"{count} {words}" for count, words in ((bill.unpriced, "without one"), (bill.by_use, "billed by use")) if count
    ]
    not_counted = f"; not in it: {', '.join(left)}" if left else ""
    return f"{changed} at list prices of {bill.region}, {bill.date}{not_counted}"


def price(item: Item) -> str:
    """Return what one item does to the bill."""
    if item.difference or not (item.unpriced or item.by_use):
        return signed(item.difference)
    return "no list price" if item.unpriced else "by use"


def dollars(usd: float) -> str:
    """Return an amount."""
    return f"${usd:,.2f}"


def signed(usd: float) -> str:
    """Return a difference with its sign."""
    return f"{'-' if usd < 0 else '+'}{dollars(abs(usd))}"


def judged(judgements: tuple[Judgement, ...]) -> str:
    """Return how many of each level."""
    levels = [one.level if one.level in LEVELS else "of other levels" for one in judgements]
    return ", ".join(f"{levels.count(level)} {level}" for level in (*LEVELS, "of other levels") if level in levels)


def code(change: CodeChange) -> Said:
    """Return which code changed, by content digest, and in which files."""
    old = Name(change.old[:SHOWN_DIGEST]) if change.old else "none"
    files = "" if change.files is None else f", {len(change.files)} files" if len(change.files) != 1 else ", 1 file"
    return (Name(change.name), " code ", old, " to ", Name(change.new[:SHOWN_DIGEST] or "none"), files)


def short(problem: Problem) -> str:
    """Return an error in one line; the last line of a traceback says what happened."""
    lines = problem.message.splitlines()
    return lines[-1] if "Traceback (most recent call last)" in problem.message else " ".join(" ".join(lines).split())


def to_look_at(rows: tuple[Row, ...]) -> int:
    """Return how many rows ask for a look: everything above plain updates."""
    return sum(row.rank < Rank.GONE for row in rows)
