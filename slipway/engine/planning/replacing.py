"""Replacements: which steps, in which order, and who is dragged along."""

from collections.abc import Generator
from typing import TYPE_CHECKING

from slipway.engine import urn as urns
from slipway.engine.planning import comparing, refusals
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
    dragged = [*(yield from dragged_along(planner, old)), *replaced_with(planner, goal.urn)]
    doomed: list[ResourceState] = []
    for dependent, keys in reversed(dragged):
        if dependent.urn in planner.condemned:
            continue
        if dependent.delete:
            planner.gone_early.add(id(dependent))
        elif dependent.protect:
            raise refusals.protected_dependent(dependent.urn, goal.urn)
        else:
            planner.condemned[dependent.urn] = keys
        doomed.append(dependent)
    steps = [_deletion(planner, dependent) for dependent in doomed]
    if not old.pending_replacement:
        steps.append(_deletion(planner, old))
    return steps + [_part(op, goal, old, new, diff) for op in (Op.REPLACE, Op.CREATE_REPLACEMENT)]


def recreate(planner: "Planner", goal: Registration, old: ResourceState, new: ResourceState) -> list[Step]:
    """Make anew what was deleted before the replacement of something that it needs."""
    keys = planner.condemned[old.urn]
    planner.replaced.add(goal.urn)
    unreasoned = DiffAnswer(changes="some")
    reasoned = DiffAnswer(changes="some", replace_keys=keys)
    return [_part(Op.REPLACE, goal, old, new, unreasoned), _part(Op.CREATE_REPLACEMENT, goal, old, new, reasoned)]


def replaced_with(planner: "Planner", urn: str) -> list[tuple[ResourceState, tuple[str, ...]]]:
    """Return what is to be replaced whenever the resource is, and was not planned yet."""
    return [(old, ()) for old in planner.olds.values() if urn in old.replace_with and old.urn not in planner.registered]


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
    # where its successor is made already, nothing of it stays in the state
    step.before_replacement = not old.delete
    return step


def dragged_along(
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
        made = planner.aliased.get(dependent.urn, dependent.urn) in planner.registered
        if not planner.replaced_now(dependent) if dependent.delete else made:
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
        if not isinstance(answer, DiffAnswer):
            raise TypeError("a Diff is answered by a DiffAnswer")
        answer = comparing.with_replace_on_changes(answer, dependent.replace_on_changes)
        if answer.replaces:
            replaced.add(dependent.urn)
            found.append((dependent, answer.replace_keys))
    return found
