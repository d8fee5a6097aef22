"""A review for machines."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from slipway.preview.saying import text
from slipway.preview.values import plain

if TYPE_CHECKING:
    from slipway.preview.ranking import Row
    from slipway.preview.review import Review

VERSION = 1
"""Of this form; it grows with every change that a reader could trip over."""


def as_json(review: Review) -> dict[str, Any]:
    """Return what a machine reads; secrets and unknowns are words in brackets."""
    plan, bill = review.plan, review.bill
    return {
        "version": VERSION,
        "kind": review.kind,
        "project": plan.project,
        "stack": plan.stack,
        "outcome": plan.outcome,
        "counts": plan.counts(),
        "digest": review.digest,
        "commit": review.beside.commit or None,
        "troubles": list(plan.troubles),
        "errors": [asdict(problem) for problem in plan.problems],
        "rows": [_row(row) for row in review.rows],
        "cost": {
            "currency": "USD",
            "region": bill.region,
            "prices_read": bill.date,
            "whole": plan.outcome == "succeeded",
            "before": bill.old_usd,
            "after": bill.new_usd,
            "difference": bill.difference,
            "without_list_price": bill.unpriced,
            "billed_by_use": bill.by_use,
            "items": [
                {**asdict(item), "difference": item.difference, "words": list(item.words)} for item in bill.items
            ],
        },
        "policies": [asdict(one) for one in plan.judgements],
        "code": [asdict(change) for change in review.beside.code],
        "release": None if review.beside.release is None else asdict(review.beside.release),
    }


def _row(row: Row) -> dict[str, Any]:
    step = row.step
    return {
        "rank": row.rank.name.lower(),
        "urn": step.urn,
        "type": step.type,
        "name": step.name,
        "operation": step.operation,
        "effect": row.effect,
        "why": [{"rank": one.rank.name.lower(), "text": text(one.why)} for one in row.findings],
        "changes": [
            {
                "path": change.path,
                "kind": change.kind,
                "replaces": change.replaces,
                "old": plain(change.old),
                "new": plain(change.new),
            }
            for change in step.changes
        ],
    }
