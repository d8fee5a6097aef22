"""What happens to a resource when a plan is applied: in place, made anew before or after the old one is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.preview.data import HOLDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slipway.preview.plan import Step

_ENDPOINT = "aws:sagemaker/endpoint:Endpoint"


def effect(step: Step) -> str:
    """Return it in a few words of ours; nothing in it is anybody's name."""
    if step.failed:
        return "failed"
    if refused(step):
        return "refused: nothing happens to it"
    known = _EFFECTS.get(step.operation)
    return "not known here" if known is None else known(step)


def refused(step: Step) -> bool:
    """Tell whether the engine refuses a step because its resource is protected."""
    protected = step.old is not None and step.old.protect
    return protected and (step.operation == "delete" or (step.operation == "replace" and step.state.protect))


def _update(step: Step) -> str:
    if step.type == _ENDPOINT and any(change.path.startswith("endpointConfigName") for change in step.changes):
        return "in place: SageMaker starts new instances, then shifts traffic; no downtime"
    return "in place"


def _replace(step: Step) -> str:
    old = step.old
    stays = ", the old one stays in AWS" if old is not None and old.retain else ""
    empty = "; the new one is empty" if step.type in HOLDS else ""
    if step.order == "delete first":
        return f"deleted first: gone until the new one is made{stays}{empty}"
    return f"new one made{stays or ', then the old one deleted'}{empty or '; no downtime'}"


def _delete(step: Step) -> str:
    retained = step.old is not None and step.old.retain
    return "leaves the stack, stays in AWS" if retained else "deleted"


_EFFECTS: Mapping[str, Callable[[Step], str]] = {
    "create": lambda _: "created",
    "update": _update,
    "replace": _replace,
    "delete": _delete,
    "import": lambda _: "taken into the stack as it is",
    "same": lambda _: "nothing at AWS",
}
