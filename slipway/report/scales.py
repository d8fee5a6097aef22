"""Where a value lies on an axis, and which round values the axis names. No scale is empty: none divides by 0."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from slipway.report import numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

STEPS = (1, 2, 5, 10)
RELATIVE_SPAN = 1e-6
"""The least span of an axis as a part of its values: below it, floats have no digits left for ticks."""
SMALLEST = 1e-9
PER_DECADE = ((1.0, 2.0, 5.0), (1.0, 3.0), (1.0,))


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A named value of an axis."""

    value: float
    text: str


@dataclass(frozen=True, kw_only=True)
class Linear:
    """Maps low..high to start..end, both in the drawing's units."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the place of a value; what lies outside is put on the nearer end."""
        inside = min(max(value, self.low), self.high)
        return self.start + (inside - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self, about: int) -> tuple[Tick, ...]:
        """Return round values inside the scale, about as many as asked for."""
        raw = (self.high - self.low) / max(about, 1)
        exponent = math.floor(math.log10(raw))
        step = next(step for step in (one * 10.0**exponent for one in STEPS) if step >= raw * (1 - RELATIVE_SPAN))
        decimals = max(0, -math.floor(math.log10(step) + RELATIVE_SPAN))
        first, last = math.ceil(self.low / step - RELATIVE_SPAN), math.floor(self.high / step + RELATIVE_SPAN)
        return tuple(
            Tick(value=number * step, text=numbers.short(number * step, decimals=decimals))
            for number in range(first, last + 1)
        )


@dataclass(frozen=True, kw_only=True)
class Logarithmic:
    """Maps low..high, both above 0, to start..end, so that equal factors are equally long."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the place of a value; what lies outside is put on the nearer end."""
        inside = min(max(value, self.low), self.high)
        share = (math.log(inside) - math.log(self.low)) / (math.log(self.high) - math.log(self.low))
        return self.start + share * (self.end - self.start)

    def ticks(self, about: int) -> tuple[Tick, ...]:
        """Return powers of ten, with 2 and 5 (or 3) between them where they are not more than asked for."""
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        for factors in PER_DECADE:
            found = self._inside(factor * 10.0**power for power in range(first, last + 1) for factor in factors)
            if len(found) <= about:
                return found
        every = math.ceil(len(found) / max(about, 1))
        return found[::every]

    def _inside(self, values: Iterable[float]) -> tuple[Tick, ...]:
        slack = 1 + RELATIVE_SPAN
        return tuple(
            Tick(
                value=value, text=numbers.short(value, decimals=max(0, -math.floor(math.log10(value) + RELATIVE_SPAN)))
            )
            for value in values
            if self.low / slack <= value <= self.high * slack
        )


Scale = Linear | Logarithmic


def span(
    values: Iterable[float],
    *,
    at_least: float,
    margin: float = 0.0,
    within: tuple[float, float] = (-math.inf, math.inf),
) -> tuple[float, float]:
    """Return the ends of an axis that shows all values: never empty, with a margin (a share of the span), in bounds."""
    found = list(values)
    low, high = min(found), max(found)
    least = max(at_least, SMALLEST, abs(high) * RELATIVE_SPAN, abs(low) * RELATIVE_SPAN)
    missing = max(least - (high - low), 0.0)
    room = missing / 2 + margin * max(high - low, least)
    low, high = max(low - room, within[0]), min(high + room, within[1])
    if high - low < least:  # a bound has cut one side off
        low, high = (high - least, high) if high == within[1] else (low, low + least)
    return low, high


def fitting(scale: Scale, room: Callable[[str], float], most: int) -> tuple[Tick, ...]:
    """Return the most ticks whose texts, each as long as `room` says, do not touch; at least one where there is one."""
    for about in range(most, 0, -1):
        ticks = scale.ticks(about)
        places = [(scale(tick.value), room(tick.text)) for tick in ticks]
        if all(
            abs(other - place) >= (length + other_length) / 2
            for (place, length), (other, other_length) in pairwise(places)
        ):
            return ticks
    return ticks[:1]
