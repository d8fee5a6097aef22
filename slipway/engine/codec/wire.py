"""Property values on the wire: protobuf Struct in both directions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import struct_pb2

from slipway.engine.codec import ARCHIVE, ASSET, OUTPUT, RESOURCE, SECRET, SIGNATURE, UNKNOWN_MARKERS, UNKNOWN_STRING
from slipway.engine.values import (
    UNKNOWN,
    Archive,
    Asset,
    OutputValue,
    Properties,
    ResourceReference,
    Secret,
    Unknown,
)


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """What the other side understands beyond plain values."""

    secrets: bool = True
    resources: bool = True
    outputs: bool = False
    """Values that say what they depend on."""


FULL = Dialect()
PLAIN = Dialect(secrets=False, resources=False)


def decode_struct(struct: struct_pb2.Struct) -> Properties:
    """Return the properties that a Struct holds."""
    return {key: decode(value) for key, value in struct.fields.items()}


def decode(value: struct_pb2.Value) -> Any:
    """Return the property value of a protobuf Value."""
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value in UNKNOWN_MARKERS else value.string_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [decode(item) for item in value.list_value.values]
    if kind == "struct_value":
        fields = value.struct_value.fields
        signature = fields[SIGNATURE].string_value if SIGNATURE in fields else ""
        plain = {key: decode(item) for key, item in fields.items()}
        return _special(signature, plain) if signature else plain
    return None


def _special(signature: str, fields: Properties) -> Any:
    if signature == SECRET:
        return Secret(fields.get("value"))
    if signature == OUTPUT:
        dependencies = tuple(fields.get("dependencies") or ())
        known = "value" in fields
        return OutputValue(fields.get("value"), known, bool(fields.get("secret")), dependencies)
    if signature == RESOURCE:
        id_ = fields.get("id")
        return ResourceReference(fields["urn"], UNKNOWN if id_ == "" else id_, fields.get("packageVersion") or "")
    if signature == ASSET:
        return Asset(fields.get("hash") or "", fields.get("text"), fields.get("path"), fields.get("uri"))
    if signature == ARCHIVE:
        return Archive(fields.get("hash") or "", fields.get("path"), fields.get("uri"), fields.get("assets"))
    raise ValueError(f"unknown signature of a property value: {signature}")


def encode_struct(properties: Mapping[str, Any], dialect: Dialect = FULL) -> struct_pb2.Struct:
    """Return the Struct of some properties."""
    struct = struct_pb2.Struct()
    fields = struct.fields
    for key, value in properties.items():
        _fill(fields[key], value, dialect)
    return struct


def encode(value: Any, dialect: Dialect = FULL) -> struct_pb2.Value:
    """Return the protobuf Value of a property value."""
    target = struct_pb2.Value()
    _fill(target, value, dialect)
    return target


def _fill(target: struct_pb2.Value, value: Any, dialect: Dialect) -> None:  # noqa: C901 - one branch a kind of value
    if value is None:
        target.null_value = struct_pb2.NULL_VALUE
    elif isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, str):
        target.string_value = value
    elif isinstance(value, int | float):
        target.number_value = value
    elif isinstance(value, dict):
        target.struct_value.SetInParent()
        fields = target.struct_value.fields
        for key, item in value.items():
            _fill(fields[key], item, dialect)
    elif isinstance(value, list | tuple):
        target.list_value.SetInParent()
        for item in value:
            _fill(target.list_value.values.add(), item, dialect)
    elif isinstance(value, Unknown):
        target.string_value = UNKNOWN_STRING
    elif isinstance(value, Secret):
        _fill(target, {SIGNATURE: SECRET, "value": value.value} if dialect.secrets else value.value, dialect)
    else:
        _fill(target, _fields(value, dialect), dialect)


def _fields(value: Any, dialect: Dialect) -> Any:
    """Return the plain form of the values that have no kind of their own on the wire."""
    if isinstance(value, OutputValue) and dialect.outputs:
        given = {"value": value.value} if value.known else {}
        return {SIGNATURE: OUTPUT, **given, "secret": value.secret, "dependencies": list(value.dependencies)}
    if isinstance(value, OutputValue):
        inner = value.value if value.known else UNKNOWN
        return Secret(inner) if value.secret else inner
    if isinstance(value, ResourceReference):
        if not dialect.resources:
            return value.urn if value.id is None else value.id
        fields: Properties = {SIGNATURE: RESOURCE, "urn": value.urn}
        if value.id is not None:
            fields["id"] = "" if value.id is UNKNOWN else value.id
        if value.package_version:
            fields["packageVersion"] = value.package_version
        return fields
    if isinstance(value, Asset):
        return _present({SIGNATURE: ASSET, "hash": value.hash}, text=value.text, path=value.path, uri=value.uri)
    if isinstance(value, Archive):
        return _present({SIGNATURE: ARCHIVE, "hash": value.hash}, path=value.path, uri=value.uri, assets=value.assets)
    raise TypeError(f"not a property value: {type(value).__name__}")


def _present(fields: Properties, **optional: Any) -> Properties:
    return fields | {key: value for key, value in optional.items() if value is not None}
