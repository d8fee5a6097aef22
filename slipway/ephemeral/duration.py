"""Lengths of time as people write them (8h, 90m, 2d), and how long it is until something. Pure."""

from __future__ import annotations

import re
from datetime import timedelta

from slipway.failure import Misuse

_UNITS = {"m": 60, "h": 3600, "d": 86400}
_WRITTEN = re.compile(r"([0-9]{1,6})([mhd])")
LONGEST = timedelta(days=14)


def read(text: str, *, flag: str) -> timedelta:
    """Return a length of time; `flag` names it in the message. Raises Misuse for anything but 1m to 14d."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise Misuse(f"{flag} {text!r} is no length of time: write minutes, hours or days, as in 90m, 8h or 2d")
    length = timedelta(seconds=int(found.group(1)) * _UNITS[found.group(2)])
    if not timedelta(0) < length <= LONGEST:
        raise Misuse(
            f"{flag} {text} is out of bounds: from 1m to {LONGEST.days}d; `slipway ephemeral extend` adds more"
        )
    return length


def said(length: timedelta) -> str:
    """Say a length in at most two units: `3h 20m`, `2d`, `45s`."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds}s"
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        count, seconds = divmod(seconds, size)
        parts.append((count, unit))
    told = [f"{count}{unit}" for count, unit in parts if count]
    return " ".join(told[:2])
