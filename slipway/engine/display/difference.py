"""What differs between two values: objects by key, lists by what stayed, JSON inside texts by its structure."""

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from slipway.engine.display.values import DEEPEST, MISSING, document_in, is_marked, opened

_NAMES = ("Sid", "sid", "Id", "id", "name", "Name", "variantName", "key", "Key")
"""Properties that tell which item of a list is which, whatever its place."""
_MANY = 400  # items of a list that are compared by place, since finding what stayed grows with the square
_LINES = 2000  # and lines of a text


@dataclass(frozen=True)
class Change:
    """One difference: a leaf with both its values, or a place with differences below it."""

    sign: str
    label: str
    old: Any = MISSING
    new: Any = MISSING
    children: tuple["Change", ...] = ()
    brackets: str = ""
    note: str = ""
    replaces: bool = False
    lines: tuple[str, ...] = field(default=())
    """Of a text of several lines what changed, as `- line` and `+ line`."""


def compare(label: str, old: Any, new: Any, *, depth: int = DEEPEST) -> Change | None:
    """Return how `new` differs from `old`, in structure `depth` levels down; None when it does not."""
    old, new = opened(old), opened(new)
    if old == new and isinstance(old, bool) == isinstance(new, bool):
        return None
    if old is MISSING or new is MISSING:
        return Change("+" if old is MISSING else "-", label, old, new)
    found = _structure(label, old, new, depth - 1) if depth > 0 else MISSING
    if found is not MISSING:
        return cast("Change | None", found)
    if isinstance(old, str) and isinstance(new, str) and "\n" in old and "\n" in new:
        return Change("~", label, old, new, lines=_text(old, new))
    return Change("~", label, old, new)


def _structure(label: str, old: Any, new: Any, depth: int) -> Any:
    """Compare what has the same structure on both sides; MISSING when it has not."""
    if isinstance(old, dict) and isinstance(new, dict) and not is_marked(old) and not is_marked(new):
        return _inner(label, "{}", _entries(old, new, depth), old, new)
    if isinstance(old, list) and isinstance(new, list):
        return _inner(label, "[]", _items(old, new, depth), old, new)
    before, after = document_in(old), document_in(new)
    if before is None or after is None:
        return MISSING
    found = compare(label, before, after, depth=depth)
    if found is None:
        return Change("~", label, old, new, note="the same JSON, written otherwise")
    return replace(found, note="json")


def _inner(label: str, brackets: str, children: Iterable[Change | None], old: Any, new: Any) -> Change | None:
    found = tuple(child for child in children if child is not None)
    return Change("~", label, old, new, found, brackets) if found else None


def _entries(old: Mapping[str, Any], new: Mapping[str, Any], depth: int) -> list[Change | None]:
    keys = sorted(old.keys() | new.keys(), key=str)
    return [compare(str(key), old.get(key, MISSING), new.get(key, MISSING), depth=depth) for key in keys]


def _items(old: list[Any], new: list[Any], depth: int) -> list[Change | None]:
    """Pair the items of two lists: by their names where each has one, else by what stayed the same."""
    name = _naming(old, new)
    if name is not None:
        before = {item[name]: item for item in old}
        after = {item[name]: item for item in new}
        order = [*after, *(key for key in before if key not in after)]
        return [compare(f"[{key}]", before.get(key, MISSING), after.get(key, MISSING), depth=depth) for key in order]
    matched: Sequence[tuple[str, int, int, int, int]] = [("replace", 0, len(old), 0, len(new))]
    if max(len(old), len(new)) <= _MANY:
        matched = difflib.SequenceMatcher(None, _keys(old), _keys(new), autojunk=False).get_opcodes()
    found: list[Change | None] = []
    for tag, start, end, new_start, new_end in matched:
        if tag == "equal":
            continue
        pairs = min(end - start, new_end - new_start)
        found += [compare(f"[{new_start + n}]", old[start + n], new[new_start + n], depth=depth) for n in range(pairs)]
        found += [compare(f"[{n}]", old[n], MISSING) for n in range(start + pairs, end)]
        found += [compare(f"[{n}]", MISSING, new[n]) for n in range(new_start + pairs, new_end)]
    return found


def _keys(items: list[Any]) -> list[str]:
    return [json.dumps(item, sort_keys=True) for item in items]


def _naming(old: list[Any], new: list[Any]) -> str | None:
    """Return the property that names every item of both lists, each once."""
    if not old or not new:
        return None
    for name in _NAMES:
        if all(_named(items, name) for items in (old, new)):
            return name
    return None


def _named(items: list[Any], name: str) -> bool:
    if not all(isinstance(item, dict) and not is_marked(item) and isinstance(item.get(name), str) for item in items):
        return False
    return len({item[name] for item in items}) == len(items)


def _text(old: str, new: str) -> tuple[str, ...]:
    before, after = old.splitlines()[:_LINES], new.splitlines()[:_LINES]
    found = list(difflib.unified_diff(before, after, n=0, lineterm=""))[2:]
    return tuple(f"{line[0]} {line[1:]}" for line in found if not line.startswith("@@"))


def at_paths(found: Sequence[tuple[tuple[str | int, ...], Change]]) -> list[Change]:
    """Put changes under the places that their paths name; of a place and what lies in it only the place is kept."""
    roots: dict[str | int, Any] = {}
    for path, change in sorted(found, key=lambda item: len(item[0])):
        level = roots
        for step in path[:-1]:
            below = level.setdefault(step, {})
            if isinstance(below, Change):
                break
            level = below
        else:
            level.setdefault(path[-1], change)
    return _nested(roots)


def _nested(level: dict[str | int, Any]) -> list[Change]:
    out = []
    for step in sorted(level, key=lambda step: (isinstance(step, str), step)):
        below = level[step]
        label = f"[{step}]" if isinstance(step, int) else step
        if isinstance(below, Change):
            out.append(replace(below, label=label))
        else:
            brackets = "[]" if all(isinstance(inner, int) for inner in below) else "{}"
            out.append(Change("~", label, children=tuple(_nested(below)), brackets=brackets))
    return out
