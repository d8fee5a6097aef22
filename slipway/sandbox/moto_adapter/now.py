"""The time by which corrected parts of moto stamp what happens: the sandbox's, which a person may have set forward."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Now = Callable[[], datetime]


class _Time:
    """moto has one set of backends a process, so there is one time for them."""

    def __init__(self) -> None:
        self.clock: Now = lambda: datetime.now(UTC)


_TIME = _Time()


def keep_time_by(clock: Now) -> None:
    """Take the time from a clock from now on."""
    _TIME.clock = clock


def now() -> datetime:
    """Return the sandbox's time, in UTC."""
    return _TIME.clock()


def naive_now() -> datetime:
    """Return the same in the form that moto keeps: UTC without saying so."""
    return now().replace(tzinfo=None)


def ahead() -> timedelta:
    """Return by how much the sandbox's time is ahead of the system's, to the second."""
    return timedelta(seconds=round((now() - datetime.now(UTC)).total_seconds()))
