"""`--diff`: what a step changes, property by property."""

import json
import re
from typing import Any

from slipway.engine.display.words import PLANNED, SIGNS

_KEY = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.\[]+)')
_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_MISSING = object()


def step_lines(metadata: dict[str, Any]) -> list[str]:
    """Return the lines of one step."""
    op = metadata["op"]
    sign = SIGNS.get(op, "  ").strip() or " "
    lines = [f"{sign} {metadata['type']}: ({PLANNED.get(op, op)})"]
    old, new = metadata.get("old") or {}, metadata.get("new") or {}
    if (old.get("id") or new.get("id")) and op != "create":
        lines.append(f"    [id={old.get('id') or new.get('id')}]")
    lines.append(f"    [urn={metadata['urn']}]")
    if metadata.get("provider"):
        lines.append(f"    [provider={metadata['provider']}]")
    detailed = metadata.get("detailedDiff") or {}
    if detailed:
        for path, entry in sorted(detailed.items()):
            # A difference that shows in the inputs only would be misread against the outputs.
            side = old.get("inputs" if entry.get("inputDiff") else "outputs") or old.get("inputs") or {}
            lines.append("    " + _change(path, entry.get("diffKind", "update"), side, new.get("inputs") or {}))
    elif op in ("create", "create-replacement", "import"):
        lines += [f"    {key}: {show(value)}" for key, value in sorted(_visible(new.get("inputs")))]
    else:
        lines += [f"  ~ {key}" for key in metadata.get("diffs") or []]
    return lines


def _visible(inputs: dict[str, Any] | None) -> list[tuple[str, Any]]:
    return [(key, value) for key, value in (inputs or {}).items() if not key.startswith("__")]


def _change(path: str, kind: str, old: Any, new: Any) -> str:
    sign = "+" if kind.startswith("add") else "-" if kind.startswith("delete") else "~"
    note = " (replaces)" if kind.endswith("replace") else ""
    before, after = show(_at(old, path)), show(_at(new, path))
    if sign == "+":
        return f"{sign} {path}: {after}{note}"
    return f"{sign} {path}: {before}{note}" if sign == "-" else f"{sign} {path}: {before} => {after}{note}"


def _at(value: Any, path: str) -> Any:
    for quoted, index, word in _KEY.findall(path):
        if index and isinstance(value, list) and int(index) < len(value):
            value = value[int(index)]
        elif isinstance(value, dict) and (quoted or word) in value:
            value = value[quoted or word]
        else:
            return _MISSING
    return value


def show(value: Any) -> str:
    """Write a value on one line."""
    if value is _MISSING or (isinstance(value, str) and value.startswith(_UNKNOWN)):
        return "[unknown]"
    if isinstance(value, dict):
        if _SIGNATURE in value and value.keys() & {"ciphertext", "plaintext"}:
            return str(value.get("plaintext") or "[secret]")
        return "{" + ", ".join(f"{key}: {show(item)}" for key, item in sorted(value.items())) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(show, value)) + "]"
    whole = isinstance(value, float) and value.is_integer()
    return json.dumps(int(value) if whole else value, ensure_ascii=False)
