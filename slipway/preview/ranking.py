"""Every step of a plan with the reasons to look at it, in the order of looking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slipway.preview.capacity import Serving
from slipway.preview.data import at_risk
from slipway.preview.effect import effect
from slipway.preview.exposure import exposed
from slipway.preview.finding import Finding, Rank
from slipway.preview.holdings import Holdings
from slipway.preview.plan import STACK_TYPE, Plan, Step
from slipway.preview.saying import Name, Said, joined, several
from slipway.preview.weakening import weakened
from slipway.preview.widening import widened

if TYPE_CHECKING:
    from collections.abc import Iterator

_BUCKET = "aws:s3/bucket:Bucket"
_PROVIDERS = "pulumi:providers:"
_SHOWN_PATHS = 3


@dataclass(frozen=True, kw_only=True)
class Row:
    """One step as a reviewer sees it."""

    step: Step
    rank: Rank
    """That of its first finding."""
    findings: tuple[Finding, ...]
    """Why it stands here, the weightiest first; never empty."""
    effect: str
    """What happens on apply."""

    @property
    def why(self) -> Said:
        """Every reason, one after the other."""
        return joined(finding.why for finding in self.findings)


def rows(plan: Plan, *, outside: bool = False) -> tuple[Row, ...]:
    """Return a row for each step that changes something, the one to look at first in front.

    `outside`: the steps are what a refresh found, not what an operation would do.
    """
    holdings, serving = Holdings(plan), Serving(plan)
    buckets = _leaving(plan)
    found = [
        _row(
            step,
            holdings,
            serving,
            outside=outside,
            with_bucket=step.operation == "delete" and _bucket(step) in buckets,
        )
        for step in plan.steps
        if step.is_change or _protection_lost(step)
    ]
    return tuple(sorted(found, key=_order))


def _order(row: Row) -> tuple[int, int, str, str]:
    return row.rank, -row.findings[0].weight, row.step.urn, row.step.operation


def _leaving(plan: Plan) -> set[str]:
    """Return the names of the buckets that are deleted: what guards them goes with them and guards nothing."""
    return {
        name
        for step in plan.steps
        if step.type == _BUCKET and step.operation == "delete" and step.old is not None and not step.old.retain
        if isinstance(name := step.old.value("bucket"), str)
    }


def _bucket(step: Step) -> str | None:
    found = step.old.value("bucket") if step.old is not None and step.type != _BUCKET else None
    return found if isinstance(found, str) else None


def _row(step: Step, holdings: Holdings, serving: Serving, *, outside: bool, with_bucket: bool) -> Row:
    if not step.state.custom or step.type.startswith(_PROVIDERS) or step.type == STACK_TYPE:
        findings = [_bookkeeping(step)]
    elif with_bucket:
        findings = [Finding(rank=Rank.GONE, why=("goes with its bucket",))]
    else:
        special = [
            *at_risk(step, outside=outside),
            *widened(step, holdings),
            *exposed(step),
            *serving.reduced(step),
            *weakened(step),
        ]
        plain = _gone_outside() if outside and step.operation == "delete" else _plain(step, serving)
        findings = sorted(special, key=lambda finding: (finding.rank, -finding.weight)) or [plain]
    return Row(step=step, rank=findings[0].rank, findings=tuple(findings), effect=effect(step))


def _gone_outside() -> Finding:
    return Finding(rank=Rank.GONE, why=("gone from AWS",))


def _plain(step: Step, serving: Serving) -> Finding:
    if step.operation == "create":
        return Finding(rank=Rank.CREATED, why=("new",))
    if step.operation == "delete":
        return Finding(rank=Rank.GONE, why=("no longer in the program",))
    told = serving.told(step)
    if step.operation == "replace":
        forced = [change.path for change in step.changes if change.replaces]
        why: Said = ("forced by ", *several(forced, most=_SHOWN_PATHS)) if forced else ("forced by the engine",)
        return Finding(rank=Rank.GONE, why=joined([why, *told]))
    changed: Said = several((change.path for change in step.changes), most=_SHOWN_PATHS) or ("",)
    return Finding(
        rank=Rank.UPDATED, why=joined(told) if told else ("changes ", *changed) if step.changes else ("changes",)
    )


def _bookkeeping(step: Step) -> Finding:
    if step.type.startswith(_PROVIDERS):
        paths = several((change.path for change in step.changes), most=_SHOWN_PATHS)
        return Finding(
            rank=Rank.BOOKKEEPING, why=("the provider's own settings: ", *paths) if paths else ("a provider",)
        )
    kind = "the stack itself" if step.type == STACK_TYPE else "a component: only a name for what is in it"
    return Finding(rank=Rank.BOOKKEEPING, why=(kind,))


def _protection_lost(step: Step) -> bool:
    return step.old is not None and step.new is not None and step.old.protect and not step.new.protect


def resource(step: Step) -> Said:
    """Return type and name as people write them: `s3/Bucket raw`."""
    return (Name(short_type(step.type)), " ", Name(step.name))


def short_type(token: str) -> str:
    """Return `s3/Bucket` of `aws:s3/bucket:Bucket`, and any other token as it is."""
    parts = token.split(":")
    if len(parts) == 3 and parts[0] == "aws":  # noqa: PLR2004 - provider, module, name
        return f"{parts[1].partition('/')[0]}/{parts[2]}"
    return token


def ranked_by_title(found: tuple[Row, ...]) -> Iterator[tuple[Rank, list[Row]]]:
    """Return the rows of each rank, in order."""
    for rank in Rank:
        if some := [row for row in found if row.rank == rank]:
            yield rank, some
