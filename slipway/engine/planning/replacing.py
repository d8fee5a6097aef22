"""Replacements: which steps, in which order, and who is dragged along."""

from collections.abc import Generator
from typing import TYPE_CHECKING

from slipway.engine import urn as urns
from slipway.engine.planning.questions import Answer, Diff, Question
from slipway.engine.planning.registration import Registration
from slipway.engine.planning.steps import Op, Step, deletion
from slipway.engine.providers.answers import DiffAnswer
from slipway.engine.state.resource import ResourceState
from slipway.engine.values import UNKNOWN

if TYPE_CHECKING:
    from slipway.engine.planning.planner import Planner


def create_first(goal: Registration, old: ResourceState, new: ResourceState, diff: DiffAnswer) -> list[Step]:
    """Make the new one; the old one is deleted at the end of the operation."""
    return [_part(op, goal, old, new, diff, pending_delete=True) for op in (Op.CREATE_REPLACEMENT, Op.REPLACE)]


def delete_first(
    planner: "Planner", goal: Registration, old: ResourceState, new: ResourceState, diff: DiffAnswer
) -> Generator[Question, Answer, list[Step]]:
    """Delete the old one, and before it all that would have to be replaced with it; then make the new one."""
    dragged = yield from _dragged_along(planner, old)
    steps: list[Step] = []
    for dependent, keys in reversed(dragged):
        if dependent.urn in planner.condemned:
            continue
        now = planner.aliased.get(dependent.urn, dependent.urn)
        if now in planner.seen:
            if dependent.delete:  # its successor is made, and needs what is deleted here no more
                planner.gone_early.add(id(dependent))
                steps.append(deletion(dependent, Op.DELETE_REPLACED, call_provider=not dependent.retain_on_delete))
            continue
        planner.condemned[dependent.urn] = keys
        steps.append(_deletion(planner, dependent))
    steps.append(_deletion(planner, old))
    return steps + [_part(op, goal, old, new, diff) for op in (Op.REPLACE, Op.CREATE_REPLACEMENT)]


def recreate(planner: "Planner", goal: Registration, old: ResourceState, new: ResourceState) -> list[Step]:
    """Make anew what was deleted before its replacement: in this operation, or in one that then failed."""
    keys = planner.condemned.get(old.urn)
    steps: list[Step] = []
    if keys is None:
        # An earlier operation meant to delete it, and nobody knows for sure that it did.
        steps.append(_deletion(planner, old))
    planner.replaced.add(goal.urn)
    unreasoned = DiffAnswer(changes="some")
    reasoned = DiffAnswer(changes="some", replace_keys=keys or ())
    return [
        *steps,
        _part(Op.REPLACE, goal, old, new, unreasoned),
        _part(Op.CREATE_REPLACEMENT, goal, old, new, reasoned),
    ]


def _part(
    op: Op,
    goal: Registration,
    old: ResourceState,
    new: ResourceState,
    diff: DiffAnswer,
    *,
    pending_delete: bool = False,
) -> Step:
    detailed = None if diff.detailed is None else {key: item for key, item in diff.detailed.items() if key}
    return Step(
        op=op,
        urn=goal.urn,
        type=goal.type,
        old=old,
        new=new,
        keys=diff.replace_keys,
        diffs=diff.changed_keys,
        detailed=detailed or None,
        ignore_changes=goal.ignore_changes,
        pending_delete=pending_delete,
    )


def _deletion(planner: "Planner", old: ResourceState) -> Step:
    gone_with = old.deleted_with in planner.condemned or old.deleted_with in planner.replaced
    step = deletion(old, Op.DELETE_REPLACED, call_provider=not old.retain_on_delete and not gone_with)
    step.before_replacement = True
    return step


def _dragged_along(
    planner: "Planner", root: ResourceState
) -> Generator[Question, Answer, list[tuple[ResourceState, tuple[str, ...]]]]:
    """Return what has to be replaced because `root` is deleted first, in the order of the state, with the reasons.

    Every dependent is compared with itself, the properties that depend on something replaced being unknown.
    """
    now = planner.aliased.get(root.urn, root.urn)
    replaced = {root.urn, now}
    found: list[tuple[ResourceState, tuple[str, ...]]] = []
    for dependent in planner.graph.dependents(root, now=now):
        if not dependent.custom or dependent.external or id(dependent) in planner.gone_early:
            continue
        if dependent.delete and not planner.replaced_now(dependent):
            continue
        provider_urn, _ = urns.split_reference(dependent.provider) if dependent.provider else ("", "")
        if provider_urn in replaced:
            replaced.add(dependent.urn)
            found.append((dependent, ()))
            continue
        if dependent.deleted_with in replaced:
            replaced.add(dependent.urn)
            found.append((dependent, ("deletedWith",)))
            continue
        touched = {key for key, needs in dependent.property_dependencies.items() if not replaced.isdisjoint(needs)}
        if not touched & dependent.inputs.keys():
            continue
        news = {key: UNKNOWN if key in touched else value for key, value in dependent.inputs.items()}
        answer = yield Diff(
            urn=dependent.urn,
            provider=dependent.provider,
            id=dependent.id,
            old_inputs=dependent.inputs,
            old_outputs=dependent.outputs,
            news=news,
            ignore_changes=tuple(dependent.ignore_changes),
        )
        if isinstance(answer, DiffAnswer) and answer.replaces:
            replaced.add(dependent.urn)
            found.append((dependent, answer.replace_keys))
    return found
