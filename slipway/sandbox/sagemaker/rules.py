"""The rules that a request must keep, read from botocore's model and worded as AWS words them."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

KINDS: dict[str, tuple[type, ...]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
    "timestamp": (int, float, str),
    "blob": (str,),
}


def problems(shape: Shape, value: Any) -> list[str]:
    """Everything that is wrong with the value, in the order of the model; empty when it is right."""
    return list(_check(shape, value, ""))


def _check(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if value is None:
        return
    if not _is_of(shape.type_name, value):
        yield _broken(value, path, f"Member must be of type {shape.type_name}")
        return
    if isinstance(shape, StructureShape):
        yield from _structure(shape, value, path)
    elif isinstance(shape, ListShape):
        yield from _size(shape, len(value), value, path)
        for index, item in enumerate(value, start=1):
            yield from _check(shape.member, item, f"{path}.{index}.member")
    elif isinstance(shape, MapShape):
        yield from _size(shape, len(value), value, path)
        for key, item in value.items():
            yield from _check(shape.key, key, f"{path}.key")
            yield from _check(shape.value, item, f"{path}.{key}.member")
    elif isinstance(shape, StringShape):
        yield from _string(shape, value, path)
    else:
        yield from _range(shape, value, path)


def _is_of(type_name: str, value: Any) -> bool:
    if isinstance(value, bool):  # which Python takes for a number
        return type_name == "boolean"
    return isinstance(value, KINDS[type_name])


def _structure(shape: StructureShape, value: dict[str, Any], path: str) -> Iterator[str]:
    prefix = f"{path}." if path else ""
    for name in shape.required_members:
        if value.get(name) is None:
            yield _broken(None, prefix + _member(name), "Member must not be null")
    for name, member in shape.members.items():
        if name in value:
            yield from _check(member, value[name], prefix + _member(name))


def _string(shape: StringShape, value: str, path: str) -> Iterator[str]:
    if shape.enum and value not in shape.enum:
        yield _broken(value, path, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]")
    yield from _size(shape, len(value), value, path)
    pattern = _pattern(shape.metadata.get("pattern", ""))
    if pattern is not None and pattern.fullmatch(value) is None:
        rule = f"Member must satisfy regular expression pattern: {shape.metadata['pattern']}"
        yield _broken(value, path, rule)


def _size(shape: Shape, size: int, value: Any, path: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield _broken(value, path, f"Member must have length greater than or equal to {least}")
    if most is not None and size > most:
        yield _broken(value, path, f"Member must have length less than or equal to {most}")


def _range(shape: Shape, value: float, path: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and value < least:
        yield _broken(value, path, f"Member must have value greater than or equal to {least}")
    if most is not None and value > most:
        yield _broken(value, path, f"Member must have value less than or equal to {most}")


@cache
def _pattern(text: str) -> re.Pattern[str] | None:
    """Return the pattern, or None for the few that are written in Java's dialect only."""
    if not text:
        return None
    try:
        return re.compile(text)
    except re.error:
        return None


def _member(name: str) -> str:
    """AWS's messages spell members in lower camel case."""
    return name[:1].lower() + name[1:]


def _broken(value: Any, path: str, rule: str) -> str:
    if value is None:
        return f"Value null at '{path}' failed to satisfy constraint: {rule}"
    return f"Value '{value}' at '{path}' failed to satisfy constraint: {rule}"
