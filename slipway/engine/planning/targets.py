"""Which resources an operation is about: --target, --exclude and what goes with them."""

import re
from collections.abc import Iterable

from slipway.engine import urn as urns


class Selection:
    """URNs with `*` (anything but `::`) and `**` (anything)."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self.patterns = tuple(patterns)
        self._literal = {pattern for pattern in self.patterns if "*" not in pattern}
        self._globs = [re.compile(_regex(pattern)) for pattern in self.patterns if "*" in pattern]

    def __bool__(self) -> bool:
        return bool(self.patterns)

    def __contains__(self, urn: str) -> bool:
        return urn in self._literal or any(glob.fullmatch(urn) for glob in self._globs)

    def add(self, urn: str) -> None:
        """Select one more."""
        self._literal.add(urn)

    def unmatched(self, known: Iterable[str]) -> list[str]:
        """Return the literal URNs that name nothing known."""
        present = set(known)
        return [pattern for pattern in self.patterns if "*" not in pattern and pattern not in present]


def _regex(pattern: str) -> str:
    parts = re.split(r"(\*\*|\*)", pattern)
    return "".join({"**": ".*", "*": "[^:]*"}.get(part) or re.escape(part) for part in parts)


def always_included(urn: str) -> bool:
    """Say whether a resource takes part whatever the targets are: the stack itself and default providers."""
    return urns.type_of(urn) == urns.STACK_TYPE or urns.is_default_provider(urn)
