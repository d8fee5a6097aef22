"""The part of JSONPath that DataProcessing's filters take; pure.

`$`, `.name`, `.*`, `[*]`, `['name', ...]`, `[number, ...]` and `[start:end]`, as in the developer guide's page
"Associate Prediction Results with Input Records": no recursion, no filters.
"""

import re
from typing import Any

_STEP = re.compile(r"\.(?P<name>[^.\[\]*'\s]+|\*)|\[(?P<inside>[^\]]*)\]")
_NUMBER = re.compile(r"-?\d+")
_SLICE = re.compile(r"(?P<start>-?\d*):(?P<end>-?\d*)")
_NAME = re.compile(r"'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\"")

Step = str | tuple[Any, ...] | slice


class JsonPathError(ValueError):
    """A path is not understood, or does not fit a record."""


def parse_json_path(text: str) -> list[Step]:
    """Return a path's steps: "*", tuples of names or numbers, or a slice. Raises JsonPathError."""
    if not text.startswith("$"):
        raise JsonPathError(f"the JSONPath {text!r} must start with $")
    steps: list[Step] = []
    position = 1
    while position < len(text):
        found = _STEP.match(text, position)
        if found is None:
            raise JsonPathError(
                f"the JSONPath {text!r} is not understood from {text[position:]!r} on: $, .name, *, ['name', ...], "
                "[number, ...] and [start:end] are"
            )
        name = found["name"]
        if name is None:
            steps.append(_inside(found["inside"].strip(), text))
        else:
            steps.append("*" if name == "*" else (name,))
        position = found.end()
    return steps


def _inside(inside: str, text: str) -> Step:
    if inside == "*":
        return "*"
    cut = _SLICE.fullmatch(inside)
    if cut is not None:
        return slice(int(cut["start"]) if cut["start"] else None, int(cut["end"]) if cut["end"] else None)
    keys: list[str | int] = []
    for part in (each.strip() for each in inside.split(",")):
        named = _NAME.fullmatch(part)
        if named is not None:
            keys.append(named["single"] if named["single"] is not None else named["double"])
        elif _NUMBER.fullmatch(part):
            keys.append(int(part))
        else:
            raise JsonPathError(f"the JSONPath {text!r} has [{inside}], which is not understood")
    return tuple(keys)


def select(value: Any, steps: list[Step]) -> Any:
    """Return what the steps choose: one thing for a single name or number, else a list. Raises JsonPathError."""
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if step == "*":
        items = list(value.values()) if isinstance(value, dict) else value
        return [select(item, rest) for item in _list(items, step)]
    if isinstance(step, slice):
        chosen = _list(value, step)[step]
        return chosen if not rest else [select(item, rest) for item in chosen]
    if isinstance(step, tuple) and len(step) == 1:
        return select(_item(value, step[0]), rest)
    return [select(_item(value, key), rest) for key in step]


def _list(value: Any, step: Step) -> list[Any]:
    if not isinstance(value, list):
        raise JsonPathError(f"{_shown(step)} needs a list, the record has {type(value).__name__} there")
    return value


def _item(value: Any, key: str | int) -> Any:
    try:
        if isinstance(value, dict) == isinstance(key, str):
            return value[key]
    except (KeyError, IndexError, TypeError):
        pass
    raise JsonPathError(f"the record has no {key!r}")


def _shown(step: Step) -> str:
    return f"[{step.start or ''}:{step.stop or ''}]" if isinstance(step, slice) else str(step)
