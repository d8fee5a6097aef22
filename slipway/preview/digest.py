"""The digest of a plan: what was reviewed is what is applied when both have the same (docs/preview.md defines it)."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from slipway.preview.paths import differences, leaves, parse, written
from slipway.preview.plan import STACK_TYPE, Plan, State, Step
from slipway.preview.values import ABSENT, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION = 1
"""Of the definition; it stands in front of the digest, so that digests of two definitions are never compared."""

_SUFFIX = re.compile(r"[0-9a-z]{5,26}\Z")
_WORD = re.compile(r"[0-9a-z]+")
_MASKED = "[automatic]"


def digest(plan: Plan) -> str | None:
    """Return `1-` and 64 hexadecimal digits; None for a plan that failed, was cut off or could not be read whole."""
    if plan.outcome != "succeeded" or plan.troubles:
        return None
    text = json.dumps(
        {"version": VERSION, "project": plan.project, "stack": plan.stack, "steps": canonical(plan)},
        sort_keys=True,
        separators=(",", ":"),
    )
    return f"{VERSION}-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def canonical(plan: Plan) -> list[list[Any]]:
    """Return what the digest is over: sorted [URN, operation, [[path, old, new] ...]], names masked."""
    suffixes = {suffix for step in plan.changed if (suffix := _automatic(step))}
    return [
        [step.urn, step.operation, [[path, _masked(old, suffixes), _masked(new, suffixes)] for path, old, new in found]]
        for step in plan.steps
        if step.type != STACK_TYPE and ((found := sorted(_properties(step))) or step.is_change)
    ]


def _properties(step: Step) -> Iterator[tuple[str, Any, Any]]:
    old, new = step.old, step.new
    if new is None:
        return
    if old is None or step.operation in ("create", "import"):
        for keys, value in leaves(dict(new.inputs)):
            yield written(keys), None, plain(value)
        old = State()
    elif step.is_change:
        found = {written(keys): (was, now) for keys, was, now in differences(dict(old.inputs), dict(new.inputs))}
        # what the provider calls a change and the inputs do not show: a difference of outputs
        found |= {
            written(parse(change.path)): (change.old, change.new)
            for change in step.changes
            if not any(path == change.path or path.startswith((f"{change.path}.", f"{change.path}[")) for path in found)
        }
        for path, (was, now) in found.items():
            yield path, None if was is ABSENT else plain(was), None if now is ABSENT else plain(now)
    for option in ("protect", "retain"):
        before, after = getattr(old, option), getattr(new, option)
        if before != after:
            yield f"<{option}>", before, after


def _automatic(step: Step) -> str | None:
    """Return the random end of a name that this plan gives and that the next one of the same program gives anew."""
    if step.new is None or step.operation not in ("create", "replace"):
        return None
    for key in sorted(step.new.automatic):
        value = step.new.inputs.get(key)
        if isinstance(value, str):
            head, dash, tail = value.rpartition("-")
            named = step.name.lower().startswith(head.lower().removeprefix("alias/"))
            if dash and head and named and _SUFFIX.match(tail):
                return tail
    return None


def _masked(value: Any, suffixes: set[str]) -> Any:
    if isinstance(value, str):
        if not suffixes or not any(word in suffixes for word in _WORD.findall(value)):
            return value
        return _WORD.sub(lambda found: _MASKED if found[0] in suffixes else found[0], value)
    if isinstance(value, dict):
        return {_masked(key, suffixes): _masked(item, suffixes) for key, item in value.items()}
    return [_masked(item, suffixes) for item in value] if isinstance(value, list) else value
