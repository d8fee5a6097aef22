"""Property values of an event log as plain data: what is secret and what is not known yet stand as marks."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

# Signatures and marks of Pulumi's wire format (sdk/go/common/resource/properties.go, resource/plugin/rpc.go).
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - says that a value is one
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_ASSETS = frozenset({"c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7"})
_SHOWN_SECRET = "[secret]"  # noqa: S105 - what stands for one
_UNKNOWNS = (  # of a boolean, number, text, list, asset, archive and mapping
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
)
_UNKNOWN = re.compile("|".join(_UNKNOWNS))
# a backslash may hide any of them
_MARKED = re.compile("|".join([_SIGNATURE, r"\[secret", r"\\u00", *_UNKNOWNS]).encode("ascii"))
_LARGEST_WHOLE = 1 << 53


class Mark:
    """A value that is not shown: there is one object of each, so `is` tells them."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


SECRET = Mark("[secret]")
"""Stands for a secret, whatever it holds: neither its text nor its length is anywhere in a plan."""
UNKNOWN = Mark("[not known yet]")
"""Stands for a value that a preview cannot know."""
ABSENT = Mark("[none]")
"""Stands for a property that is not there."""


def read(raw: Any) -> Any:
    """Return a JSON value of an event log as plain data with marks; assets and archives become their hash."""
    if isinstance(raw, str):
        return _text(raw)
    if isinstance(raw, dict):
        return _mapping(raw)
    if isinstance(raw, list):
        return [read(item) for item in raw]
    return raw


def may_hold_marks(line: bytes) -> bool:
    """Tell whether the text of an event may hold what `read` makes something else of; most lines do not."""
    return _MARKED.search(line) is not None


def json_number(text: str) -> float:
    """Return a number of JSON: 1 and 1.0 are one number on the wire."""
    found = float(text)
    return int(found) if found.is_integer() and abs(found) < _LARGEST_WHOLE else found


def _text(raw: str) -> Any:
    if raw == _SHOWN_SECRET:
        return SECRET
    if len(raw) >= len(_UNKNOWNS[0]) and _UNKNOWN.search(raw):
        return UNKNOWN
    return raw


def _mapping(raw: Mapping[str, Any]) -> Any:
    kind = raw.get(_SIGNATURE)
    if kind == _SECRET:
        return SECRET
    if kind in _ASSETS:
        return f"sha256:{raw.get('hash', '')}"
    if kind == _OUTPUT:
        if raw.get("secret"):
            return SECRET
        return read(raw["value"]) if "value" in raw else UNKNOWN
    return {key: read(value) for key, value in raw.items() if key != _SIGNATURE}


def has_secret(value: Any) -> bool:
    """Tell whether a secret is anywhere inside."""
    return any(one is SECRET for one in _inside(value))


def is_known(value: Any) -> bool:
    """Tell whether everything inside is known and may be read."""
    return not any(isinstance(one, Mark) for one in _inside(value))


def _inside(value: Any) -> list[Any]:
    """Return what is inside of a value that holds nothing itself, in any order; the value itself where it is such."""
    found, left = [], [value]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            left += one.values()
        elif isinstance(one, list):
            left += one
        else:
            found.append(one)
    return found


def hide(value: Any, other: Any) -> Any:
    """Return a value with a secret wherever `other`, of the same form, has one.

    What is secret on one side of a change is secret on the other: a program may have begun, or ceased, to say so.
    """
    if other is SECRET:
        return SECRET
    if isinstance(value, dict) and isinstance(other, dict):
        return {key: hide(item, other[key]) if key in other else item for key, item in value.items()}
    if isinstance(value, list) and isinstance(other, list):
        hidden = [hide(item, beside) for item, beside in zip(value, other, strict=False)]
        return hidden + value[len(hidden) :]
    return value


def plain(value: Any) -> Any:
    """Return a value that JSON can hold: marks become their words."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(item) for item in value]
    return repr(value) if isinstance(value, Mark) else value


def shown(value: Any) -> str:
    """Return a value in one line: a text as it is, anything else as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mark):
        return repr(value)
    return json.dumps(plain(value), ensure_ascii=False)
