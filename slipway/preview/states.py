"""States of a resource in an event's metadata, read so that no secret of one side shows on the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from slipway.preview.paths import at, differences, parse, written
from slipway.preview.plan import Change, State
from slipway.preview.values import ABSENT, has_secret, hide, read

_ENGINE_ONLY = frozenset({"__defaults"})


def pair(metadata: Mapping[str, Any]) -> tuple[State | None, State | None]:
    """Return the old and the new state of a step; a secret anywhere is one in all four sets of properties."""
    sides = {side: metadata.get(side) for side in ("old", "new")}
    found: dict[tuple[str, str], Any] = {
        (side, part): _properties(raw.get(part))
        for side, raw in sides.items()
        if isinstance(raw, Mapping)
        for part in ("inputs", "outputs")
    }
    # a provider merges `tags` into `tagsAll`, where the engine does not mark what was secret
    secret = any(has_secret(value) for value in found.values())
    shapes = [*found.values(), *({"tagsAll": one["tags"]} for one in found.values() if "tags" in one)] if secret else []
    for key, value in found.items():
        for shape in shapes:
            value = hide(value, shape)  # noqa: PLW2901 - hidden once for each set
        found[key] = value
    old, new = (
        _state(raw, found[side, "inputs"], found[side, "outputs"]) if isinstance(raw, Mapping) else None
        for side, raw in sides.items()
    )
    return old, new


def changes(metadata: Mapping[str, Any], old: State | None, new: State | None) -> tuple[Change, ...]:
    """Return what changes between two states: what the provider named, or the difference of the inputs."""
    if old is None or new is None:
        return ()
    named = metadata.get("detailedDiff")
    found = {}
    if isinstance(named, Mapping) and named:
        for path, diff in named.items():
            kind = str(diff.get("diffKind", "update")) if isinstance(diff, Mapping) else "update"
            found[str(path)] = _change(str(path), kind, old, new)
    else:
        keys = {str(key) for key in metadata.get("keys") or ()}
        for path, _, _ in differences(old.inputs, new.inputs):
            replaces = "-replace" if path and path[0] in keys else ""
            text = written(path)
            found[text] = _change(text, f"update{replaces}", old, new)
    return tuple(found[path] for path in sorted(found))


def _change(path: str, kind: str, old: State, new: State) -> Change:
    keys = parse(path)
    was, now = at(old.inputs, keys), at(new.inputs, keys)
    if was is ABSENT and now is ABSENT:  # a difference of outputs, as a refresh finds it
        was, now = at(old.outputs, keys), at(new.outputs, keys)
    what: Literal["add", "update", "delete"] = "update"
    if was is ABSENT and now is not ABSENT:
        what = "add"
    elif now is ABSENT and was is not ABSENT:
        what = "delete"
    return Change(path=path, kind=what, replaces=kind.endswith("-replace"), old=was, new=now)


def _properties(raw: Any) -> dict[str, Any]:
    if not isinstance(raw, Mapping):
        return {}
    found = read(raw)
    # a set that is a secret as a whole has nothing to show
    return found if isinstance(found, dict) else {}


def _state(raw: Mapping[str, Any], inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> State:
    names = inputs.get("__defaults")
    return State(
        inputs={key: value for key, value in inputs.items() if key not in _ENGINE_ONLY},
        outputs={key: value for key, value in outputs.items() if key not in _ENGINE_ONLY},
        parent=str(raw.get("parent") or ""),
        id=str(raw.get("id") or ""),
        custom=raw.get("custom") is True,
        protect=raw.get("protect") is True,
        retain=raw.get("retainOnDelete") is True,
        leaving=raw.get("delete") is True,
        automatic=frozenset(str(name) for name in names) if isinstance(names, list) else frozenset(),
    )
