"""Property paths: `tags.owner`, `items[0].name`, `tags["cost-center"]`, `rules[*].id`."""

import re
from dataclasses import dataclass, replace
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
    """Return `new` with the value that `old` has at the path; where `old` has none, `new` has none either.

    Lists keep their length: an index or a wildcard that does not fit both sides changes nothing.
    """
    result: Properties = _Reset().at(path, old, new)
    return result


@dataclass(frozen=True)
class _Reset:
    """How far down a secret each side is: what comes out of a secret stays one where it goes to."""

    old_is_secret: bool = False
    new_is_secret: bool = False

    def at(self, path: Path, old: Any, new: Any) -> Any:
        if isinstance(new, Secret):
            return Secret(replace(self, new_is_secret=True).at(path, old, new.value))
        if isinstance(old, Secret):
            return replace(self, old_is_secret=True).at(path, old.value, new)
        step, rest = path[0], path[1:]
        if step == WILDCARD:
            return self._everywhere(rest, old, new)
        return self._item(step, rest, old, new) if isinstance(step, int) else self._member(step, rest, old, new)

    def _item(self, index: int, rest: Path, old: Any, new: Any) -> Any:
        if not isinstance(old, list) or not isinstance(new, list) or index >= min(len(old), len(new)):
            return new
        return [*new[:index], self._put(rest, old[index], new[index]), *new[index + 1 :]]

    def _member(self, name: str, rest: Path, old: Any, new: Any) -> Any:
        if not isinstance(new, dict):
            return new
        before = old if isinstance(old, dict) else {}
        if not rest and name not in before:
            return {key: value for key, value in new.items() if key != name}
        if rest and (name not in new or not isinstance(old, dict)):
            return new
        return new | {name: self._put(rest, before.get(name), new.get(name))}

    def _everywhere(self, rest: Path, old: Any, new: Any) -> Any:
        if isinstance(old, dict) and isinstance(new, dict):
            if not rest:
                return {key: self._put(rest, value, None) for key, value in old.items()}
            return {key: self.at(rest, old[key], value) if key in old else value for key, value in new.items()}
        if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
            return [self._put(rest, one, other) for one, other in zip(old, new, strict=True)]
        return new

    def _put(self, rest: Path, old: Any, new: Any) -> Any:
        if rest:
            return self.at(rest, old, new)
        shown = self.old_is_secret and not self.new_is_secret and not isinstance(old, Secret)
        return Secret(old) if shown else old
