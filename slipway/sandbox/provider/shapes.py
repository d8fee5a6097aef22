"""Checks a value against a declared shape: unknown names, missing ones, types, bounds; every problem with its path."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from slipway.sandbox.provider.facts import Shape
from slipway.sandbox.provider.wire import UNKNOWN, Path, is_asset, under

Finding = tuple[Path, str]

_WORDS = {"string": "a string", "integer": "a whole number", "number": "a number", "boolean": "true or false"}
_SHOWN = 80
_LISTED = 12


def findings(value: Any, shape: Shape, secrets: Iterable[Path], path: Path = ()) -> Iterator[Finding]:
    """Every problem of a value; what is unknown is not judged."""
    if value is UNKNOWN:
        return
    if "object" in shape:
        yield from _object(value, shape, secrets, path)
    elif "list" in shape:
        if not isinstance(value, list):
            yield path, f"expected a list, got {_shown(value, path, secrets)}"
            return
        for index, item in enumerate(value):
            yield from findings(item, shape["list"], secrets, (*path, index))
        yield from _length(value, shape, path, "items")
    elif "map" in shape:
        if not isinstance(value, Mapping) or is_asset(value):
            yield path, f"expected a map, got {_shown(value, path, secrets)}"
            return
        for key, item in value.items():
            yield from findings(item, shape["map"], secrets, (*path, key))
            # a key is shown by its path, its value may be secret
            yield from _text(key, shape.get("keys", {}), (), (*path, key))
        yield from _length(value, shape, path, "entries")
    else:
        yield from _scalar(value, shape, secrets, path)


def _object(value: Any, shape: Shape, secrets: Iterable[Path], path: Path) -> Iterator[Finding]:
    if not isinstance(value, Mapping) or is_asset(value):
        yield path, f"expected an object, got {_shown(value, path, secrets)}"
        return
    properties = shape["object"]
    for name in sorted(set(value) - set(properties)):
        near = difflib.get_close_matches(name, properties, n=1)
        hint = f"did you mean {near[0]}?" if near else f"allowed are {', '.join(sorted(properties))}"
        yield (*path, name), f"unknown property {name}: {hint}"
    for name in shape.get("required", ()):
        if name not in value:
            yield (*path, name), f"missing required property {name}"
    for name, item in value.items():
        if name in properties:
            yield from findings(item, properties[name], secrets, (*path, name))


def _scalar(value: Any, shape: Shape, secrets: Iterable[Path], path: Path) -> Iterator[Finding]:
    kind = shape["type"]
    if kind == "asset":
        if not is_asset(value):
            yield path, f"expected an asset, got {_shown(value, path, secrets)}"
        return
    if kind == "any":
        return
    if not _is_a(kind, value):
        yield path, f"expected {_WORDS[kind]}, got {_shown(value, path, secrets)}"
        return
    if kind in {"integer", "number"}:
        number = float(value)
        if "min" in shape and number < shape["min"]:
            yield path, f"expected at least {shape['min']}, got {_shown(value, path, secrets)}"
        if "max" in shape and number > shape["max"]:
            yield path, f"expected at most {shape['max']}, got {_shown(value, path, secrets)}"
    elif kind == "string":
        yield from _text(value, shape, secrets, path)


def _text(value: Any, shape: Shape, secrets: Iterable[Path], path: Path) -> Iterator[Finding]:
    text = str(value)
    yield from _length(text, shape, path, "characters")
    allowed = shape.get("enum")
    if allowed and text not in allowed:
        near = difflib.get_close_matches(text, allowed, n=1)
        hint = (
            f"did you mean {near[0]}?"
            if near and len(allowed) > _LISTED
            else f"allowed are {', '.join(allowed[:_LISTED])}"
        )
        yield path, f"{_shown(value, path, secrets)} is not an allowed value: {hint}"
    pattern = shape.get("pattern")
    if pattern and not re.fullmatch(pattern, text, re.DOTALL):
        yield path, f"{_shown(value, path, secrets)} does not have the form {pattern}"


def _length(value: Any, shape: Shape, path: Path, unit: str) -> Iterator[Finding]:
    if len(value) < shape.get("min_length", 0):
        yield path, f"expected at least {shape['min_length']} {unit}, got {len(value)}"
    if len(value) > shape.get("max_length", len(value)):
        yield path, f"expected at most {shape['max_length']} {unit}, got {len(value)}"


def _is_a(kind: str, value: Any) -> bool:
    # Pulumi's own coercions: "3" is a number and "true" a boolean where one is declared, and a number or boolean
    # may stand for a string
    if kind == "string":
        return isinstance(value, str | int | float)
    if kind == "boolean":
        return isinstance(value, bool) or value in ("true", "false")
    if isinstance(value, bool):
        return False
    try:
        number = float(value)
    except (TypeError, ValueError):
        return False
    return number.is_integer() if kind == "integer" else True


def _shown(value: Any, path: Path, secrets: Iterable[Path]) -> str:
    if under(path, secrets):
        return "[secret]"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
