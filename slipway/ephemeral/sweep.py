"""Deletes what is left of a stack, round after round, until an inventory is empty or patience is at an end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004 - botocore's, of its own kind

from slipway.ephemeral.inventory import taking
from slipway.ephemeral.inventory.anything import UNKNOWN
from slipway.ephemeral.inventory.kind import DENIED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from slipway.ephemeral.account import Account
    from slipway.ephemeral.clock import Clock
    from slipway.ephemeral.inventory.kind import Kind, Thing
    from slipway.ephemeral.inventory.owner import Owner
    from slipway.ephemeral.inventory.taking import Inventory

FIRST_WAIT, LONGEST_WAIT = 0.5, 15.0
"""Seconds between two rounds: twice as long each time."""
FINAL = DENIED | {"NotImplemented", UNKNOWN}
"""Refusals that no waiting turns into consent."""


def sweep(
    account: Account,
    owner: Owner,
    clock: Clock,
    *,
    until: float,
    tell: Callable[[str], None],
    kinds: Iterable[Kind] = taking.ALL,
) -> tuple[Inventory, dict[Thing, str]]:
    """Delete everything that the stack has of these kinds; return the last inventory, and why each leftover is there.

    `until` is a moment of the clock. Whatever AWS refuses is tried again in the next round.
    """
    wanted = {kind.name: kind for kind in kinds}
    wait = FIRST_WAIT
    while True:
        over = clock.now() >= until
        try:
            found = taking.take(account, owner, wanted.values())
            if not found.left:
                return found, {}
            refused = {thing: reason for thing in found.left if (reason := _try(account, wanted[thing.kind], thing))}
            gone = [thing for thing in found.left if thing not in refused]
            if over or (not gone and all(reason in FINAL for reason in refused.values())):
                last = taking.take(account, owner, wanted.values())
                return last, {thing: refused.get(thing, "it came back") for thing in last.left}
        except (ConnectionError, HTTPClientError) as error:
            if over:
                raise
            tell(f"AWS can't be reached, once more in {wait:g} s: {error}")
        else:
            if gone:
                tell(f"swept {_counts(gone)}")
                wait = FIRST_WAIT
            if not refused:
                continue
        clock.wait(wait)
        wait = min(LONGEST_WAIT, 2 * wait)


def _try(account: Account, kind: Kind, thing: Thing) -> str:
    """Delete a thing; return why it can't go yet, in AWS's word, or nothing."""
    try:
        kind.delete(account, thing)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return thing.busy


def _counts(things: Iterable[Thing]) -> str:
    counts: dict[str, int] = {}
    for thing in things:
        counts[thing.kind] = counts.get(thing.kind, 0) + 1
    return ", ".join(f"{count} {kind}" for kind, count in counts.items())
