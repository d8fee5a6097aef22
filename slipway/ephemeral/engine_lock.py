"""The engine's own lock of a stack, in the form and place that both engines share; left behind when one is killed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from slipway.failure import Failure

if TYPE_CHECKING:
    from slipway.ephemeral.lease import Here, Record
    from slipway.ephemeral.stacks import Listed
    from slipway.ephemeral.store import Store
    from slipway.ephemeral.work import Work

OLD = timedelta(hours=6)
"""The engine renews nothing: a lock may be as old as its operation. No operation of a small stack takes six hours."""
PATIENCE_SECONDS = 600.0
"""How long an engine of this machine that outlived its caller is waited for."""
POLL_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class EngineLock:
    """A lock as the engine wrote it."""

    key: str
    pid: int
    owner: str
    host: str
    taken: datetime


def read(store: Store, listed: Listed) -> list[EngineLock]:
    """Return the engine's locks of a stack. Raises Failure for one that can't be read."""
    folder = f".pulumi/locks/organization/{listed.project}/{listed.stack}/"
    found = []
    for key in store.keys(folder):
        data = store.read(key)
        if data is None or not key.endswith(".json"):
            continue
        try:
            said = json.loads(data)
            found.append(
                EngineLock(
                    key=key,
                    pid=int(said["pid"]),
                    owner=f"{said['username']}@{said['hostname']}",
                    host=str(said["hostname"]),
                    taken=datetime.fromisoformat(said["timestamp"]),
                )
            )
        except (ValueError, KeyError, TypeError) as error:
            raise Failure(
                f"the lock {key} in the state backend can't be read ({error}): run `pulumi cancel`"
            ) from error
    return found


def why_broken(lock: EngineLock, me: Here, now: datetime, broken: Record | None) -> str:
    """Say why a lock may be broken; empty where it may not.

    Who held the lease that had to be broken also started the engine that holds the lock: on that host, since then.
    """
    if lock.host == me.host and not me.alive(lock.pid, ""):
        return f"its owner, process {lock.pid} on this machine, is gone"
    of_broken = broken is not None and broken.host == lock.host and lock.taken >= datetime.fromisoformat(broken.taken)
    if of_broken and lock.host != me.host:
        return f"its owner {lock.owner} (process {lock.pid}) also had the lease that was broken"
    if now - lock.taken > OLD:
        return f"it is {int((now - lock.taken).total_seconds() // 3600)} hours old ({lock.owner}, process {lock.pid})"
    return ""


def settle(work: Work) -> None:
    """Make sure that no engine works on a stack: wait for one of this machine, break what is dead or old, and say so.

    Raises Failure while one elsewhere may live.
    """
    place, listed = work.place, work.listed
    until = place.clock.now() + PATIENCE_SECONDS
    told = False
    while locks := read(place.store, listed):
        reasons = {lock: why_broken(lock, place.me, place.clock.moment(), work.lease.broken) for lock in locks}
        alive = [lock for lock, reason in reasons.items() if not reason]
        if not alive:
            for reason in reasons.values():
                work.tell(f"broke the engine's lock of stack {listed.stack}: {reason}")
            place.stacks.cancel(listed)
            return
        one = alive[0]
        if any(lock.host != place.me.host for lock in alive) or place.clock.now() >= until:
            raise Failure(
                f"stack {listed.stack} is locked by {one.owner} (process {one.pid}, since {one.taken:%Y-%m-%d %H:%M}): "
                f"wait for it, or, if it is dead, run `pulumi cancel {listed.qualified} --yes`; a lock goes by itself "
                f"when its process is gone or after {int(OLD.total_seconds() // 3600)} hours"
            )
        if not told:
            work.tell(f"waiting for the engine that still works on stack {listed.stack} (process {one.pid})")
            told = True
        work.clock.wait(POLL_SECONDS)
