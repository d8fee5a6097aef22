"""`--diff`: what a step changes, property by property."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from slipway.engine.codec import ARCHIVE, ASSET, SIGNATURE
from slipway.engine.codec.paths import WILDCARD, parse
from slipway.engine.display.difference import Change, at_paths, compare
from slipway.engine.display.neutral import name_of
from slipway.engine.display.paint import GREEN, RED, YELLOW, Paint
from slipway.engine.display.values import DEEPEST, MISSING, asset, document_in, is_marked, is_unknown, opened, show
from slipway.engine.display.words import PLANNED, SIGNS, name_and_type

_CREATES = ("create", "create-replacement", "import", "import-replacement", "read", "read-replacement")
_DELETES = ("delete", "delete-replaced")
_COLORS = {"+": GREEN, "-": RED, "~": YELLOW}
Metadata = Mapping[str, Any]


class Details:
    """Writes steps with what they change."""

    def __init__(self, paint: Paint, *, full: bool = False) -> None:
        self._paint = paint
        self._full = full

    def step(self, metadata: Metadata, *, word: str | None = None) -> list[str]:
        """Return the lines of one step; `word` says what happens, by default what is planned."""
        op = str(metadata["op"])
        kind, name = name_and_type(str(metadata["urn"]))
        sign = SIGNS.get(op, "  ").strip() or " "
        head = f"{sign} {kind} {name}: ({word or PLANNED.get(op, op)})"
        old, new = metadata.get("old") or {}, metadata.get("new") or {}
        lines = [self._paint.op(head, op)]
        if (old.get("id") or new.get("id")) and op not in ("create", "create-replacement"):
            lines.append(f"    [id={name_of(str(old.get('id') or new.get('id')))}]")
        lines.append(f"    [urn={name_of(str(metadata['urn']))}]")
        if metadata.get("provider"):
            urn, _, id_ = str(metadata["provider"]).rpartition("::")
            lines.append(f"    [provider={name_of(urn)}::{show(id_) if is_unknown(id_) else name_of(id_)}]")
        if op in _CREATES:
            return lines + list(self._properties(_visible(new.get("inputs")), 4))
        if op in _DELETES:
            return lines + list(self._properties(_visible(old.get("inputs")), 4))
        for change in changes_of(metadata):
            lines += self.change(change, 2)
        return lines

    def _properties(self, values: Mapping[str, Any], indent: int) -> Iterator[str]:
        width = max((len(name_of(key)) for key in values), default=0)
        for key, value in sorted(values.items()):
            yield from self._value(name_of(key).ljust(width) + ": ", value, indent, DEEPEST)

    def _value(self, label: str, value: Any, indent: int, depth: int) -> Iterator[str]:
        """Give a value over as many lines as its structure has."""
        value = opened(value)
        inner, note = document_in(value), "(json) "
        if inner is None:
            inner, note = value, ""
        space = " " * indent
        if not inner or depth <= 0 or not isinstance(inner, dict | list) or is_marked(inner):
            yield f"{space}{label}{show(value, full=self._full)}"
            return
        entries = (
            [(f"{name_of(str(key))}: ", inner[key]) for key in sorted(inner, key=str)]
            if isinstance(inner, dict)
            else [(f"[{n}]: ", item) for n, item in enumerate(inner)]
        )
        opening, closing = ("{", "}") if isinstance(inner, dict) else ("[", "]")
        yield f"{space}{label}{note}{opening}"
        for name, item in entries:
            yield from self._value(name, item, indent + 4, depth - 1)
        yield f"{space}{closing}"

    def change(self, change: Change, indent: int) -> Iterator[str]:
        """Give the lines of a difference, its sign `indent` cells from the left."""
        label = name_of(change.label)
        tail = " (forces replacement)" if change.replaces else ""
        note = f"({change.note}) " if change.note else ""
        color = _COLORS[change.sign]
        space = " " * indent
        if change.children:
            opening, closing = change.brackets[0], change.brackets[1]
            yield self._paint(f"{space}{change.sign} {label}: {note}{opening}{tail}", color)
            for child in change.children:
                yield from self.change(child, indent + 4)
            yield f"{space}  {closing}"
        elif change.lines:
            yield self._paint(f"{space}{change.sign} {label}: (text){tail}", color)
            for line in change.lines:
                yield self._paint(f"{space}    {name_of(line)}", _COLORS.get(line[:1], YELLOW))
        elif change.sign == "~":
            yield self._paint(f"{space}~ {label}: {note}{self._both(change)}{tail}", color)
        else:
            value = change.new if change.sign == "+" else change.old
            lines = list(self._value(f"{label}: ", value, indent + 2, DEEPEST))
            yield self._paint(f"{space}{change.sign} {lines[0].lstrip()}{'' if lines[1:] else tail}", color)
            yield from (self._paint(line, color) for line in lines[1:])

    def _both(self, change: Change) -> str:
        old, new = change.old, change.new
        both = [value.get(SIGNATURE) if isinstance(value, dict) else None for value in (old, new)]
        if both[0] == both[1] and both[0] in (ASSET, ARCHIVE):
            return asset(new, old)
        return f"{show(old, full=self._full)} => {show(new, full=self._full)}"


def changes_of(metadata: Metadata) -> list[Change]:
    """Return what differs: where the provider says it does, else between the inputs."""
    old, new = metadata.get("old") or {}, metadata.get("new") or {}
    detailed = metadata.get("detailedDiff") or {}
    if detailed:
        return at_paths([(_path(path), _detail(path, entry, old, new)) for path, entry in detailed.items()])
    read = metadata["op"] == "refresh" or metadata.get("read")
    side = "outputs" if read else "inputs"
    before, after = _visible(old.get(side)), _visible(new.get(side))
    keys = metadata.get("diffs") or sorted(before.keys() | after.keys())
    forcing = set(metadata.get("keys") or ())
    found = [(key, compare(key, before.get(key, MISSING), after.get(key, MISSING))) for key in keys]
    return [replace(change, replaces=key in forcing) for key, change in found if change is not None]


def _visible(values: Mapping[str, Any] | None) -> dict[str, Any]:
    return {key: value for key, value in (values or {}).items() if not key.startswith("__")}


def _path(text: str) -> tuple[str | int, ...]:
    return parse(text) or (text,)


def _detail(path: str, entry: Mapping[str, Any], old: Metadata, new: Metadata) -> Change:
    """Return one difference that the provider named."""
    kind = str(entry.get("diffKind") or entry.get("kind") or "update")
    # A difference that shows in the inputs only would be misread against the outputs.
    sides = (
        [old.get("inputs"), old.get("outputs")] if entry.get("inputDiff") else [old.get("outputs"), old.get("inputs")]
    )
    steps = _path(path)
    before = next((value for value in (_at(side or {}, steps) for side in sides) if value is not MISSING), MISSING)
    after = _at(new.get("inputs") or {}, steps)
    if after is MISSING and not kind.startswith("delete"):
        after = _at(new.get("outputs") or {}, steps)
    sign = "+" if kind.startswith("add") else "-" if kind.startswith("delete") else "~"
    found = compare("", before, after) if sign == "~" else None
    if found is None or found.sign != sign:
        found = Change(sign, "", before, after)
    return replace(found, replaces=kind.endswith("replace"))


def _at(value: Any, steps: tuple[str | int, ...]) -> Any:
    for step in steps:
        value = opened(value)
        if is_marked(value):
            return value
        inside = (isinstance(value, list) and isinstance(step, int) and step < len(value)) or (
            isinstance(value, dict) and step in value and step != WILDCARD
        )
        if not inside:
            return MISSING
        value = value[step]
    return value
