"""The description of a step in events."""

from typing import Any

from slipway.engine.codec.state import masked, revealed
from slipway.engine.planning.steps import Op, Step
from slipway.engine.state.resource import ResourceState


def step_metadata(step: Step, op: Op, *, show_secrets: bool) -> dict[str, Any]:
    """Return the `metadata` of a step's event."""
    new = None if step.result_op is Op.DELETE else step.new
    body: dict[str, Any] = {
        "op": str(op),
        "urn": step.urn,
        "type": step.type,
        "old": _state(step.old, show_secrets=show_secrets),
        "new": _state(new, show_secrets=show_secrets),
    }
    if step.keys:
        body["keys"] = list(step.keys)
    if step.diffs:
        body["diffs"] = list(step.diffs)
    detailed = step.detailed
    body["detailedDiff"] = (
        detailed
        if detailed is None
        else {path: {"diffKind": item.kind, "inputDiff": item.input_diff} for path, item in detailed.items()}
    )
    if step.logical:
        body["logical"] = True
    body["provider"] = step.state.provider
    return body


def _state(state: ResourceState | None, *, show_secrets: bool) -> dict[str, Any] | None:
    if state is None:
        return None
    encode = revealed if show_secrets else masked
    body: dict[str, Any] = {"type": state.type, "urn": state.urn}
    for name, value in (("custom", state.custom), ("delete", state.delete), ("external", state.external)):
        if value:
            body[name] = True
    body |= {"id": state.id, "parent": state.parent}
    if state.protect:
        body["protect"] = True
    if state.retain_on_delete:
        body["retainOnDelete"] = True
    body |= {"inputs": encode(state.inputs), "outputs": encode(state.outputs), "provider": state.provider}
    if state.init_errors:
        body["initErrors"] = list(state.init_errors)
    return body
