"""Which resources an operation is about: --target, --exclude and what goes with them."""

import re
from collections.abc import Iterable

from slipway.engine import urn as urns
from slipway.engine.state.resource import ResourceState


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

    def unmatched(self, known: Iterable[str]) -> list[str]:
        """Return the literal URNs that name nothing known."""
        present = set(known)
        return [pattern for pattern in self.patterns if "*" not in pattern and pattern not in present]


def _regex(pattern: str) -> str:
    parts = re.split(r"(\*\*|\*)", pattern)
    return "".join({"**": ".*", "*": "[^:]*"}.get(part) or re.escape(part) for part in parts)


def to_refresh(
    resources: Iterable[ResourceState], *, targets: tuple[str, ...], excludes: tuple[str, ...], dependents: bool
) -> list[ResourceState]:
    """Return what a refresh reads: what is named, or all but that; `dependents` go with what they need."""
    selection = Selection(targets or excludes)
    drawn_in: set[str] = set()
    chosen: list[ResourceState] = []
    for resource in resources:
        if resource.urn in selection or (dependents and not drawn_in.isdisjoint(_needs_but_provider(resource))):
            drawn_in.add(resource.urn)
        if (resource.urn in drawn_in) == bool(targets):
            chosen.append(resource)
    return chosen


def _needs_but_provider(resource: ResourceState) -> set[str]:
    return (resource.needs() | set(resource.replace_with)) - {urns.split_reference(resource.provider)[0]}


def always_included(urn: str) -> bool:
    """Say whether a resource takes part whatever the targets are: the stack itself and providers."""
    return urns.qualified_type(urn) == urns.STACK_TYPE or urns.is_provider(urns.type_of(urn))
