"""One stack being worked on: where from, under which lease, and who is told of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from threading import Event
from typing import TYPE_CHECKING

from slipway.event_log import is_custom
from slipway.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slipway.ephemeral.account import Account
    from slipway.ephemeral.clock import Clock
    from slipway.ephemeral.lease import Here, Lease
    from slipway.ephemeral.stacks import Listed, Stacks
    from slipway.ephemeral.store import Store
    from slipway.event_log import EventLog


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where stacks are worked on from."""

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


@dataclass(frozen=True, kw_only=True)
class Work:
    """A stack that this process holds the lease of."""

    place: Place
    listed: Listed
    lease: Lease
    tell: Callable[[str], None]
    """Hears what a person should know."""
    progress: Callable[[EventLog], None] | None = None
    """Sees how far the engine is, about ten times a second."""

    @property
    def name(self) -> str:
        """The beginning of the names of its files."""
        return f"{self.listed.project}-{self.listed.stack}"

    @property
    def clock(self) -> Clock:
        """The place's clock, whose waiting keeps the lease."""
        return replace(self.place.clock, wait=self._wait)

    def go_on(self) -> None:
        """Keep the lease. Raises Failure where it is lost, or where it is time to stop."""
        if self.place.stop.is_set():
            raise Failure("interrupted: what is left goes with the next `slipway ephemeral down` or `reap`")
        self.lease.renew()

    def _wait(self, seconds: float) -> None:
        self.go_on()
        self.place.clock.wait(seconds)


class Watched:
    """Follows one operation of the engine, and knows what became of it when it fails, too."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._events: EventLog | None = None

    def __call__(self, events: EventLog) -> None:
        """Look at what the engine has written so far."""
        self._events = events
        self._work.go_on()
        if self._work.progress is not None:
            self._work.progress(events)

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
