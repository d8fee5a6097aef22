"""Create, read, update and delete of any declared type: the steps around AWS's operations that are the same for all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slipway.sandbox.provider import reconciling, regular
from slipway.sandbox.provider.declaration import Change, Properties, ResourceType
from slipway.sandbox.provider.problems import Gone, HalfMade, Problem, code_of, from_client_error
from slipway.sandbox.provider.scope import Scope
from slipway.sandbox.provider.wire import UNKNOWN

INTERNAL = "__defaults"


@dataclass(frozen=True, kw_only=True)
class State:
    """A resource as the engine keeps it; `reasons` says why it is half made, if it is."""

    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    reasons: tuple[str, ...] = ()


def plain(inputs: Properties) -> dict[str, Any]:
    """Inputs without what only Check and Diff use."""
    return {name: value for name, value in inputs.items() if name != INTERNAL}


def previewed(kind: ResourceType, inputs: Properties) -> dict[str, Any]:
    """The outputs of a create that was not done: inputs, and the unknown for what AWS decides."""
    known = plain(inputs)
    unknown = (kind.facts.outputs | kind.computed) - known.keys()
    return {**dict.fromkeys(sorted(unknown | {"id"}), UNKNOWN), **known}


def create(kind: ResourceType, scope: Scope, inputs: Properties) -> State:
    """Make a resource and wait until it serves; what fails after AWS has made it leaves a half-made state, not a leak."""
    with _aws_errors(kind):
        made = regular.create(kind, scope, inputs)
    reasons: list[str] = []
    try:
        with _aws_errors(kind):
            if kind.finish:
                kind.finish(scope, made.id, inputs)
            if kind.ready:
                kind.ready(scope, made.id)
    except HalfMade as error:
        reasons = error.reasons
    except Problem as error:
        reasons = [error.text]
    return State(
        id=made.id,
        inputs=dict(inputs),
        outputs=_outputs(kind, scope, made.id, inputs, made.answer, reasons),
        reasons=tuple(reasons),
    )


def read(kind: ResourceType, scope: Scope, resource_id: str, inputs: Properties) -> State | None:
    """What AWS has of a resource, as inputs and outputs; None when it is gone. Without inputs this is an import."""
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
    with _aws_errors(kind):
        regular.update(kind, scope, change, state)
    try:
        with _aws_errors(kind):
            if kind.ready:
                kind.ready(scope, change.id)
    except HalfMade as error:
        reasons = error.reasons
    outputs = _outputs(kind, scope, change.id, change.news, {}, reasons)
    return State(
        id=change.id, inputs=dict(change.news), outputs={**_kept(kind, state), **outputs}, reasons=tuple(reasons)
    )


def delete(kind: ResourceType, scope: Scope, resource_id: str, inputs: Properties) -> None:
    """Remove a resource; one that is gone already is fine, by the exact codes that mean it."""
    try:
        with _aws_errors(kind, scope, resource_id):
            regular.delete(kind, scope, resource_id, inputs)
            if kind.settled:
                kind.settled(scope, resource_id)
    except Gone:
        return


def _kept(kind: ResourceType, state: Properties) -> dict[str, Any]:
    """Computed outputs that an update does not change."""
    return {name: value for name, value in state.items() if name in kind.facts.outputs | kind.computed}


def _seen(kind: ResourceType, scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    with _aws_errors(kind, scope, resource_id):
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
    with _aws_errors(kind):
        found = regular.outputs(kind, scope, resource_id, inputs, answer)
    if any(value is None for value in found.values()) or kind.computed - inputs.keys():
        try:
            found = _seen(kind, scope, resource_id, inputs)
        except Gone:
            reasons.append(f"{resource_id} was not found right after it was made")
        except Problem as error:
            reasons.append(error.text)
    return _assembled(kind, scope, resource_id, inputs, found)


def _assembled(
    kind: ResourceType, scope: Scope, resource_id: str, inputs: Properties, seen: Properties
) -> dict[str, Any]:
    """All inputs, plus the computed outputs that the SDK declares."""
    result = plain(inputs)
    for name in (kind.facts.outputs | kind.computed) - {"tagsAll"}:
        if seen.get(name) is not None:
            result.setdefault(name, seen[name])
    if not kind.global_service and "region" in kind.facts.inputs:
        result["region"] = scope.region
    return {**result, "id": resource_id}


class _aws_errors:  # noqa: N801  reads as what it is: `with _aws_errors(kind):`
    """Turns botocore's errors into Problems and, for what is looked for under an id, the type's not-found codes into Gone."""

    def __init__(self, kind: ResourceType, scope: Scope | None = None, looked_for: str | None = None) -> None:
        self._kind, self._scope, self._looked_for = kind, scope, looked_for

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: Any, error: BaseException | None, _trace: Any) -> None:
        if error is None or isinstance(error, Problem | HalfMade | Gone):
            return
        if hasattr(error, "response") and hasattr(error, "operation_name"):
            if self._means_gone(code_of(error)):
                raise Gone from error
            raise from_client_error(error, self._kind.token) from error
        _raise_for_botocore(error, self._kind.token)

    def _means_gone(self, code: str) -> bool:
        if self._looked_for is None or self._scope is None:
            return False
        if code in self._kind.gone:
            return True
        doubtful = self._kind.doubtful
        return doubtful is not None and code in doubtful.codes and not doubtful.exists(self._scope, self._looked_for)


def _raise_for_botocore(error: BaseException, token: str) -> None:
    import grpc  # noqa: PLC0415
    from botocore.exceptions import BotoCoreError, ParamValidationError  # noqa: PLC0415

    if isinstance(error, ParamValidationError):
        raise Problem(grpc.StatusCode.INVALID_ARGUMENT, f"{token}: {error}") from error
    if isinstance(error, BotoCoreError):
        raise Problem(grpc.StatusCode.UNAVAILABLE, f"{token}: {error}") from error
