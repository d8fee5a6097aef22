"""How numbers are written for people."""

from __future__ import annotations

import math

MEBIBYTE = 1 << 20
UNITS = ((10**12, 10**12, "T"), (10**9, 10**9, "G"), (10**6, 10**6, "M"), (10**4, 10**3, "k"))
"""From which number on which unit is used, and its letter."""
MINUTE = 60
HOUR = 3600
LONG = 2 * MINUTE


def duration(seconds: float) -> str:
    """Return `31.4 s`, `2 min 5 s` or `1 h 2 min`."""
    if seconds < LONG:
        return f"{seconds:.1f} s"
    if round(seconds) < HOUR:
        minutes, rest = divmod(round(seconds), MINUTE)
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(round(seconds / MINUTE), MINUTE)
    return f"{hours:,} h {minutes} min"


def memory(size: int) -> str:
    """Return bytes in MiB."""
    return f"{size / MEBIBYTE:,.0f} MiB"


def percent(share: float) -> str:
    """Return a share of 0 to 1 as `22.7%`."""
    return f"{share * 100:.1f}%"


def milliseconds(value: float) -> str:
    """Return three significant digits, without a unit: `0.312`, `3.12`, `31.2`, `1,234`."""
    if value <= 0:
        return "0"
    decimals = min(max(2 - math.floor(math.log10(value)), 0), 6)
    return f"{value:,.{decimals}f}"


def short(number: float, *, decimals: int = 0, digits: int = 12) -> str:
    """Return a number in the room of a tick: `0.25`, `1,200`, `12k`; decimals below 10,000, digits from there on."""
    rounded = float(f"{number:.{digits}g}")
    for least, unit, letter in UNITS:
        if abs(rounded) >= least:
            return f"{rounded / unit:.12g}{letter}"
    return f"{number:,.{decimals}f}"


def count(number: int, singular: str, plural: str | None = None) -> str:
    """Return `1 request`, `2,000 requests`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"
