"""Who needs whom among the resources of a snapshot."""

from collections.abc import Collection, Iterable

from slipway.engine.state.resource import ResourceState


class DependencyGraph:
    """The resources of a snapshot, each standing after what it needs."""

    def __init__(self, resources: Iterable[ResourceState]) -> None:
        self.resources = list(resources)

    def dependents(
        self, root: ResourceState, *, now: str = "", children: bool = False, without: Collection[str] = ()
    ) -> list[ResourceState]:
        """Return what needs `root`, directly or not, in the order of the snapshot.

        `now` is its URN if it is called otherwise now. A resource of a provider needs that provider; with `children`, a
        child needs its parent. What is named by `without` does not count, nor does it lead on.
        """
        reached = {root.urn, now or root.urn}
        found: list[ResourceState] = []
        start = next((n for n, item in enumerate(self.resources) if item is root), -1)
        for resource in self.resources[start + 1 :]:
            if (resource.urn in reached and resource.delete) or resource.urn in without:
                continue
            if not reached.isdisjoint(_links(resource, children=children)):
                reached.add(resource.urn)
                found.append(resource)
        return found

    def needed_by(self, roots: Iterable[str]) -> set[str]:
        """Return the URNs of all that some resources need, directly or not, themselves included."""
        found = set(roots)
        for resource in reversed(self.resources):
            if resource.urn in found:
                found |= resource.needs()
        return found


def _links(resource: ResourceState, *, children: bool) -> set[str]:
    found = set(resource.dependencies)
    for urns in resource.property_dependencies.values():
        found.update(urns)
    if resource.provider:
        found.add(resource.provider.rpartition("::")[0])
    if resource.deleted_with:
        found.add(resource.deleted_with)
    if children and resource.parent:
        found.add(resource.parent)
    found.discard(resource.urn)
    return found


def deletion_order(doomed: list[ResourceState]) -> dict[int, set[int]]:
    """Return, by index, which of the others must be gone before each may be deleted: all that need it.

    `doomed` is in reverse order of the state. After an interrupted operation old and new ones of a URN stand in it side
    by side: a resource needs those that stand before it in the state, so that nothing needs itself in a circle.
    """
    by_urn: dict[str, list[int]] = {}
    for index, resource in enumerate(doomed):
        by_urn.setdefault(resource.urn, []).append(index)
    before: dict[int, set[int]] = {index: set() for index in range(len(doomed))}
    for index, resource in enumerate(doomed):
        for urn in resource.needs():
            named = by_urn.get(urn, ())
            for needed in [other for other in named if other > index] or named:
                before[needed].add(index)
    return before
