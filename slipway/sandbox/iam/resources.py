"""The ARNs that an operation is about: a table's templates filled from its parameters."""

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slipway.sandbox.gateway.calls import Call
from slipway.sandbox.iam.catalog import Table, table

HOLE = re.compile(r"\{([\w.]+)(?:=([^}|]*))?(?:\|(\w+))?\}")
"""`{Name}`, `{Name=default}`, `{Name|rule}`: a rule of RULES, or of the store that knows what a name stands for."""
EVERYTHING = "*"

Lookup = Callable[[str, str], str | None]
"""(rule, value) -> what stands in the ARN for it: the id of a key's alias, the path of a role; None: not there."""


@dataclass(frozen=True)
class Place:
    """Where a request is made."""

    partition: str
    region: str
    account: str


@dataclass(frozen=True)
class Need:
    """One permission that a request needs."""

    action: str
    resource: str
    note: str = ""
    """What the sandbox could not tell of it."""


def _last(value: str) -> str:
    return value.rstrip("/").rpartition("/")[2]


RULES: Mapping[str, Callable[[str], str | None]] = {
    "last": _last,
    "bare": lambda value: value.lstrip("/"),
    "host": lambda value: value.partition("://")[2] or value,
    "custom": lambda value: None if value == "default" else _last(value),
    "function": lambda value: value.rpartition("function:")[2],
    "topic": lambda value: value.rpartition(":")[0],
}


def needs_of(call: Call, place: Place, lookup: Lookup) -> list[Need]:
    """Return what an operation needs in its own service; other services' share is in `dependents`."""
    found = table(call.prefix)
    if not call.operation:
        return [Need(f"{call.prefix}:*", EVERYTHING, "the sandbox cannot tell which operation this is")]
    if found is None:
        note = f'the sandbox knows no resources of {call.prefix} and judges it on "*"'
        return [Need(f"{call.prefix}:{call.operation}", EVERYTHING, note)]
    given = {name.lower(): value for name, value in call.params.items() if value not in (None, "", [])}
    needs: list[Need] = []
    for action in found.actions_of(call.operation, frozenset(given)):
        name = f"{call.prefix}:{action}"
        if action not in found.types:
            needs.append(Need(name, EVERYTHING, f'the sandbox knows no resources of {name} and judges it on "*"'))
            continue
        resources = _resources(found, action, given, place, lookup)
        needs += [Need(name, resource) for resource in resources or [EVERYTHING]]
    return needs


def _resources(found: Table, action: str, given: Mapping[str, Any], place: Place, lookup: Lookup) -> list[str]:
    resources: list[str] = []
    for kind in found.types[action]:
        templates = found.templates[kind.rstrip("?")]
        arns: list[str] = []
        for template in templates:
            arns = _filled(template, given, place, lookup, found)
            if arns:
                break
        if not arns and not kind.endswith("?"):
            # what is yet to be made, or is found by the service itself
            arns = [HOLE.sub(lambda hole: _of_place(hole.group(1), place) or EVERYTHING, templates[0])]
        resources += arns
    return list(dict.fromkeys(resources))


def _filled(template: str, given: Mapping[str, Any], place: Place, lookup: Lookup, found: Table) -> list[str]:
    """Return the ARNs of a template, several where a parameter is a list; none where a parameter is missing."""
    choices: list[list[str]] = []
    for hole in HOLE.finditer(template):
        name, default, rule = hole.groups()
        here = _of_place(name, place)
        values = [here] if here is not None else [str(each) for each in _values(given, name.split("."), default)]
        if not found.names_only and rule != "topic" and any(value.startswith("arn:") for value in values):
            return list(dict.fromkeys(_whole(value, rule, lookup) for value in values))
        if found.lower_case and here is None:
            values = [value.lower() for value in values]
        kept = [value for value in (_ruled(rule, each, lookup) for each in values) if value is not None]
        if not kept:
            return []
        choices.append(kept)
    return [_put(template, parts) for parts in itertools.product(*choices)]


def _whole(arn: str, rule: str | None, lookup: Lookup) -> str:
    """Return an ARN that was given as a parameter; one of an alias stands for what it names."""
    if rule in {"key", "secret"}:
        return lookup(f"{rule} arn", arn) or arn
    return arn


def _ruled(rule: str | None, value: str, lookup: Lookup) -> str | None:
    if rule is None:
        return value
    if rule in RULES:
        return RULES[rule](value)
    return lookup(rule, value) or value


def _put(template: str, parts: tuple[str, ...]) -> str:
    following = iter(parts)
    return HOLE.sub(lambda _: next(following), template)


def _of_place(name: str, place: Place) -> str | None:
    return getattr(place, name) if name in {"partition", "region", "account"} else None


def values_at(given: Any, path: str) -> list[Any]:
    """Return what stands at a path of parameters, such as `Targets.RoleArn`; lists on the way give several."""
    return _values(given, path.split("."), None)


def _values(given: Any, path: list[str], default: str | None) -> list[Any]:
    """Return what stands at a path; lists on the way give several, an element without it the default."""
    if isinstance(given, list):
        return [value for each in given for value in _values(each, path, default)]
    if not path:
        return [given]
    if isinstance(given, Mapping):
        found = next((value for name, value in given.items() if name.lower() == path[0].lower()), None)
        if found not in (None, "", []):
            return _values(found, path[1:], default)
        return [default] if default is not None and (len(path) == 1) else []
    return []
