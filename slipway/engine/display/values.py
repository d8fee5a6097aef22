"""Property values of events as people read them."""

import json
from typing import Any

from slipway.engine.codec import ARCHIVE, ASSET, RESOURCE, SECRET, SIGNATURE
from slipway.engine.display.neutral import ELLIPSIS, name_of

MISSING = object()
SECRET_TEXT = "[secret]"  # noqa: S105 - what stands for one
LONGEST = 240
"""Characters of a text that are shown, unless everything is asked for."""
_KEPT = 60  # of these at its end
_SHORT_HASH = 7
DEEPEST = 40
"""Levels of objects, lists and documents that are shown."""
# The SDKs have one marker a type; which is which stands in every SDK's rpc module.
_UNKNOWN = {
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9": "string",
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7": "bool",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421": "number",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2": "array",
    "030794c1-ac77-496b-92df-f27374a8bd58": "asset",
    "e48ece36-62e2-4504-bad9-02848725956a": "archive",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff": "object",
}


def is_unknown(value: Any) -> bool:
    """Say whether a value is known only after the update."""
    return isinstance(value, str) and value in _UNKNOWN


def is_marked(value: Any) -> bool:
    """Say whether an object stands for something else: a secret, an asset, a resource."""
    return isinstance(value, dict) and SIGNATURE in value


def opened(value: Any) -> Any:
    """Return what is in a secret that may be shown (`--show-secrets`), any other value as it is."""
    if isinstance(value, dict) and value.get(SIGNATURE) == SECRET and isinstance(value.get("plaintext"), str):
        try:
            return json.loads(value["plaintext"])
        except ValueError:
            return value["plaintext"]
    return value


def document_in(value: Any) -> Any:
    """Return the JSON object or list that a text holds, else None."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
        return None
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict | list) else None


def show(value: Any, *, full: bool = False, depth: int = DEEPEST) -> str:
    """Write a value on one line, `depth` levels of it."""
    value = opened(value)
    if depth <= 0 and isinstance(value, dict | list) and not is_marked(value):
        return ELLIPSIS
    if isinstance(value, dict):
        if SIGNATURE in value:
            return _marked(value)
        inner = ", ".join(
            f"{name_of(str(key))}: {show(value[key], full=full, depth=depth - 1)}" for key in sorted(value, key=str)
        )
        return "{" + inner + "}"
    if isinstance(value, list):
        return "[" + ", ".join(show(item, full=full, depth=depth - 1) for item in value) + "]"
    return "(none)" if value is MISSING else _scalar(value, full=full)


def _scalar(value: Any, *, full: bool) -> str:
    if isinstance(value, str):
        return f"output<{_UNKNOWN[value]}>" if value in _UNKNOWN else quoted(value, full=full)
    whole = isinstance(value, float) and value.is_integer()
    return json.dumps(int(value) if whole else value)


def quoted(text: str, *, full: bool = False) -> str:
    """Write a text in quotes, its middle left out when it is long."""
    if full or len(text) <= LONGEST:
        return name_of(json.dumps(text, ensure_ascii=False))
    head, tail = text[: LONGEST - _KEPT], text[-_KEPT:]
    left_out = f"{ELLIPSIS}({len(text) - LONGEST:,} characters){ELLIPSIS}"
    return name_of(json.dumps(head + left_out + tail, ensure_ascii=False))


def _marked(value: dict[str, Any]) -> str:
    signature = value[SIGNATURE]
    if signature in (ASSET, ARCHIVE):
        return asset(value)
    if signature == RESOURCE:
        return name_of(str(value.get("urn")))
    return SECRET_TEXT  # what nobody knows is not shown either


def asset(value: dict[str, Any], before: dict[str, Any] | None = None) -> str:
    """Write an asset or archive as kind, hash and where it comes from: `asset(file:1a2b3c4) { model.tar.gz }`."""
    word = "asset" if value[SIGNATURE] == ASSET else "archive"
    kind = next((kind for kind in ("path", "text", "uri", "assets") if value.get(kind) is not None), "")
    named = {"path": "file", "assets": "files"}.get(kind, kind or "none")
    digest = _short(value) if before is None else f"{_short(before)} -> {_short(value)}"
    where = value.get(kind) if kind in ("path", "uri") else None
    source = " { " + name_of(str(where)) + " }" if where is not None else ""
    return f"{word}({named}:{digest}){source}"


def _short(value: dict[str, Any]) -> str:
    return name_of(str(value.get("hash") or "?"))[:_SHORT_HASH]
