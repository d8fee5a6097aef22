"""What is deleted at the end of an operation: what was replaced, and what the program did not register."""

from collections.abc import Generator

from slipway.engine import urn as urns
from slipway.engine.planning import refusals
from slipway.engine.planning.planner import Planner, Planning, kept_as_it_is
from slipway.engine.planning.questions import Answer, Question
from slipway.engine.planning.replacing import dragged_along, replaced_with
from slipway.engine.planning.steps import Op, Step, deletion
from slipway.engine.state.resource import ResourceState

_SUCCEEDED = (Op.DELETE_REPLACED, Op.DISCARD_REPLACED)
"""Deletions after which there is still something of that URN."""


def plan_deletions(planner: Planner) -> Planning:
    """Return the deletions that end an operation, in reverse order of the state."""
    selected = yield from _selected(planner)
    spared = planner.graph.needed_by(planner.failed) if planner.failed else set()
    doomed: list[tuple[ResourceState, Op]] = []
    for resource in reversed(planner.base.resources):
        op = _deletion_op(planner, resource)
        if op is None or id(resource) in planner.gone_early:
            continue
        if (selected is None or resource.urn in selected) and resource.urn not in spared:
            doomed.append((resource, op))
    if selected is not None:
        doomed = _without_used_providers(planner, doomed)
    if planner.targets and not planner.options.target_dependents:
        unasked = [resource.urn for resource, _ in doomed if resource.urn not in planner.targets]
        planner.errors += [refusals.untargeted_deletion(urn) for urn in dict.fromkeys(reversed(unasked))]
    gone = {resource.urn for resource, _ in doomed}
    steps = []
    for resource, op in doomed:
        with_other = bool(resource.deleted_with) and (
            resource.deleted_with in gone or resource.deleted_with in planner.replaced
        )
        step = deletion(resource, op, call_provider=not resource.retain_on_delete and not with_other)
        successor = planner.registered.get(resource.urn)
        if successor is not None and successor.old is resource and resource.urn in planner.found_as:
            # its place in the state was renamed together with its successor; what exists has the old name
            step.urn = planner.found_as[resource.urn]
        steps.append(step)
    return steps


def plan_kept(planner: Planner, deletions: list[Step]) -> list[Step]:
    """Return the steps that say which resources a selective operation keeps without having heard of them."""
    if not (planner.targets or planner.excludes or planner.options.exclude_protected):
        return []
    gone = {id(step.old) for step in deletions}
    return [
        kept_as_it_is(resource)
        for resource in planner.base.resources
        if id(resource) not in gone and not resource.delete and not _operated_on(planner, resource)
    ]


def _operated_on(planner: Planner, resource: ResourceState) -> bool:
    urn = planner.aliased.get(resource.urn, resource.urn)
    return urn in planner.registered or urn in planner.seen


def _deletion_op(planner: Planner, resource: ResourceState) -> Op | None:
    urn = planner.aliased.get(resource.urn, resource.urn)
    if resource.delete:
        return Op.DISCARD_REPLACED if resource.external else Op.DELETE_REPLACED
    if urn in planner.condemned and urn not in planner.registered:
        return Op.REMOVE_PENDING_REPLACE
    if urn in planner.registered:
        step = planner.registered[urn]
        replaced = step.pending_delete and step.old is resource and urn not in planner.failed | planner.skipped
        return (Op.DISCARD_REPLACED if resource.external else Op.DELETE_REPLACED) if replaced else None
    if urn in planner.seen:
        return None  # its registration was refused
    if resource.pending_replacement:
        return Op.REMOVE_PENDING_REPLACE
    return Op.DISCARD if resource.external else Op.DELETE


def _selected(planner: Planner) -> Generator[Question, Answer, set[str] | None]:
    """Return the URNs that may be deleted; None where the operation is about everything."""
    options = planner.options
    if options.exclude_protected or planner.excludes:
        return {resource.urn for resource in planner.base.resources} - _kept(planner)
    if not planner.targets:
        return None
    chosen: set[str] = set()
    closure: set[str] = set()
    waiting = [resource for resource in planner.base.resources if resource.urn in planner.targets]
    while waiting:
        resource = waiting.pop(0)
        if resource.urn not in closure:
            closure.add(resource.urn)
            waiting += planner.graph.dependents(resource, children=True, without=closure)
    # What is deleted drags along what a replacement would: the real engine asks for each of them, needed or not.
    for resource in planner.base.resources:
        if resource.urn in closure:
            dragged = [*(yield from dragged_along(planner, resource)), *replaced_with(planner, resource.urn)]
            chosen |= {resource.urn, *(other.urn for other, _ in dragged)}
    return chosen


def _kept(planner: Planner) -> set[str]:
    """Return the URNs of what is to stay, with all that it needs, and with what needs it where that is asked for."""
    options = planner.options
    named = [
        resource
        for resource in planner.base.resources
        if resource.urn in planner.excludes or (options.exclude_protected and resource.protect)
    ]
    kept = {resource.urn for resource in named}
    if options.exclude_dependents:
        for resource in named:
            kept |= {other.urn for other in planner.graph.dependents(resource, children=True)}
    return planner.graph.needed_by(kept) if kept else set()


def _without_used_providers(planner: Planner, doomed: list[tuple[ResourceState, Op]]) -> list[tuple[ResourceState, Op]]:
    """Leave out replaced providers that serve what stays because it is no target: it could not be reached any more."""
    going = {id(resource) for resource, _ in doomed}
    staying = [item for item in planner.base.resources if id(item) not in going and item.urn not in planner.registered]
    staying += [step.state for step in planner.registered.values() if not step.skipped_create]
    used = {item.provider for item in staying}
    return [item for item in doomed if urns.reference(item[0].urn, item[0].id) not in used]
