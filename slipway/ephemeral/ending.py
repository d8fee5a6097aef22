"""Ends one stack: checked, destroyed in AWS's order, swept, and proved to be gone."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from slipway.ephemeral import engine_lock, guard, lease, life, sweep, workspace
from slipway.ephemeral.inventory import taking
from slipway.ephemeral.inventory.owner import Owner, known_of
from slipway.failure import Failure
from slipway.pulumi_cli import Stack

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slipway.ephemeral.account import Account
    from slipway.ephemeral.clock import Clock
    from slipway.ephemeral.inventory.kind import Thing
    from slipway.ephemeral.inventory.taking import Inventory
    from slipway.ephemeral.lease import Here, Lease
    from slipway.ephemeral.life import Life
    from slipway.ephemeral.stacks import Listed, Stacks
    from slipway.ephemeral.store import Store
    from slipway.event_log import EventLog

NOTES = ".slipway/known/"
"""What a stack had, kept beside its state until it is proved to be gone: a state forgets what it destroyed."""
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds between two tries to destroy: twice as long each time."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where stacks are ended from."""

    stacks: Stacks
    store: Store
    clock: Clock
    me: Here
    logs: Path
    patience_seconds: float
    """How long what AWS refuses is tried again."""
    account: Callable[[str], Account]
    """Returns the clients of a region: one set for all stacks."""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What became of a stack."""

    listed: Listed
    destroyed: int
    """Resources that the engine deleted."""
    inventory: Inventory
    reasons: dict[Thing, str]
    """Why each leftover is there."""
    seconds: float

    @property
    def gone(self) -> bool:
        """Whether nothing is left, by AWS's own lists."""
        return self.inventory.proves


def end(place: Place, listed: Listed, *, tell: Callable[[str], None], only_expired: bool = False) -> Ended | None:
    """End a stack; None where `only_expired` asks for that and it has been extended, or ended, meanwhile.

    Raises Failure, with nothing touched, for a stack that is not ephemeral, lives in another account, or is being
    worked on; and for one that the engine could not destroy in time.
    """
    started = place.clock.now()
    with lease.held(
        place.store, listed.project, listed.stack, "down", clock=place.clock, me=place.me, tell=tell
    ) as held:
        if place.stacks.find(listed.pull_request, listed.project) is None:
            return None
        found = place.stacks.life(listed)
        if found is None:
            raise Failure(
                f"stack {listed.stack} of project {listed.project} was not made by `slipway ephemeral up` (it has no "
                f"tag {life.PLACE}): nothing was touched"
            )
        if only_expired and found.expires > place.clock.moment():
            return None
        account = place.account(found.region)
        account.require(found.account, stack=listed.stack)
        engine_lock.settle(place.store, place.stacks, listed, held, clock=place.clock, me=place.me, tell=tell)
        return _end(place, listed, found, account, held, started, tell)


def _end(
    place: Place,
    listed: Listed,
    found: Life,
    account: Account,
    held: Lease,
    started: float,
    tell: Callable[[str], None],
) -> Ended:
    state = place.stacks.state(listed)
    guard.check(state, found, project=listed.project, stack=listed.stack, pull_request=listed.pull_request)
    note = f"{NOTES}{listed.project}/{listed.stack}.json"
    known = known_of(state) | frozenset(json.loads(place.store.read(note) or b"[]"))
    place.store.write(note, json.dumps(sorted(known)).encode())
    owner = Owner(project=listed.project, stack=listed.stack, account=found.account, region=found.region, known=known)
    until = started + place.patience_seconds
    clock = _renewing(place.clock, held)

    before = [kind for kind in taking.ALL if kind.before]
    sweep.sweep(account, owner, clock, until=until, tell=tell, kinds=before)
    destroyed = _destroy(place, listed, held, until, tell) if state.get("resources") else 0
    inventory, reasons = sweep.sweep(account, owner, clock, until=until, tell=tell)
    if inventory.proves:
        place.stacks.remove(listed)
        place.store.delete(note)
    return Ended(
        listed=listed,
        destroyed=destroyed,
        inventory=inventory,
        reasons=reasons,
        seconds=place.clock.now() - started,
    )


def _destroy(place: Place, listed: Listed, held: Lease, until: float, tell: Callable[[str], None]) -> int:
    """Let the engine delete everything; what AWS refuses for a while is tried again. Return how many went."""
    wait, attempt, gone = FIRST_WAIT, 1, 0
    with workspace.bare(listed.project) as folder:
        stack = Stack(place.stacks.engine, folder, listed.stack, logs=place.logs)
        while True:
            try:
                events = stack.destroy(f"{listed.project}-{listed.stack}-destroy-{attempt}", progress=_watch(held))
            except Failure as error:
                if place.clock.now() >= until:
                    raise
                tell(f"destroy did not end well, once more in {wait:g} s: {_first_line(error)}")
                place.clock.wait(wait)
                wait, attempt = min(LONGEST_WAIT, 2 * wait), attempt + 1
            else:
                gone += sum(1 for urn in events.done if events.operations.get(urn) == "delete")
                tell(f"destroyed {gone} resources")
                return gone


def _watch(held: Lease) -> Callable[[EventLog], None]:
    def renew(_: EventLog) -> None:
        held.renew()

    return renew


def _renewing(clock: Clock, held: Lease) -> Clock:
    """Return a clock whose waiting renews the lease."""

    def wait(seconds: float) -> None:
        held.renew()
        clock.wait(seconds)

    return replace(clock, wait=wait)


def _first_line(error: Failure) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[1] if len(lines) > 1 else lines[0]
