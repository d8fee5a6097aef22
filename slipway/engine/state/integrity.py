"""Whether a state holds together: each resource after what it needs, and no URN twice. The real engine asks it too."""

from collections.abc import Iterable, Iterator

from slipway.engine import urn as urns
from slipway.engine.errors import EngineError
from slipway.engine.state.resource import ResourceState

_WAY_OUT = (
    "nothing was done. Repair it: `pulumi stack export --file state.json`, correct that file, "
    "`pulumi stack import --file state.json`; or go back to a copy in backups/ of the backend"
)


def verify(resources: Iterable[ResourceState]) -> None:
    """Raise EngineError when no operation can be trusted with such a state."""
    for problem in _problems(list(resources)):
        raise EngineError(f"the state does not hold together: {problem}; {_WAY_OUT}")


def _problems(resources: list[ResourceState]) -> Iterator[str]:
    stood: set[str] = set()
    live: set[str] = set()
    providers: set[str] = set()
    everywhere = {resource.urn for resource in resources}
    for resource in resources:
        if resource.urn in live and not resource.delete:
            yield f"two live resources have the URN {resource.urn}"
        if resource.provider and resource.provider not in providers:
            yield f"{resource.urn} refers to the provider {resource.provider}, which is not there before it"
        for needed in sorted(resource.needs() - stood):
            there = "stands after it" if needed in everywhere else "is not there"
            yield f"{resource.urn} needs {needed}, which {there}"
        stood.add(resource.urn)
        if urns.is_provider(resource.type):
            providers.add(urns.reference(resource.urn, resource.id))
        if not resource.delete:
            live.add(resource.urn)
