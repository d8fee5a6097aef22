"""A resource as rules see it, and what rules read of it.

Values that a preview does not know yet raise `pulumi_policy.proxy.UnknownValueError` when they are looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi_policy.proxy import UnknownValueError


@dataclass(frozen=True, kw_only=True, eq=False)
class Seen:
    """One resource: its checked inputs before it is made, its outputs once the whole stack is."""

    type: str
    name: str
    urn: str
    properties: Mapping[str, Any]
    protect: bool = False
    needs: Mapping[str, Sequence[Seen]] = field(default_factory=dict)
    """Property to the resources that its value comes from; known for the whole stack only."""
    default_tags: Mapping[str, str] = field(default_factory=dict)
    """Tags that its provider gives to everything."""


class CannotJudgeError(Exception):
    """A rule cannot look at something, for a reason other than that it is not known yet."""


def at(value: Any, path: str) -> Any:
    """Return what is at a path of names and numbers, such as `inlinePolicies.0.policy`, or None."""
    for key in path.split("."):
        if isinstance(value, Sequence) and not isinstance(value, str) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        elif isinstance(value, Mapping) and key in value:
            value = value[key]
        else:
            return None
    return value


def entries(value: Any, path: str) -> list[Any]:
    """Return the entries of the list at a path; none where there is no list."""
    found = at(value, path)
    if isinstance(found, Sequence) and not isinstance(found, str):
        return list(found)
    return []


def is_given(value: Any, path: str) -> bool:
    """Say whether there is anything at a path; a value that is only known later is there, too."""
    try:
        found = at(value, path)
    except UnknownValueError:
        return True
    return found not in (None, "")


def points_at(one: Seen, key: str, target: Seen, target_key: str) -> bool:
    """Say whether a property of one resource is another resource's: made from it, or equal to it."""
    if any(needed.urn == target.urn for needed in one.needs.get(key, ())):
        return True
    try:
        value, wanted = at(one.properties, key), at(target.properties, target_key)
    except UnknownValueError:
        return False  # it comes from another resource: otherwise that would be among its needs
    return value is not None and value == wanted


def guards(stack: Sequence[Seen], token: str, target: Seen, *, key: str, target_key: str) -> list[Seen]:
    """Return the resources of one type that are about a resource, such as the policies of a bucket."""
    return [one for one in stack if one.type == token and points_at(one, key, target, target_key)]
