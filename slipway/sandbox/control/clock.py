"""`clock`: reads the running sandbox's clock, and sets it forward."""

import re
from dataclasses import dataclass
from datetime import timedelta

from slipway.sandbox.clockwork.clock_page import PATIENCE
from slipway.sandbox.control.asking import ask
from slipway.sandbox.state_folder import Running, StateFolder

_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_PART = re.compile(r"(\d+)([dhms])")


@dataclass(frozen=True)
class Reading:
    """What the clock shows."""

    time: str
    """ISO 8601, in UTC."""
    ahead_seconds: float
    """How far it is ahead of the system's."""
    arrived: bool
    """False while what was due in skipped time is still being done."""


def duration_of(text: str) -> timedelta:
    """Read `90s`, `15m`, `1h30m` or `7d`. Raises ValueError."""
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"a duration is days, hours, minutes and seconds, as in 1h30m, got {text!r}")
    return sum((timedelta(**{_UNITS[unit]: int(number)}) for number, unit in parts), timedelta())


def read(state: StateFolder, running: Running, advance: timedelta | None) -> Reading:
    """Return what the clock shows, after it was set forward where `advance` says so. Raises StateError."""
    document = None if advance is None else {"advance_seconds": advance.total_seconds()}
    method = "GET" if advance is None else "POST"
    answer = ask(state, running, method, "/clock", document, patience=PATIENCE + 10)
    return Reading(str(answer["time"]), float(answer["ahead_seconds"]), bool(answer["arrived"]))
