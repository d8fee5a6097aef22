"""What is deleted at the end of an operation: what was replaced, and what the program did not register."""

from slipway.engine import urn as urns
from slipway.engine.planning.planner import Planner, kept_as_it_is
from slipway.engine.planning.questions import PlanError
from slipway.engine.planning.steps import Op, Step, deletion
from slipway.engine.planning.targets import always_included
from slipway.engine.state.resource import ResourceState

_SUCCEEDED = (Op.DELETE_REPLACED, Op.DISCARD_REPLACED)
"""Deletions after which there is still something of that URN."""


def plan_deletions(planner: Planner) -> list[Step]:
    """Return the deletions that end an operation, in reverse order of the state."""
    doomed: list[tuple[ResourceState, Op]] = []
    for resource in reversed(planner.base.resources):
        op = _deletion_op(planner, resource)
        if op is not None and id(resource) not in planner.gone_early:
            doomed.append((resource, op))
    doomed = _selected(planner, doomed)
    gone = {resource.urn for resource, _ in doomed}
    steps = []
    for resource, op in doomed:
        with_other = bool(resource.deleted_with) and (
            resource.deleted_with in gone or resource.deleted_with in planner.replaced
        )
        step = deletion(resource, op, call_provider=not resource.retain_on_delete and not with_other)
        successor = planner.registered.get(resource.urn)
        if successor is not None and successor.old is resource and resource.urn in planner.former:
            # its place in the state was renamed together with its successor; what exists has the old name
            step.urn = planner.former[resource.urn]
        steps.append(step)
    return steps


def plan_kept(planner: Planner, deletions: list[Step]) -> list[Step]:
    """Return the steps that say which resources a selective destroy keeps."""
    if not (planner.targets or planner.excludes or planner.options.exclude_protected):
        return []
    gone = {id(step.old) for step in deletions}
    return [
        kept_as_it_is(resource, resource.urn)
        for resource in planner.base.resources
        if id(resource) not in gone and not resource.delete
    ]


def _deletion_op(planner: Planner, resource: ResourceState) -> Op | None:
    urn = planner.aliased.get(resource.urn, resource.urn)
    if resource.delete:
        return Op.DISCARD_REPLACED if resource.external else Op.DELETE_REPLACED
    if urn in planner.condemned and urn not in planner.registered:
        return Op.REMOVE_PENDING_REPLACE
    if urn in planner.registered:
        step = planner.registered[urn]
        replaced = step.pending_delete and step.old is resource
        return (Op.DISCARD_REPLACED if resource.external else Op.DELETE_REPLACED) if replaced else None
    if urn in planner.seen:
        return None  # its registration was refused
    if resource.pending_replacement:
        return Op.REMOVE_PENDING_REPLACE
    return Op.DISCARD if resource.external else Op.DELETE


def _selected(planner: Planner, doomed: list[tuple[ResourceState, Op]]) -> list[tuple[ResourceState, Op]]:
    """Leave out what the operation is not about; refuse where something else would have to go as well."""
    options = planner.options
    if options.exclude_protected or planner.excludes:
        kept = {
            resource.urn
            for resource, _ in doomed
            if resource.urn in planner.excludes or (options.exclude_protected and resource.protect)
        }
        kept |= {step.old.urn for step in planner.registered.values() if step.untouched and step.old is not None}
        needed = planner.graph.needed_by(kept) if kept else set()
        return _without_used_providers(planner, [item for item in doomed if not _stays(*item, needed)])
    if not planner.targets:
        return doomed
    chosen = {resource.urn for resource, op in doomed if resource.urn in planner.targets or op is Op.DELETE_REPLACED}
    for resource, op in list(doomed):
        if resource.urn not in chosen or op in _SUCCEEDED:
            continue
        for dependent in planner.graph.dependents(resource, children=True):
            if dependent.urn in chosen or dependent.urn in planner.registered:
                continue
            if options.target_dependents:
                chosen.add(dependent.urn)
            else:
                planner.errors.append(_not_named(dependent.urn))
    # what is registered and no target stays as it was, with all that it needed
    gone = {resource.urn for resource, op in doomed if resource.urn in chosen and op not in _SUCCEEDED}
    for urn, step in planner.registered.items():
        if step.untouched and not gone.isdisjoint(step.state.needs()):
            planner.errors.append(_not_named(urn))
    selected = [item for item in doomed if item[0].urn in chosen and not always_included(item[0].urn)]
    return _without_used_providers(planner, selected)


def _stays(resource: ResourceState, op: Op, needed: set[str]) -> bool:
    return resource.urn in needed and op not in _SUCCEEDED


def _not_named(urn: str) -> PlanError:
    return PlanError(
        f"Resource '{urn}' will be destroyed but was not specified in --target list.\n"
        "Either include resource in --target list or pass --target-dependents to proceed.",
        urn,
    )


def _without_used_providers(planner: Planner, doomed: list[tuple[ResourceState, Op]]) -> list[tuple[ResourceState, Op]]:
    """Leave out replaced providers that serve what stays because it is no target: it could not be reached any more."""
    going = {id(resource) for resource, _ in doomed}
    staying = [item for item in planner.base.resources if id(item) not in going and item.urn not in planner.registered]
    staying += [step.state for step in planner.registered.values() if not step.skipped_create]
    used = {item.provider for item in staying}
    return [item for item in doomed if urns.reference(item[0].urn, item[0].id) not in used]
