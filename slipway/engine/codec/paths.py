"""Property paths: `tags.owner`, `items[0].name`, `tags["cost-center"]`, `rules[*].id`."""

import re
from typing import Any

from slipway.engine.values import Properties, Secret

Path = tuple[str | int, ...]
WILDCARD = "*"
_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_PART = re.compile(r"""\.?(?:([^.\["\]]+)|\[(\d+)\]|\[\*\]|\["((?:[^"\\]|\\.)*)"\])""")


def parse(text: str) -> Path:
    """Return the steps of a path; text that is no path names a property as it stands."""
    steps: list[str | int] = []
    position = 0
    while position < len(text):
        found = _PART.match(text, position)
        if found is None:
            return (text,)
        name, index, quoted = found.groups()
        if index is not None:
            steps.append(int(index))
        elif quoted is not None:
            steps.append(re.sub(r"\\(.)", r"\1", quoted))
        else:
            steps.append(name if name is not None else WILDCARD)
        position = found.end()
    return tuple(steps)


def joined(path: str, key: str) -> str:
    """Return the path of a property within another."""
    if not _NAME.fullmatch(key):
        return f'{path}["{key}"]'
    return f"{path}.{key}" if path else key


def contains(pattern: Path, path: Path) -> bool:
    """Say whether a path is what the pattern names, or lies in it."""
    return len(pattern) <= len(path) and all(
        one in (WILDCARD, other) for one, other in zip(pattern, path[: len(pattern)], strict=True)
    )


def reset(path: Path, old: Properties, new: Properties) -> Properties:
    """Return `new` with the value that `old` has at the path; where `old` has none, `new` has none either."""
    result = _reset(path, old, new)
    return result if isinstance(result, dict) else new


_ABSENT = object()


def _reset(path: Path, old: Any, new: Any) -> Any:
    if not path:
        return old
    if isinstance(old, Secret) or isinstance(new, Secret):
        inner = _reset(
            path, old.value if isinstance(old, Secret) else old, new.value if isinstance(new, Secret) else new
        )
        return inner if inner is _ABSENT else Secret(inner)
    step, rest = path[0], path[1:]
    if isinstance(new, dict):
        before = old if isinstance(old, dict) else {}
        keys = sorted(before.keys() | new.keys()) if step == WILDCARD else [str(step)]
        result = dict(new)
        for key in keys:
            _put(result, key, _reset(rest, before.get(key, _ABSENT), result.get(key, _ABSENT)))
        return result
    if isinstance(new, list):
        items = old if isinstance(old, list) else []
        result_list = list(new)
        wanted = range(len(new)) if step == WILDCARD else [step] if isinstance(step, int) else []
        for index in wanted:
            if index < len(result_list) and index < len(items):
                result_list[index] = _reset(rest, items[index], result_list[index])
        return result_list
    return new


def _put(target: Properties, key: str, value: Any) -> None:
    if value is _ABSENT:
        target.pop(key, None)
    else:
        target[key] = value
