"""Slices of a load as columns that are wide enough to be seen: a long record is merged, and nothing in it is lost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slipway.report.findings import Slice

SHORTEST_SECONDS = 1e-3


@dataclass(kw_only=True)
class Column:
    """What was answered between start and end, in seconds since the load began."""

    start: float
    end: float
    seconds: float
    answered: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    slices: int = 1

    @property
    def total(self) -> int:
        """Requests that ended in this time, one way or the other."""
        return sum(self.answered.values()) + self.failed

    def rate(self, requests: int) -> float:
        """Return requests a second."""
        return requests / max(self.seconds, SHORTEST_SECONDS)


def columns(slices: Sequence[Slice], seconds: float, most: float) -> list[Column]:
    """Return the slices in order of time, as columns that are at least `seconds / most` long unless a gap ends them."""
    least = seconds / most
    found: list[Column] = []
    for one in sorted(slices, key=lambda each: each.start):
        last = found[-1] if found else None
        if last is not None and last.seconds < least and one.start - last.end < least:
            last.end = max(last.end, one.start + one.seconds)
            last.seconds += one.seconds
            last.answered.update(one.answered)
            last.failed += one.failed
            last.slices += 1
        else:
            end = one.start + one.seconds
            found.append(
                Column(start=one.start, end=end, seconds=one.seconds, answered=Counter(one.answered), failed=one.failed)
            )
    return found
