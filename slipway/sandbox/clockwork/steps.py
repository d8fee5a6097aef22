"""What is looked at again and again at whole steps of the clock: every ten seconds, every minute."""

from datetime import UTC, datetime, timedelta

REPEATED = timedelta(hours=3)
"""How much of the time that a person's setting the clock forward skips is gone through step by step: the last of it."""


def next_step(done: datetime, goal: datetime, step: timedelta) -> datetime | None:
    """Return the first whole step after `done`, or in the last of the way to `goal`; None when it lies beyond."""
    seconds = step.total_seconds()
    start = max(done, goal - REPEATED).timestamp()
    moment = datetime.fromtimestamp((start // seconds + 1) * seconds, UTC)
    return moment if moment <= goal else None
