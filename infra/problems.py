"""What is wrong with a stack file, each problem with its key, rule, value and way out."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST_VALUE = 80


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing wrong with a stack file."""

    key: str
    """Where: `slipway:section` or `slipway:section.key`."""
    rule: str
    """What is allowed, for instance `must be at least 1`."""
    value: object = None
    """The value got; with `given` false there was none."""
    given: bool = True
    """Whether a value was there at all."""
    way_out: str
    """What to do about it."""

    def __str__(self) -> str:
        """One line: key, rule, value, way out."""
        got = f", got {_short(self.value)}" if self.given else ""
        return f"{self.key}: {self.rule}{got}; {self.way_out}"


class SettingsError(ValueError):
    """A stack file that cannot be used, with every problem in it."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.file = file
        self.problems = tuple(sorted(problems, key=lambda problem: problem.key))
        count = len(self.problems)
        lines = "".join(f"\n  {self.file}: {problem}" for problem in self.problems)
        super().__init__(f"{file} has {count} problem{'' if count == 1 else 's'}:{lines}")


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return the known word nearest to a misspelt one, or None when nothing is near."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return near[0] if near else None


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}..."
