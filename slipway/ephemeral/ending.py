"""Ends one stack: checked, destroyed in AWS's order, swept, and proved to be gone."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from threading import Event
from typing import TYPE_CHECKING

from slipway.ephemeral import engine_lock, guard, lease, life, sweep, workspace
from slipway.ephemeral.inventory import taking
from slipway.ephemeral.inventory.owner import Owner, buckets_of
from slipway.event_log import is_custom
from slipway.failure import Failure
from slipway.pulumi_cli import Stack

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slipway.ephemeral.account import Account
    from slipway.ephemeral.clock import Clock
    from slipway.ephemeral.inventory.kind import Thing
    from slipway.ephemeral.lease import Here, Lease
    from slipway.ephemeral.life import Life
    from slipway.ephemeral.stacks import Listed, Stacks
    from slipway.ephemeral.store import Store
    from slipway.event_log import EventLog

NOTES = ".slipway/buckets/"
"""The names of a stack's buckets, kept beside its state until it is proved to be gone: a state forgets interrupted
creations, and of such a bucket nothing else may say whose it is."""
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
    stop: Event = field(default_factory=Event)
    """Set when everybody who works from here must stop: threads hear no signals."""

    def check_stop(self) -> None:
        """Raise Failure where it is time to stop."""
        if self.stop.is_set():
            raise Failure("interrupted: what is left goes with the next `slipway ephemeral down` or `reap`")


NOTHING = taking.Inventory(left=(), kept=(), unseen={}, looked_at=())
"""What there is of a stack in which nothing was ever made."""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What became of a stack."""

    listed: Listed
    destroyed: int
    """Resources of AWS that the engine deleted."""
    inventory: taking.Inventory = NOTHING
    reasons: dict[Thing, str] = field(default_factory=dict)
    """Why each leftover is there."""
    seconds: float

    @property
    def gone(self) -> bool:
        """Whether nothing is left, by AWS's own lists."""
        return self.inventory.proves


def end(
    place: Place,
    listed: Listed,
    *,
    tell: Callable[[str], None],
    progress: Callable[[EventLog], None] | None = None,
    only_expired: bool = False,
) -> Ended | None:
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
        try:
            found = place.stacks.life(listed)
        except life.Unclear:
            found = None
            ours = True
        else:
            # of an `up` that was killed before its first tag the lease is left, which had to be broken
            ours = held.broken is not None and held.broken.work == "up"
        if found is None:
            engine_lock.settle(place.store, place.stacks, listed, held, clock=place.clock, me=place.me, tell=tell)
            if ours and not place.stacks.state(listed).get("resources"):
                tell(f"an `up` was killed before it made anything in stack {listed.stack}")
                place.stacks.remove(listed)
                return Ended(listed=listed, destroyed=0, seconds=place.clock.now() - started)
            raise Failure(
                f"stack {listed.stack} of project {listed.project} was not made by `slipway ephemeral up` (it has no "
                f"tag {life.PLACE}): nothing was touched"
            )
        if only_expired and found.expires > place.clock.moment():
            return None
        account = place.account(found.region)
        account.require(found.account, stack=listed.stack)
        engine_lock.settle(place.store, place.stacks, listed, held, clock=place.clock, me=place.me, tell=tell)
        return _end(place, listed, found, account, held, started, tell, progress)


def _end(
    place: Place,
    listed: Listed,
    found: Life,
    account: Account,
    held: Lease,
    started: float,
    tell: Callable[[str], None],
    progress: Callable[[EventLog], None] | None,
) -> Ended:
    state = place.stacks.state(listed)
    guard.check(state, found, project=listed.project, stack=listed.stack, pull_request=listed.pull_request)
    note = f"{NOTES}{listed.project}/{listed.stack}.json"
    buckets = buckets_of(state) | frozenset(json.loads(place.store.read(note) or b"[]"))
    place.store.write(note, json.dumps(sorted(buckets)).encode())
    owner = Owner(
        project=listed.project, stack=listed.stack, account=found.account, region=found.region, buckets=buckets
    )
    until = started + place.patience_seconds
    clock = _renewing(place, held)

    before = [kind for kind in taking.ALL if kind.before]
    sweep.sweep(account, owner, clock, until=until, tell=tell, kinds=before)
    destroyed = _destroy(place, listed, held, until, tell, progress) if state.get("resources") else 0
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


def _destroy(
    place: Place,
    listed: Listed,
    held: Lease,
    until: float,
    tell: Callable[[str], None],
    progress: Callable[[EventLog], None] | None,
) -> int:
    """Let the engine delete everything; what AWS refuses for a while is tried again. Return how many went."""
    wait, attempt, gone = FIRST_WAIT, 1, 0
    with workspace.bare(listed.project) as folder:
        stack = Stack(place.stacks.engine, folder, listed.stack, logs=place.logs)
        while True:
            watched = Watched(place, held, progress)
            failure: Failure | None = None
            try:
                stack.destroy(f"{listed.project}-{listed.stack}-destroy-{attempt}", progress=watched)
            except Failure as error:
                # an engine that did not come to its first resource will not next time either: a passphrase is missing
                if place.clock.now() >= until or not watched.begun:
                    raise
                failure = error
            gone += watched.deleted
            if failure is None:
                tell(f"destroyed {gone} resources of AWS")
                return gone
            tell(f"destroy did not end well, once more in {wait:g} s: {_first_line(failure)}")
            _pause(place, held, wait)
            wait, attempt = min(LONGEST_WAIT, 2 * wait), attempt + 1


class Watched:
    """Follows one operation: renews the lease, and knows what became of it when it fails, too."""

    def __init__(self, place: Place, held: Lease, progress: Callable[[EventLog], None] | None = None) -> None:
        self._place = place
        self._held = held
        self._progress = progress
        self._events: EventLog | None = None

    def __call__(self, events: EventLog) -> None:
        """Look at what the engine has written so far."""
        self._events = events
        self._place.check_stop()
        self._held.renew()
        if self._progress is not None:
            self._progress(events)

    @property
    def begun(self) -> bool:
        """Whether the engine came to a resource."""
        return self._events is not None and bool(self._events.operations)

    @property
    def deleted(self) -> int:
        """How many resources of AWS it deleted."""
        if self._events is None:
            return 0
        return sum(1 for urn in self._events.done if self._events.operations.get(urn) == "delete" and is_custom(urn))


def _pause(place: Place, held: Lease, seconds: float) -> None:
    place.check_stop()
    held.renew()
    place.clock.wait(seconds)


def _renewing(place: Place, held: Lease) -> Clock:
    """Return a clock whose waiting renews the lease."""
    return replace(place.clock, wait=lambda seconds: _pause(place, held, seconds))


def _first_line(error: Failure) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[1] if len(lines) > 1 else lines[0]
