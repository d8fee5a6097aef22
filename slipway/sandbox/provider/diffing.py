"""Diff: which inputs differ, by path, and which of the differences AWS can only satisfy with a new resource."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from slipway.sandbox.provider.checking import DEFAULTS
from slipway.sandbox.provider.declaration import ID, Properties, ResourceType
from slipway.sandbox.provider.wire import UNKNOWN, Path, is_asset, text_of

ADD, DELETE, UPDATE = "add", "delete", "update"


@dataclass(kw_only=True)
class Difference:
    """The answer of Diff: detailed paths with their kinds, and whether each one replaces."""

    paths: dict[str, tuple[str, bool]] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    replaces: set[str] = field(default_factory=set)
    delete_first: bool = False


def same_document(left: Any, right: Any) -> bool:
    """Whether two JSON texts say the same."""
    if left == right:
        return True
    try:
        return bool(json.loads(left) == json.loads(right))
    except (TypeError, ValueError):
        return False


def diff(
    kind: ResourceType, old: Properties, new: Properties, *, outputs: Properties, old_region: str | None, region: str
) -> Difference:
    """Compare the inputs of the state with the checked ones; an unknown counts as a change.

    What the type declares as observed is compared with the outputs instead: see ResourceType.
    """
    result = Difference()
    old = {**old, **{name: outputs[name] for name in kind.observed & outputs.keys()}}
    for name in sorted((old.keys() | new.keys()) - {DEFAULTS, "region"}):
        before, after = _before(kind, old, name), new.get(name, kind.facts.defaults.get(name))
        if _unspoken_after_import(kind, old, name):
            continue
        for path, what, left, right in _changes((name,), before, after, document=name in kind.document_inputs):
            replace = _replaces(kind, path, left, right)
            result.paths[text_of(path)] = (what, replace)
            result.changed.add(name)
            if replace:
                result.replaces.add(name)
    if not kind.global_service and "region" in kind.facts.inputs and old_region and old_region != region:
        result.paths["region"] = (UPDATE, True)
        result.changed.add("region")
        result.replaces.add("region")
    result.delete_first = bool(result.replaces) and _keeps_its_name(kind, old, new)
    return result


def _before(kind: ResourceType, old: Properties, name: str) -> Any:
    return old.get(name, kind.facts.defaults.get(name))


def _unspoken_after_import(kind: ResourceType, old: Properties, name: str) -> bool:
    """Whether an imported resource could not know this input, since AWS never tells it.

    The inputs of an import have no list of defaults yet; from the first update on they do.
    """
    return DEFAULTS not in old and name not in old and name in kind.local | kind.write_only


def _changes(path: Path, old: Any, new: Any, *, document: bool) -> Iterator[tuple[Path, str, Any, Any]]:
    if old is None and new is None:
        return
    if old is None or new is None:
        yield path, ADD if old is None else DELETE, old, new
    elif is_asset(old) or is_asset(new):
        if not (is_asset(old) and is_asset(new) and old.get("hash") == new.get("hash")):
            yield path, UPDATE, old, new
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in sorted(old.keys() | new.keys()):
            yield from _changes((*path, name), old.get(name), new.get(name), document=False)
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            left = old[index] if index < len(old) else None
            right = new[index] if index < len(new) else None
            yield from _changes((*path, index), left, right, document=False)
    elif new is UNKNOWN or not _equal(old, new, document=document):
        yield path, UPDATE, old, new


def _equal(old: Any, new: Any, *, document: bool) -> bool:
    if document:
        return same_document(old, new)
    if isinstance(old, bool) is not isinstance(new, bool) or isinstance(old, str) is not isinstance(new, str):
        return str(old).lower() == str(new).lower()
    return bool(old == new)


def _replaces(kind: ResourceType, path: Path, old: Any, new: Any) -> bool:
    name, facts = str(path[0]), kind.facts
    if name in {"tags", "tagsAll"} or name in kind.local:
        return False
    inside = facts.replace_paths.get(name, [])
    blocks = facts.replace_on_add_remove.get(name, [])
    if name not in facts.replace_on and not blocks:
        # the real provider plans an update that AWS has no operation for, and does nothing; a new resource is what
        # it takes
        return not kind.updatable(name)
    if name in facts.replace_on and not inside and not blocks:
        return True
    where = _plain(path)
    if any(where[: len(p)] == p or (p[: len(where)] == where) for p in map(_plain_text, inside)):
        return True
    if (old is None or new is None) and any(where == p for p in map(_plain_text, blocks)):
        return True
    return not kind.updatable(name)


def _plain(path: Path) -> tuple[str, ...]:
    return tuple(_singular(part) for part in path if isinstance(part, str))


def _plain_text(dotted: str) -> tuple[str, ...]:
    return tuple(_singular(part) for part in dotted.split("."))


def _singular(name: str) -> str:
    # productionVariants and production_variant are one name
    plain = name.replace("_", "").lower()
    return plain[:-3] + "y" if plain.endswith("ies") else plain.removesuffix("s")


def _keeps_its_name(kind: ResourceType, old: Properties, new: Properties) -> bool:
    """Whether old and new cannot exist side by side: the program gives the name and it stays the same.

    Automatic names never do.
    """
    rule = [kind.name.property] if kind.name else [name for name in kind.identity if name != ID]
    automatic = new.get(DEFAULTS, ())
    return bool(rule) and all(
        name in new and name not in automatic and new[name] is not UNKNOWN and old.get(name) == new[name]
        for name in rule
    )
