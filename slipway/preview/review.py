"""Everything that is shown of a plan, put together once for every way of showing it; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from slipway.preview.bill import Bill, bill
from slipway.preview.digest import digest
from slipway.preview.ranking import Row, rows

if TYPE_CHECKING:
    from slipway.preview.plan import Plan

Kind = Literal["preview", "drift"]
OPERATIONS = ("replace", "delete", "update", "create", "import")
"""In the order in which counts are told."""


@dataclass(frozen=True, kw_only=True)
class CodeChange:
    """A code package whose content changed."""

    name: str
    """training or serving."""
    old: str
    """Content digest before; empty where there was none."""
    new: str
    files: tuple[str, ...] | None = None
    """`changed`, `added` or `removed` and the path; None where the old content is in no commit that was looked at."""


@dataclass(frozen=True, kw_only=True)
class ReleaseChange:
    """The release that the endpoint is pointed at."""

    old: str
    """Digest before; empty where none served."""
    new: str
    """Digest afterwards; empty where none will serve."""
    lines: tuple[str, ...] = ()
    """What differs between the two pins, metrics among it."""


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What is known beside the log."""

    code: tuple[CodeChange, ...] = ()
    release: ReleaseChange | None = None
    commit: str = ""
    """Commit that was previewed; empty where it is not known."""


@dataclass(frozen=True, kw_only=True)
class Review:
    """A plan with everything that is said of it."""

    kind: Kind
    plan: Plan
    rows: tuple[Row, ...]
    bill: Bill
    beside: Beside
    digest: str | None
    """What `slipway up --plan-digest` takes; None for a plan that is no whole one."""

    @property
    def outcome(self) -> str:
        """How it ended, in a word or two."""
        return {"succeeded": "", "failed": "FAILED", "not finished": "NOT FINISHED"}[self.plan.outcome]

    def counts(self) -> str:
        """Return `2 to replace, 1 to update, 34 unchanged`."""
        counted = self.plan.counts()
        same = counted.pop("same", 0)
        known = [name for name in OPERATIONS if name in counted]
        others = sorted(set(counted) - set(known))
        words = [f"{counted[name]} {self._verb(name)}" for name in known]
        words += [f"{sum(counted[name] for name in others)} of operations not known here"] if others else []
        return ", ".join(
            [*words, *([f"{same} unchanged"] if same else [])] if words else [f"nothing changes ({same} resources)"]
        )

    def _verb(self, operation: str) -> str:
        if self.kind == "drift":
            return {"delete": "gone", "update": "changed"}.get(operation, operation)
        return f"to {operation}" if self.plan.dry else operation.removesuffix("e") + "ed"


def review(plan: Plan, kind: Kind = "preview", beside: Beside | None = None) -> Review:
    """Return everything that is said of a plan."""
    return Review(
        kind=kind,
        plan=plan,
        rows=rows(plan, outside=kind == "drift"),
        bill=bill(plan),
        beside=Beside() if beside is None else beside,
        digest=digest(plan) if kind == "preview" and plan.dry else None,
    )
