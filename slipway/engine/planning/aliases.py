"""Under which URNs a resource may stand in the state, when the program says that it was called otherwise."""

from collections.abc import Iterable
from dataclasses import dataclass

from slipway.engine import urn as urns


@dataclass(frozen=True, kw_only=True)
class Alias:
    """A former name. Empty fields are as they are now; `no_parent` says that it had none."""

    urn: str = ""
    name: str = ""
    type: str = ""
    stack: str = ""
    project: str = ""
    parent: str = ""
    no_parent: bool = False


def alias_urns(
    *,
    stack: str,
    project: str,
    parent: str,
    type_: str,
    name: str,
    aliases: Iterable[Alias],
    parent_aliases: Iterable[str],
) -> list[str]:
    """Return the former URNs of a resource: its own aliases, and with them those that its parent has."""
    found: list[str] = []
    own = [Alias(), *aliases]
    for alias in own:
        if alias.urn:
            found.append(alias.urn)
            continue
        given = "" if alias.no_parent else alias.parent or parent
        found.append(
            urns.make(alias.stack or stack, alias.project or project, given, alias.type or type_, alias.name or name)
        )
        if alias.no_parent or alias.parent:
            continue
        for former in parent_aliases:
            child = alias.name or name
            parent_name = urns.name_of(parent)
            if child.startswith(parent_name):
                # Children are named after their parent by convention, so they were named after it before as well.
                child = urns.name_of(former) + child[len(parent_name) :]
            found.append(urns.make(alias.stack or stack, alias.project or project, former, alias.type or type_, child))
    current = urns.make(stack, project, parent, type_, name)
    return [urn for urn in dict.fromkeys(found) if urn != current]
