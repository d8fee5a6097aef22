"""What AWS has against what the state says: drift goes into the inputs, AWS's own additions do not."""

import json
from collections.abc import Mapping
from typing import Any

from slipway.sandbox.provider.declaration import Properties, ResourceType
from slipway.sandbox.provider.diffing import same_document
from slipway.sandbox.provider.facts import Shape
from slipway.sandbox.provider.wire import UNKNOWN, is_asset

EMPTY: tuple[Any, ...] = (None, "", [], {})


def refreshed(kind: ResourceType, old: Properties, seen: Properties, default_tags: Mapping[str, str]) -> dict[str, Any]:
    """Give the inputs of a refresh.

    The old ones where they still hold (in the program's own spelling), else what AWS has.
    """
    result: dict[str, Any] = {}
    for name, value in old.items():
        if name in {"tags", "tagsAll"} and "tagsAll" in seen:
            continue
        if name not in seen or name in kind.local | kind.write_only:
            result[name] = value
            continue
        shape = kind.facts.inputs.get(name, {"type": "any"})
        kept = _merged(
            value, seen[name], shape, document=name in kind.document_inputs, unordered=name in kind.unordered
        )
        if kept is not None:
            result[name] = kept
    if kind.facts.tagged and "tagsAll" in seen:
        result.update(_tags(old, seen["tagsAll"], default_tags))
    return result


def _tags(old: Properties, seen: Mapping[str, str], default_tags: Mapping[str, str]) -> dict[str, Any]:
    own = old.get("tags")
    given = own if isinstance(own, Mapping) else {}
    tags = {key: value for key, value in seen.items() if key in given or default_tags.get(key) != value}
    found: dict[str, Any] = {"tagsAll": dict(seen)}
    if tags or own is not None:
        found["tags"] = tags
    return found


def _merged(  # noqa: PLR0911  one line a kind
    old: Any, seen: Any, shape: Shape, *, document: bool = False, unordered: bool = False
) -> Any:
    if is_asset(old) or old is UNKNOWN:
        return old
    if seen is None:
        # AWS says nothing where the program says nothing in other words
        return old if old in (*EMPTY, False, 0) else None
    if document:
        return old if same_document(old, seen) else seen
    if isinstance(old, Mapping) and isinstance(seen, Mapping):
        if "map" in shape:
            return {key: _merged(old.get(key, value), value, shape["map"]) for key, value in seen.items()}
        return _merged_object(old, seen, shape)
    if isinstance(old, list) and isinstance(seen, list):
        return _merged_list(old, seen, shape, unordered=unordered)
    return old if _same(old, seen) else seen


def _merged_object(old: Mapping[str, Any], seen: Mapping[str, Any], shape: Shape) -> dict[str, Any]:
    result = {}
    for name, value in old.items():
        if name not in seen:
            result[name] = value
            continue
        kept = _merged(value, seen[name], shape.get("object", {}).get(name, {"type": "any"}))
        if kept is not None:
            result[name] = kept
    return result


def _merged_list(old: list[Any], seen: list[Any], shape: Shape, *, unordered: bool) -> list[Any]:
    if unordered or all(not isinstance(item, Mapping | list) for item in old + seen):
        if sorted(map(_key, old)) == sorted(map(_key, seen)):
            return old
        if unordered:
            seen = _aligned(old, seen)
    if len(old) != len(seen):
        return [pruned(item) for item in seen]
    return [_merged(left, right, shape.get("list", {"type": "any"})) for left, right in zip(old, seen, strict=True)]


def _aligned(old: list[Any], seen: list[Any]) -> list[Any]:
    """Give the same items, each one where the old list has the one most like it."""
    rest, result = list(seen), []
    for item in old:
        if not rest:
            break
        best = max(rest, key=lambda candidate: _likeness(item, candidate))
        rest.remove(best)
        result.append(best)
    return result + rest


def _likeness(left: Any, right: Any) -> int:
    if not isinstance(left, Mapping) or not isinstance(right, Mapping):
        return int(left == right)
    return sum(1 for name, value in left.items() if right.get(name) == value)


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _same(old: Any, seen: Any) -> bool:
    if old == seen:
        return True
    return (
        str(old).lower() == str(seen).lower()
        if isinstance(old, bool) or isinstance(seen, bool)
        else str(old) == str(seen)
    )


def imported(kind: ResourceType, seen: Properties, default_tags: Mapping[str, str]) -> dict[str, Any]:
    """Give the inputs of an import, as a program would state them.

    Nothing empty, nothing that AWS answers when nobody gave it.
    """
    result: dict[str, Any] = {}
    for name, value in seen.items():
        if name not in kind.facts.inputs or name in kind.local | kind.write_only:
            continue
        found = pruned(value)
        if found in EMPTY or (name in kind.quiet and _same(found, kind.quiet[name])):
            continue
        result[name] = found
    if kind.facts.tagged and "tagsAll" in seen:
        result.update(_tags({}, seen["tagsAll"], default_tags))
    return result


def pruned(value: Any) -> Any:
    """Give a value without what is empty inside it."""
    if isinstance(value, Mapping):
        inner = {name: pruned(item) for name, item in value.items()}
        return {name: item for name, item in inner.items() if item not in EMPTY}
    if isinstance(value, list):
        return [pruned(item) for item in value]
    return value
