"""What is due, in order: the clock goes from one due moment to the next, and each finds the time that it was due at.

What was due while the sandbox did not run is not made up for.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from slipway.sandbox.clockwork.clock import Clock

MOST = 10_000
"""Moments that one look comes by; what is due beyond them, before the clock's goal, is left out and logged."""

log = logging.getLogger(__name__)


class Source(Protocol):
    """Something that has moments at which it is due."""

    @property
    def busy(self) -> bool:
        """Whether there is anything to watch."""

    def look(self) -> None:
        """Do what does not wait for a moment."""

    def due(self, goal: datetime) -> datetime | None:
        """Return the next moment, up to `goal`; None when there is none."""

    def fire(self, moment: datetime) -> None:
        """Do what is due at a moment that `due` returned; it is not due again, whatever happens."""

    def skip(self, moment: datetime) -> None:
        """Forget what is due up to a moment."""


class Timeline:
    """The watcher of all that is due; `stopping` ends a long way early."""

    def __init__(self, clock: Clock, sources: Sequence[Source]) -> None:
        self._clock = clock
        self._sources = sources
        self._stopping = False

    @property
    def busy(self) -> bool:
        """Whether anything may be due, or the clock is on its way."""
        return not self._clock.arrived or any(source.busy for source in self._sources)

    def stop(self) -> None:
        """Look no further than the moment under way."""
        self._stopping = True

    def look(self) -> None:
        """Do what is due by now."""
        for source in self._sources:
            if source.busy:
                source.look()
        for _ in range(MOST):
            goal = self._clock.goal
            found = [(moment, source) for source in self._sources if source.busy and (moment := source.due(goal))]
            if not found or self._stopping:
                break
            moment, source = min(found, key=lambda each: each[0])
            self._clock.move_to(moment)
            self._fire(source, moment)
        else:
            log.warning("more than %d moments were due: the rest is left out", MOST)
            for source in self._sources:
                source.skip(self._clock.goal)
        self._clock.arrive()

    def _fire(self, source: Source, moment: datetime) -> None:
        try:
            source.fire(moment)
        except Exception:
            # the outermost loop of what AWS does on its own: what fails at one moment does not stop the clock
            log.exception("%s failed at %s", type(source).__name__, moment.isoformat())
