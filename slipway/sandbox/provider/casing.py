"""Between Pulumi's form of a value and AWS's.

CamelCase and CamelCase, plural blocks, flattened lists of one, maps and lists of pairs.

Both walks are led by two shapes, the type's declared one (facts/shapes.json) and botocore's, so most types need no
code of their own.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from slipway.sandbox.provider.facts import Shape

NO_RENAMES: Mapping[str, str] = {}

PAIR_KEYS = ("key", "name", "tagkey")
PAIR = 2
PAIR_VALUES = ("value", "tagvalue")


def spellings(prop: str) -> Iterator[str]:
    """How AWS may call a property, lower case: as it is, singular, plural."""
    name = prop.lower()
    yield name
    if name.endswith("ies"):
        yield name[:-3] + "y"
    if name.endswith("s"):
        yield name[:-1]
    yield name + "s"


def member_for(prop: str, members: Mapping[str, Any], renames: Mapping[str, str] = NO_RENAMES) -> str | None:
    """Give the request or answer member that a property maps to; None when AWS has none."""
    if renames.get(prop) in members:
        return renames[prop]
    by_lower = {name.lower(): name for name in members}
    return next((by_lower[spelling] for spelling in spellings(prop) if spelling in by_lower), None)


def pair_members(aws: Any) -> tuple[str, str] | None:
    """Give the two member names of a list of pairs ({Key, Value}, {Name, Value}, {key, value}).

    None for any other list.
    """
    if aws.type_name != "list" or aws.member.type_name != "structure" or len(aws.member.members) != PAIR:
        return None
    by_lower = {name.lower(): name for name in aws.member.members}
    key = next((by_lower[k] for k in PAIR_KEYS if k in by_lower), None)
    value = next((by_lower[v] for v in PAIR_VALUES if v in by_lower), None)
    return (key, value) if key and value else None


def to_aws(  # noqa: PLR0911  one line a kind
    value: Any, aws: Any, renames: Mapping[str, str] = NO_RENAMES
) -> Any:
    """Give a property's value as botocore wants it; properties that AWS has no member for are left out."""
    kind = aws.type_name
    if kind == "structure":
        if isinstance(value, list):
            return to_aws(value[0], aws, renames) if value else {}
        return members_of(value, aws, renames)
    if kind == "list":
        if isinstance(value, Mapping):
            pair = pair_members(aws)
            if pair:
                return [{pair[0]: key, pair[1]: item} for key, item in sorted(value.items())]
            return [to_aws(value, aws.member, renames)]
        items = value if isinstance(value, list) else [value]
        return [to_aws(item, aws.member, renames) for item in items]
    if kind == "map":
        return {key: to_aws(item, aws.value, renames) for key, item in value.items()}
    if kind in {"integer", "long"}:
        return int(value)
    if kind in {"float", "double"}:
        return float(value)
    return as_text(value) if kind == "string" else value


def as_text(value: Any) -> str:
    """Write a value as the services do that take texts only."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def members_of(value: Mapping[str, Any], aws: Any, renames: Mapping[str, str] = NO_RENAMES) -> dict[str, Any]:
    """Give an object's properties as members of a structure."""
    result = {}
    for prop, item in value.items():
        member = member_for(prop, aws.members, renames)
        if member is not None and item is not None:
            result[member] = to_aws(item, aws.members[member], renames)
    return result


def from_aws(  # noqa: PLR0911  one line a kind
    value: Any, shape: Shape, aws: Any, renames: Mapping[str, str] = NO_RENAMES
) -> Any:
    """Give a value of an answer in Pulumi's form.

    A property that AWS could have answered and did not is None; one that AWS never answers is left out.
    """
    if value is None:
        return None
    if "object" in shape:
        if aws.type_name == "list":
            return from_aws(value[0], shape, aws.member, renames) if value else None
        return properties_of(value, shape, aws, renames)
    if "list" in shape:
        if aws.type_name == "list":
            return [from_aws(item, shape["list"], aws.member, renames) for item in value]
        return [from_aws(value, shape["list"], aws, renames)]
    if "map" in shape:
        pair = pair_members(aws)
        if pair:
            return {item[pair[0]]: item.get(pair[1], "") for item in value}
        return {key: from_aws(item, shape["map"], aws.value, renames) for key, item in value.items()}
    return _scalar(value, shape)


def _scalar(value: Any, shape: Shape) -> Any:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, Mapping):  # botocore decodes IAM's documents
        return json.dumps(value)
    kind = shape.get("type")
    if kind == "boolean" and isinstance(value, str):
        return value.lower() == "true"
    if kind == "string" and not isinstance(value, str):
        return as_text(value)
    if kind in {"integer", "number"}:
        number = float(value)
        return int(number) if number.is_integer() else number
    return value


def properties_of(
    value: Mapping[str, Any], shape: Shape, aws: Any, renames: Mapping[str, str] = NO_RENAMES
) -> dict[str, Any]:
    """Give a structure of an answer as the declared properties of an object."""
    result = {}
    for prop, inner in shape["object"].items():
        member = member_for(prop, aws.members, renames)
        if member is not None:
            result[prop] = from_aws(value.get(member), inner, aws.members[member], renames)
    return result
