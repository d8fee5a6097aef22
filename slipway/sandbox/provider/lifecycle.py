"""Create, read, update and delete of any declared type: the steps around AWS's operations that are the same for all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slipway.sandbox.provider import reconciling, regular
from slipway.sandbox.provider.aws_errors import aws_errors
from slipway.sandbox.provider.declaration import Change, Properties, ResourceType
from slipway.sandbox.provider.problems import Gone, HalfMade, Problem
from slipway.sandbox.provider.scope import Scope
from slipway.sandbox.provider.wire import UNKNOWN

INTERNAL = "__defaults"
PROPAGATION_SECONDS = 20.0


@dataclass(frozen=True, kw_only=True)
class State:
    """A resource as the engine keeps it; `reasons` says why it is half made, if it is."""

    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    reasons: tuple[str, ...] = ()


def plain(inputs: Properties) -> dict[str, Any]:
    """Give inputs without what only Check and Diff use."""
    return {name: value for name, value in inputs.items() if name != INTERNAL}


def previewed(kind: ResourceType, inputs: Properties) -> dict[str, Any]:
    """Give the outputs of a create that was not done: inputs, and the unknown for what AWS decides."""
    known = plain(inputs)
    unknown = (kind.facts.outputs | kind.computed) - known.keys()
    return {**dict.fromkeys(sorted(unknown | {"id"}), UNKNOWN), **known}


def create(kind: ResourceType, scope: Scope, inputs: Properties) -> State:
    """Make a resource and wait until it serves.

    What fails after AWS has made it leaves a half-made state, not a leak.
    """
    with aws_errors(kind):
        made = regular.create(kind, scope, inputs)
    reasons: list[str] = []
    try:
        with aws_errors(kind):
            if kind.finish:
                kind.finish(scope, made.id, inputs)
    except HalfMade as error:
        reasons = error.reasons
    except Problem as error:
        reasons = [error.text]
    if not reasons and kind.ready:
        reasons = _unready(kind, scope, made.id)
    return State(
        id=made.id,
        inputs=dict(inputs),
        outputs=_outputs(kind, scope, made.id, inputs, made.answer, reasons),
        reasons=tuple(reasons),
    )


def _unready(kind: ResourceType, scope: Scope, resource_id: str) -> list[str]:
    """Wait for what AWS has accepted; say why it does not serve."""
    try:
        with aws_errors(kind):
            if kind.ready:
                kind.ready(scope, resource_id)
    except HalfMade as error:
        return error.reasons
    except Problem as error:
        return [error.text]
    return []


def read(kind: ResourceType, scope: Scope, resource_id: str, inputs: Properties) -> State | None:
    """Say what AWS has of a resource, as inputs and outputs; None when it is gone. Without inputs this is an import."""
    try:
        seen = _seen(kind, scope, resource_id, inputs)
    except Gone:
        return None
    if inputs:
        found = reconciling.refreshed(kind, inputs, seen, scope.default_tags)
    else:
        found = reconciling.imported(kind, seen, scope.default_tags)
    own_id = str(seen.get("id", resource_id))
    return State(id=own_id, inputs=found, outputs=_assembled(kind, scope, own_id, found, seen))


def update(kind: ResourceType, scope: Scope, change: Change, state: Properties) -> State:
    """Change a resource in place and wait until it serves again."""
    reasons: list[str] = []
    try:
        with aws_errors(kind):
            regular.update(kind, scope, change, state)
    except HalfMade as error:
        reasons = error.reasons
    if not reasons and kind.ready:
        reasons = _unready(kind, scope, change.id)
    outputs = _outputs(kind, scope, change.id, change.news, {}, reasons)
    return State(
        id=change.id, inputs=dict(change.news), outputs={**_kept(kind, state), **outputs}, reasons=tuple(reasons)
    )


def delete(kind: ResourceType, scope: Scope, resource_id: str, inputs: Properties) -> None:
    """Remove a resource; one that is gone already is fine, by the exact codes that mean it."""
    try:
        with aws_errors(kind, scope, resource_id):
            regular.delete(kind, scope, resource_id, inputs)
            if kind.settled:
                kind.settled(scope, resource_id)
    except Gone:
        return


def _kept(kind: ResourceType, state: Properties) -> dict[str, Any]:
    """Give computed outputs that an update does not change."""
    return {name: value for name, value in state.items() if name in kind.facts.outputs | kind.computed}


def _seen(kind: ResourceType, scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    with aws_errors(kind, scope, resource_id):
        return regular.read(kind, scope, resource_id, known)


def _outputs(
    kind: ResourceType,
    scope: Scope,
    resource_id: str,
    inputs: Properties,
    answer: Mapping[str, Any],
    reasons: list[str],
) -> dict[str, Any]:
    """All outputs, from the answer in hand where it says them all, else from a read."""
    found: dict[str, Any] = {}
    try:
        with aws_errors(kind):
            found = regular.outputs(kind, scope, resource_id, inputs, answer)
    except Problem as error:  # what AWS has made goes into the state, whatever can't be told of it
        reasons.append(error.text)
        return _assembled(kind, scope, resource_id, inputs, found)
    if any(value is None for value in found.values()) or kind.computed - inputs.keys() or kind.observed:
        seen: list[dict[str, Any]] = []

        def look() -> str | None:
            try:
                seen.append(_seen(kind, scope, resource_id, inputs))
            except Gone:
                return "not found yet"
            return None

        try:
            # AWS may not know everywhere yet what it has just made
            scope.until(look, what=resource_id, limit_seconds=PROPAGATION_SECONDS)
            found = seen[0]
        except Problem as error:
            reasons.append(error.text)
    return _assembled(kind, scope, resource_id, inputs, found)


def _assembled(
    kind: ResourceType, scope: Scope, resource_id: str, inputs: Properties, seen: Properties
) -> dict[str, Any]:
    """All inputs, those that are observed as AWS has them, plus the computed outputs that the SDK declares."""
    result = plain(inputs)
    result.update({name: seen[name] for name in kind.observed if seen.get(name) is not None})
    for name in (kind.facts.outputs | kind.computed) - {"tagsAll"}:
        if seen.get(name) is not None:
            result.setdefault(name, seen[name])
    if not kind.global_service and "region" in kind.facts.inputs:
        result["region"] = scope.region
    return {**result, "id": resource_id}
