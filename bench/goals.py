"""What the figures are held against."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A figure that was measured a few times, and the bound that its median must keep."""

    text: str
    values: Sequence[float]
    bound: float
    at_least: bool
    unit: str = ""

    @property
    def value(self) -> float:
        """Return the median."""
        return statistics.median(self.values)

    @property
    def met(self) -> bool:
        """Tell whether the median keeps the bound."""
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def line(self) -> str:
        """Say it in one line."""
        bound = f"at {'least' if self.at_least else 'most'} {self.bound:g}{self.unit}"
        spread = f"{min(self.values):.2f} to {max(self.values):.2f}"
        return f"{'PASS' if self.met else 'MISS'}  {self.text}: {self.value:.2f}{self.unit}, {bound} ({spread})"


def ratios(above: Sequence[float], below: Sequence[float]) -> list[float]:
    """Return round by round how many times `below` goes into `above`."""
    return [one / other for one, other in zip(above, below, strict=True)]
