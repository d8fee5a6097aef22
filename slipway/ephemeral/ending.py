"""Ends one stack: checked, destroyed in AWS's order, swept, and proved to be gone."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from slipway.ephemeral import engine_lock, guard, lease, life, sweep, workspace
from slipway.ephemeral.inventory import taking
from slipway.ephemeral.inventory.owner import Owner, buckets_of
from slipway.ephemeral.work import Watched, Work
from slipway.failure import Failure
from slipway.pulumi_cli import Stack

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slipway.ephemeral.inventory.kind import Thing
    from slipway.ephemeral.life import Life
    from slipway.ephemeral.stacks import Listed
    from slipway.ephemeral.work import Place
    from slipway.event_log import EventLog

NOTES = ".slipway/buckets/"
"""The names of a stack's buckets, kept beside its state until it is proved to be gone: a state forgets interrupted
creations, and of such a bucket nothing else may say whose it is."""
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds between two tries to destroy: twice as long each time."""
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
        work = Work(place=place, listed=listed, lease=held, tell=tell, progress=progress)
        if place.stacks.find(listed.pull_request, listed.project) is None:
            return None
        try:
            found = place.stacks.life(listed)
        except life.Unclear:
            return _never_made(work, started)
        if found is None and held.broken is not None and held.broken.work == "up":
            return _never_made(work, started)  # killed before its first tag: all that is left of it is the lease
        if found is None:
            raise Failure(
                f"stack {listed.stack} of project {listed.project} was not made by `slipway ephemeral up` (it has no "
                f"tag {life.PLACE}): nothing was touched"
            )
        if only_expired and found.expires > place.clock.moment():
            return None
        place.account(found.region).require(found.account, stack=listed.stack)
        engine_lock.settle(work)
        return _end(work, found, started)


def _never_made(work: Work, started: float) -> Ended:
    """Remove a stack whose `up` was killed before all of its tags were set: nothing is made before that."""
    place, listed = work.place, work.listed
    engine_lock.settle(work)
    if place.stacks.state(listed).get("resources"):
        raise Failure(
            f"stack {listed.stack} has resources, and its tags do not say where: put them right with "
            f"`pulumi stack tag set`; `slipway ephemeral list` says which"
        )
    work.tell(f"an `up` was killed before it made anything in stack {listed.stack}")
    place.stacks.remove(listed)
    return Ended(listed=listed, destroyed=0, seconds=place.clock.now() - started)


def _end(work: Work, found: Life, started: float) -> Ended:
    place, listed = work.place, work.listed
    state = place.stacks.state(listed)
    guard.check(state, found, project=listed.project, stack=listed.stack, pull_request=listed.pull_request)
    note = f"{NOTES}{listed.project}/{listed.stack}.json"
    buckets = buckets_of(state) | frozenset(json.loads(place.store.read(note) or b"[]"))
    place.store.write(note, json.dumps(sorted(buckets)).encode())
    owner = Owner(
        project=listed.project, stack=listed.stack, account=found.account, region=found.region, buckets=buckets
    )
    until = started + place.patience_seconds
    account, clock = place.account(found.region), work.clock

    before = [kind for kind in taking.ALL if kind.before]
    sweep.sweep(account, owner, clock, until=until, tell=work.tell, kinds=before)
    destroyed = _destroy(work, state, until) if state.get("resources") else 0
    inventory, reasons = sweep.sweep(account, owner, clock, until=until, tell=work.tell)
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


def _destroy(work: Work, state: Mapping[str, Any], until: float) -> int:
    """Let the engine delete everything; what AWS refuses for a while is tried again. Return how many went."""
    wait, attempt, gone = FIRST_WAIT, 1, 0
    with workspace.bare(work.listed.project, stack=work.listed.stack, state=state) as folder:
        stack = Stack(work.place.stacks.engine, folder, work.listed.stack, logs=work.place.logs)
        while True:
            watched = Watched(work)
            failure: Failure | None = None
            try:
                stack.destroy(f"{work.name}-destroy-{attempt}", progress=watched)
            except Failure as error:
                # an engine that did not come to its first resource will not next time either: a passphrase is missing
                if work.place.clock.now() >= until or not watched.begun:
                    raise
                failure = error
            gone += watched.deleted
            if failure is None:
                work.tell(f"destroyed {gone} resources of AWS")
                return gone
            work.tell(f"destroy did not end well, once more in {wait:g} s: {_first_line(failure)}")
            work.clock.wait(wait)
            wait, attempt = min(LONGEST_WAIT, 2 * wait), attempt + 1


def _first_line(error: Failure) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[1] if len(lines) > 1 else lines[0]
