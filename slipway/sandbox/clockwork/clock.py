"""The sandbox's time: the system's, plus what a person set it forward by; it never goes back.

Setting it forward does not make it jump. The timeline moves it from one due moment to the next, so that what happens
on the way sees the time at which it was due; then it has arrived at the goal. The goal is kept in a file.
"""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from slipway.sandbox.state_folder import write_whole

LONGEST = timedelta(days=366)
"""The most by which the clock can be set forward at once."""


def system_time() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


class Clock:
    """Callable: the sandbox's time, in UTC. `file` keeps the goal; None forgets it."""

    def __init__(self, file: Path | None = None, system: Callable[[], datetime] = system_time) -> None:
        self._file = file
        self._system = system
        self._moved = threading.Condition()
        self._goal = _kept(file)
        self._ahead = self._goal

    def __call__(self) -> datetime:
        """Return the sandbox's time."""
        return self._system() + self._ahead

    @property
    def ahead(self) -> timedelta:
        """By how much the sandbox's time is ahead of the system's."""
        return self._ahead

    @property
    def goal(self) -> datetime:
        """The time to which the clock is on its way; its own time where it has arrived."""
        return self._system() + self._goal

    @property
    def arrived(self) -> bool:
        """Whether the clock has come to its goal."""
        return self._ahead == self._goal

    def advance(self, by: timedelta) -> None:
        """Set the goal forward. Raises ValueError when `by` is not positive, or longer than LONGEST."""
        if not timedelta() < by <= LONGEST:
            raise ValueError(f"the clock goes forward only, by {LONGEST.days} days at most, got {by}")
        with self._moved:
            self._goal += by
            if self._file is not None:
                write_whole(self._file, json.dumps({"ahead_seconds": self._goal.total_seconds()}) + "\n")

    def move_to(self, moment: datetime) -> None:
        """Go forward to a moment on the way to the goal; a moment that has passed changes nothing."""
        with self._moved:
            self._ahead = max(self._ahead, min(moment - self._system(), self._goal))

    def arrive(self) -> None:
        """Be at the goal: nothing more is due before it."""
        with self._moved:
            self._ahead = self._goal
            self._moved.notify_all()

    def wait(self, patience: float) -> bool:
        """Wait until the clock has arrived, for so many seconds at most; tell whether it has."""
        with self._moved:
            return self._moved.wait_for(lambda: self.arrived, timeout=patience)


def _kept(file: Path | None) -> timedelta:
    try:
        return timedelta() if file is None else timedelta(seconds=json.loads(file.read_text())["ahead_seconds"])
    except FileNotFoundError:
        return timedelta()
