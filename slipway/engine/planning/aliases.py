"""Under which URNs a resource may stand in the state, when the program says that it was called otherwise."""

from collections.abc import Iterable, Mapping
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


def former_urns(
    *,
    urn: str,
    parent: str,
    aliases: Iterable[Alias],
    found_as: Mapping[str, str],
) -> list[str]:
    """Return where else to look for a resource: by its own aliases, and where its parent was found under another name.

    `found_as` maps what is called otherwise now to the URN that it had. A parent whose aliases fit nothing in the state
    hands nothing down.
    """
    type_, name = urns.type_of(urn), urns.name_of(urn)
    own = [_own(urn, parent, alias, found_as) for alias in aliases]
    former_parent = found_as.get(parent)
    if former_parent is None:
        return list(dict.fromkeys(own))
    before = urns.name_of(parent), former_parent
    inherited = [_inherited(type_, name, *before)]
    inherited += [_inherited(urns.type_of(alias), urns.name_of(alias), *before) for alias in own]
    return list(dict.fromkeys([*own, *inherited]))


def _own(urn: str, parent: str, alias: Alias, found_as: Mapping[str, str]) -> str:
    """Return the URN that an alias means."""
    if alias.urn:
        return alias.urn
    _, _, stack, rest = urn.split(":", 3)
    project = rest.removeprefix(":").split("::", 1)[0]
    given = found_as.get(alias.parent, alias.parent) if alias.parent else parent
    return urns.make(
        alias.stack or stack,
        alias.project or project,
        "" if alias.no_parent else given,
        alias.type or urns.type_of(urn),
        alias.name or urns.name_of(urn),
    )


def _inherited(type_: str, name: str, parent_name: str, former_parent: str) -> str:
    """Return the URN of a child of a parent that was called otherwise."""
    if name.startswith(parent_name):
        # Children are named after their parent by convention, so they were named after it before as well.
        name = urns.name_of(former_parent) + name[len(parent_name) :]
    _, _, stack, rest = former_parent.split(":", 3)
    return urns.make(stack, rest.removeprefix(":").split("::", 1)[0], former_parent, type_, name)
