"""What `slipway ephemeral` prints. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slipway.ephemeral import duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from slipway.ephemeral.ending import Ended
    from slipway.ephemeral.life import Life
    from slipway.ephemeral.making import Made
    from slipway.ephemeral.reaping import Reaped
    from slipway.ephemeral.stacks import Listed

Row = tuple["Listed", "Life"]
SHOWN = 2
"""Names of what AWS keeps that are told, of each kind."""


def made(result: Made, now: datetime) -> list[str]:
    """Say what stands, and until when."""
    life, listed = result.life, result.listed
    counts = ", ".join(f"{count} {operation}" for operation, count in sorted(result.changes.items()))
    place = f"{life.account}/{life.region}"
    what = f"{listed.resources} resources of AWS ({counts})"
    return [
        f"stack {listed.stack} is up in {place}: {what}, {result.seconds:.1f} s",
        f"  owner {life.owner}, commit {life.commit[:12] or 'unknown'}; expires in {duration.said(life.expires - now)}",
        (
            f"next: `slipway ephemeral extend --pr {listed.pull_request} --ttl 8h` keeps it longer, "
            f"`slipway ephemeral down --pr {listed.pull_request}` ends it"
        ),
    ]


def ended(result: Ended) -> list[str]:
    """Say what was ended and proved, or what is left with the commands that remove it."""
    stack, inventory = result.listed.stack, result.inventory
    if not inventory.looked_at:
        return [f"stack {stack} is gone: there was nothing in it"]
    kept = _kept(result)
    if result.gone:
        return [
            (
                f"stack {stack} is gone: {result.destroyed} resources of AWS destroyed, nothing left of "
                f"{len(inventory.looked_at)} kinds looked at, {result.seconds:.1f} s"
            ),
            *kept,
        ]
    lines = [f"stack {stack} is not gone: {len(inventory.left)} things are left after {result.seconds:.1f} s"]
    for thing in inventory.left:
        lines.append(f"  {thing.kind}: {thing.name} ({result.reasons.get(thing) or thing.busy or 'not tried'})")
        lines.append(f"    {thing.command or 'AWS has no command for it'}")
    lines += [f"  {kind} could not be looked at: {reason}" for kind, reason in inventory.unseen.items()]
    return [
        *lines,
        *kept,
        f"the stack stays in the state backend: `slipway ephemeral down --pr {result.listed.pull_request}` tries again",
    ]


def _kept(result: Ended) -> list[str]:
    """Say what AWS keeps, a line a kind; keys of earlier stacks of the same number are among it."""
    by_kind: dict[str, list[str]] = {}
    for thing in result.inventory.kept:
        by_kind.setdefault(thing.kind, []).append(f"{thing.name} ({thing.kept})")
    lines = []
    for kind, told in by_kind.items():
        more = f" and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
        lines.append(f"  kept by AWS, {kind}: {', '.join(told[:SHOWN])}{more}")
    return lines


def reaped(results: Sequence[Reaped], seconds: float) -> list[str]:
    """Sum a reap up."""
    gone = sum(1 for one in results if one.ended is not None and one.ended.gone)
    left = sum(1 for one in results if one.ended is not None and not one.ended.gone)
    failed = sum(1 for one in results if one.failure)
    alone = sum(1 for one in results if one.left_alone)
    return [f"reap: {gone} gone, {left} with leftovers, {failed} failed, {alone} left alone, {seconds:.1f} s"]


def one_reaped(result: Reaped) -> list[str]:
    """Say what became of one stack."""
    if result.ended is not None:
        return ended(result.ended)
    if result.failure:
        return [f"stack {result.listed.stack} failed: {result.failure}"]
    return [f"stack {result.listed.stack} left alone: {result.left_alone}"]


def table(rows: Iterable[Row], now: datetime) -> list[str]:
    """Return the list of stacks as aligned columns."""
    head = ("PULL REQUEST", "PROJECT", "STATUS", "RESOURCES", "EXPIRES", "OWNER", "COMMIT", "PLACE")
    body = [
        (
            str(listed.pull_request),
            listed.project,
            life.status,
            str(listed.resources),
            _expiry(life, now),
            life.owner,
            life.commit[:12],
            f"{life.account}/{life.region}",
        )
        for listed, life in rows
    ]
    widths = [max(len(row[column]) for row in [head, *body]) for column in range(len(head))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in [head, *body]
    ]


def _expiry(life: Life, now: datetime) -> str:
    return (
        f"in {duration.said(life.expires - now)}" if life.expires > now else f"{duration.said(now - life.expires)} ago"
    )


def as_json(rows: Iterable[Row], now: datetime) -> list[dict[str, Any]]:
    """Return the list of stacks for machines."""
    return [
        {
            "pull_request": listed.pull_request,
            "project": listed.project,
            "stack": listed.stack,
            "status": life.status,
            "resources": listed.resources,
            "expires": life.expires.isoformat(timespec="seconds"),
            "expired": life.expires <= now,
            "owner": life.owner,
            "commit": life.commit,
            "account": life.account,
            "region": life.region,
        }
        for listed, life in rows
    ]
