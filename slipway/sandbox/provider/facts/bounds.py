"""Bounds of inputs, from the request members of botocore that they map to; only needed when shapes.json is written."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from slipway.sandbox.provider.casing import member_for
from slipway.sandbox.provider.declaration import Call, ResourceType
from slipway.sandbox.provider.facts import Shape
from slipway.sandbox.provider.types import find

OPERATIONS: Final[Mapping[str, tuple[str, str]]] = {
    # types whose create is a function: the request that it fills
    "aws:cloudwatch/metricAlarm:MetricAlarm": ("put_metric_alarm", ""),
    "aws:kms/key:Key": ("create_key", ""),
    "aws:s3/bucketObjectv2:BucketObjectv2": ("put_object", ""),
}

LOOSE: Final = frozenset({".*", "[\\S\\s]*", "[\\p{L}\\p{M}\\p{Z}\\p{S}\\p{N}\\p{P}]*"})
"""Patterns that say nothing, or that Python's re does not read."""


def with_bounds(token: str, shape: dict[str, Any]) -> dict[str, Any]:
    """Give the shape with the bounds of every input that the type's create sends."""
    kind = find(token)
    if kind is None:
        return shape
    aws = _request(kind)
    return shape if aws is None else _bounded(shape, aws, kind)


@cache
def _service(name: str) -> Any:
    from botocore.session import get_session  # noqa: PLC0415

    return get_session().get_service_model(name)


def _request(kind: ResourceType) -> Any:
    if isinstance(kind.create, Call):
        operation, body = kind.create.operation, kind.create.body
    elif kind.type in OPERATIONS:
        operation, body = OPERATIONS[kind.type]
    else:
        return None
    model = _service(kind.service)
    name = next(op for op in model.operation_names if op.lower() == operation.replace("_", ""))
    shape = model.operation_model(name).input_shape
    return shape.members[body] if body else shape


def _bounded(shape: Shape, aws: Any, kind: ResourceType) -> dict[str, Any]:
    if "object" in shape:
        inner = aws.member if aws.type_name == "list" else aws
        if inner.type_name != "structure":
            return dict(shape)
        identity = {**kind.renames, **{name: member for name, member in kind.identity.items() if name != "id"}}
        properties = {}
        for name, item in shape["object"].items():
            member = None if name in kind.local | {"tags", "region"} else member_for(name, inner.members, identity)
            properties[name] = _bounded(item, inner.members[member], kind) if member else item
        return {**shape, "object": properties}
    if "list" in shape:
        if aws.type_name == "list":
            return {**shape, "list": _bounded(shape["list"], aws.member, kind), **_lengths(aws)}
        return {**shape, "list": _bounded(shape["list"], aws, kind)}
    if "map" in shape:
        return {**shape, "map": _bounded(shape["map"], aws.value, kind)} if aws.type_name == "map" else dict(shape)
    return {**shape, **_scalar(shape, aws)}


def _lengths(aws: Any) -> dict[str, Any]:
    known = {"min_length": aws.metadata.get("min"), "max_length": aws.metadata.get("max")}
    return {name: value for name, value in known.items() if value}


def _readable(pattern: str) -> bool:
    """Whether Python's re reads a pattern of AWS; Unicode classes and surrogates it does not."""
    try:
        re.compile(pattern)
    except re.error:
        return False
    return "\\p{" not in pattern


def _scalar(shape: Shape, aws: Any) -> dict[str, Any]:
    kind, found = shape.get("type"), {}
    if kind in {"integer", "number"} and aws.type_name in {"integer", "long", "float", "double"}:
        found = {name: aws.metadata[name] for name in ("min", "max") if name in aws.metadata}
    elif kind == "string" and aws.type_name == "string" and not shape.get("document"):
        found = _lengths(aws)
        if aws.metadata.get("enum"):
            found["enum"] = list(aws.metadata["enum"])
        pattern = aws.metadata.get("pattern")
        if pattern and pattern not in LOOSE and _readable(pattern):
            found["pattern"] = pattern
    return found
