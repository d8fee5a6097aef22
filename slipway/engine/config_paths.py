r"""Paths into structured configuration: `root.nested`, `root.list[0].name`, `root["key with a ."]`."""

import operator
from collections.abc import Callable
from typing import Any

from slipway.engine.errors import EngineError

Path = list[str | int]


def parse_path(text: str) -> Path:
    """Split a path into keys and indices."""
    elements: Path = []
    rest = text
    while rest:
        if rest.startswith("["):
            element, rest = _bracket(text, rest)
            elements.append(element)
        elif rest.startswith("."):
            rest = rest[1:]
            if not rest or rest[0] in ".[":
                raise EngineError(f"invalid path '{text}': a key is missing after '.'")
        else:
            end = next((n for n, char in enumerate(rest) if char in ".["), len(rest))
            elements.append(rest[:end])
            rest = rest[end:]
    if not elements or not isinstance(elements[0], str) or not elements[0]:
        raise EngineError(f"invalid path '{text}': the first part is the key of a configuration value")
    return elements


def _bracket(text: str, rest: str) -> tuple[str | int, str]:
    if rest.startswith('["'):
        key, position = "", 2
        while position < len(rest) and rest[position] != '"':
            position += rest.startswith('\\"', position)
            key += rest[position] if position < len(rest) else ""
            position += 1
        if rest[position : position + 2] != '"]':
            raise EngineError(f"invalid path '{text}': missing closing \"] ")
        return key, rest[position + 2 :]
    inside, closing, after = rest[1:].partition("]")
    if not closing:
        raise EngineError(f"invalid path '{text}': missing closing ]")
    if not inside.isdigit():
        raise EngineError(f"invalid path '{text}': an index is a whole number or a quoted key; got [{inside}]")
    return int(inside), after


def typed_word(text: str) -> Any:
    """Type a word set at a path: true, false and whole numbers without leading zeros are not text."""
    if text in ("true", "false"):
        return text == "true"
    digits = text.removeprefix("-")
    if digits.isascii() and digits.isdigit() and (digits == "0" or digits[0] != "0"):
        return int(text)
    return text


def get_at(value: Any, path: Path) -> tuple[bool, Any]:
    """Return whether something stands at the path, and what."""
    for element in path:
        key = isinstance(element, str) and isinstance(value, dict) and element in value
        index = isinstance(element, int) and isinstance(value, list) and element < len(value)
        if not key and not index:
            return False, None
        value = value[element]
    return True, value


def set_at(container: Any, path: Path, value: Any) -> None:
    """Set a value, making the mappings and lists on the way; an index may be one past the end."""
    for element, following in zip(path, [*path[1:], None], strict=True):
        _check(container, element)
        if following is None:
            new: Any = value
        else:
            found, new = get_at(container, [element])
            if not found or not isinstance(new, dict | list):
                if found and new is not None:
                    kind = "an array" if isinstance(following, int) else "a map"
                    raise EngineError(f"{kind} was expected at {element!r}, which holds {new!r}; remove it first")
                new = [] if isinstance(following, int) else {}
        if isinstance(container, list) and element == len(container):
            container.append(new)
        else:
            container[element] = new
        container = container[element]


def _check(container: Any, element: str | int) -> None:
    if isinstance(element, int):
        if not isinstance(container, list):
            raise EngineError(f"an array was expected for index [{element}]")
        if element > len(container):
            raise EngineError(f"array index [{element}] is out of range: the next free one is {len(container)}")
    elif not isinstance(container, dict):
        raise EngineError(f"a map was expected for key '{element}'")


def remove_at(container: Any, path: Path, delete: Callable[[Any, Any], None] = operator.delitem) -> bool:
    """Remove what stands at the path, by `delete(parent, key)`; says whether something did."""
    found, parent = get_at(container, path[:-1])
    if not found or not get_at(parent, path[-1:])[0]:
        return False
    delete(parent, path[-1])
    return True
