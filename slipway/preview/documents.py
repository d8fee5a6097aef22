"""Changes inside JSON texts (policies, dashboards, patterns), property by property instead of two long texts."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from slipway.preview.paths import differences, written
from slipway.preview.values import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.preview.plan import Change

_MOST = 50


def told(change: Change) -> Iterator[Change]:
    """Return a change as it is, or, where both sides are JSON documents, what differs inside them."""
    old, new = _document(change.old), _document(change.new)
    if old is None or new is None:
        yield change
        return
    for number, (keys, was, now) in enumerate(differences(old, new)):
        if number == _MOST:
            yield replace(change, path=f"{change.path}: more", old=ABSENT, new=ABSENT)
            return
        inside = written(keys)
        yield replace(change, path=f"{change.path}: {inside}" if inside else change.path, old=was, new=now)


def _document(value: Any) -> Any:
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None
