"""Property paths as Pulumi writes them: `tagsAll["cost-center"]`, `rules[0].days`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from slipway.preview.values import ABSENT

_PART = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\.?([^.\[\]"]+)')
_PLAIN = re.compile(r"[A-Za-z_$][A-Za-z0-9_$-]*\Z")

Key = str | int


def parse(path: str) -> tuple[Key, ...]:
    """Return the keys of a path; what is no path is one key."""
    keys: list[Key] = []
    end = 0
    for found in _PART.finditer(path):
        if found.start() != end:
            return (path,)
        end = found.end()
        quoted, index, name = found.groups()
        keys.append(int(index) if index is not None else name if name is not None else _unquoted(quoted))
    return tuple(keys) if end == len(path) and keys else (path,)


def written(keys: tuple[Key, ...]) -> str:
    """Return the path of some keys."""
    text = ""
    for key in keys:
        if isinstance(key, int):
            text += f"[{key}]"
        elif _PLAIN.match(key):
            text += f".{key}" if text else key
        else:
            text += f"[{json.dumps(key, ensure_ascii=False)}]"
    return text


def at(value: Any, keys: tuple[Key, ...]) -> Any:
    """Return what is there, or ABSENT."""
    for key in keys:
        if isinstance(value, Mapping):
            value = value.get(str(key), ABSENT)
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            value = value[key]
        else:
            return ABSENT
    return value


def leaves(value: Any, keys: tuple[Key, ...] = ()) -> Iterator[tuple[tuple[Key, ...], Any]]:
    """Return every leaf with its keys; an empty list or mapping is a leaf."""
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from leaves(item, (*keys, str(key)))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from leaves(item, (*keys, index))
    else:
        yield keys, value


def differences(old: Any, new: Any, keys: tuple[Key, ...] = ()) -> Iterator[tuple[tuple[Key, ...], Any, Any]]:
    """Return what differs between two values: keys, old and new, ABSENT where there is nothing."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}, key=str):
            was, now = old.get(key, ABSENT), new.get(key, ABSENT)
            if was is not now and not (isinstance(was, str) and was == now):  # most are texts, and alike
                yield from differences(was, now, (*keys, str(key)))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            was = old[index] if index < len(old) else ABSENT
            now = new[index] if index < len(new) else ABSENT
            yield from differences(was, now, (*keys, index))
    elif old is not new and (old != new or isinstance(old, bool) != isinstance(new, bool)):
        yield keys, old, new


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text
