"""Waivers: what a stack file lets pass, why, and until when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fnmatch import fnmatchcase
from typing import Any

LONGEST = timedelta(days=366)
"""Whoever needs a waiver for longer looks at it again after a year."""


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """One waiver as it stands in `slipway:policy`."""

    rule: str
    resource: str
    """Logical name of the resource, or a pattern with `*`."""
    reason: str
    expires: str
    """The last day on which it counts, as YYYY-MM-DD."""

    def problem(self, rules: Sequence[str], today: date) -> str | None:
        """Return why it does not count, or None when it does."""
        if self.rule not in rules:
            return f"there is no rule {self.rule!r}"
        if not self.reason.strip():
            return "it has no reason; say why the finding may stay"
        try:
            last = date.fromisoformat(self.expires)
        except ValueError:
            return f"it expires {self.expires!r}; give the last day as YYYY-MM-DD"
        if last < today:
            return f"it expired on {self.expires}; put the finding right, or look at the reason again and set a new day"
        if last - today > LONGEST:
            return f"it expires {self.expires}, more than {LONGEST.days} days from now; set an earlier day"
        return None

    def covers(self, rule: str, name: str) -> bool:
        """Say whether it is about what a rule found in a resource."""
        return rule == self.rule and fnmatchcase(name, self.resource)

    def __str__(self) -> str:
        return f"waiver of {self.rule or '(no rule)'} for {self.resource}"


def read_waivers(section: Mapping[str, Any]) -> tuple[Waiver, ...]:
    """Return the waivers of a `slipway:policy` section, incomplete ones too: each is judged by `problem`."""
    return tuple(_read(section.get("waivers") or ()))


def _read(found: Any) -> Iterator[Waiver]:
    for one in found if isinstance(found, Sequence) and not isinstance(found, str) else [found]:
        given = one if isinstance(one, Mapping) else {"rule": one}
        yield Waiver(
            rule=str(given.get("rule") or ""),
            resource=str(given.get("resource") or "*"),
            reason=str(given.get("reason") or ""),
            expires=str(given.get("expires") or ""),
        )
