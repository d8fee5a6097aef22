"""Whether a resource differs from what the program wants, and has to be replaced."""

from collections.abc import Generator, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from slipway.engine import urn as urns
from slipway.engine.codec import paths
from slipway.engine.planning.questions import Answer, Diff, DiffProvider, PlanError, Question
from slipway.engine.planning.registration import Registration
from slipway.engine.providers.answers import DiffAnswer, PropertyDiff
from slipway.engine.state.resource import ResourceState
from slipway.engine.values import Properties, Secret, has_unknown, same, unwrap

if TYPE_CHECKING:
    from slipway.engine.planning.planner import Planner

Comparing = Generator[Question, Answer, DiffAnswer]


def compare(planner: "Planner", goal: Registration, old: ResourceState, new: ResourceState) -> Comparing:
    """Ask for the difference; reasons of the engine's own come before the provider is asked."""
    reason = _own_reason(planner, goal, old)
    if reason is not None:
        return reason
    if (yield from _provider_forces(planner, goal, old)):
        return DiffAnswer(changes="some", replace_keys=("provider",))
    if not goal.custom:
        return _compared_here(old, new)
    diff = yield Diff(
        urn=goal.urn,
        provider=goal.provider,
        id=old.id,
        old_inputs=old.inputs,
        old_outputs=old.outputs,
        news=new.inputs,
        ignore_changes=goal.ignore_changes,
    )
    if not isinstance(diff, DiffAnswer):
        raise TypeError("a Diff is answered by a DiffAnswer")
    if diff.changes == "unknown":
        diff = _compared_here(old, new)
    return with_replace_on_changes(diff, goal.replace_on_changes, half_made=bool(old.init_errors))


def _own_reason(planner: "Planner", goal: Registration, old: ResourceState) -> DiffAnswer | None:
    """Return why a resource has to be replaced whatever its provider says, or None."""
    trigger, before = goal.replacement_trigger, old.replacement_trigger
    if has_unknown(trigger) and not planner.preview:
        raise PlanError(f"replacement trigger contains unknowns for {goal.urn}", goal.urn)
    if has_unknown(trigger) or (trigger is not None and before is not None and not same(trigger, before)):
        # Replaced without a property being the reason: the empty kind makes it a replacement, the keys stay empty.
        return DiffAnswer(changes="some", detailed={"": PropertyDiff(kind="update-replace")})
    if planner.is_forced(goal, old):
        return DiffAnswer(changes="some", replace_keys=("id",))
    if goal.deleted_with and goal.deleted_with in planner.replaced:
        return DiffAnswer(changes="some", replace_keys=("deletedWith",))
    if any(urn in planner.replaced for urn in goal.replace_with):
        return DiffAnswer(changes="some", replace_keys=("replaceWith",))
    return None


def _provider_forces(planner: "Planner", goal: Registration, old: ResourceState) -> Generator[Question, Answer, bool]:
    """Ask the new provider resource whether what the old one made can stay."""
    if old.provider == goal.provider:
        return False
    if not old.provider or not goal.provider:
        return True  # a component became a resource of a provider, or the other way round
    old_urn, old_id = urns.split_reference(old.provider)
    if planner.aliased.get(old_urn) == urns.split_reference(goal.provider)[0]:
        return False
    # what is registered after a provider that was renamed refers to it by its new name already
    names = (old_urn, planner.found_as.get(old_urn), planner.aliased.get(old_urn))
    known = [item for item in planner.providers if item.urn in names]
    # after an interrupted operation the one that made it may be there still, replaced and not deleted
    old_provider = next((item for item in known if item.id == old_id), known[0] if known else None)
    if old_provider is None:
        return False
    answer = yield DiffProvider(
        provider=goal.provider, old_inputs=old_provider.inputs, old_outputs=old_provider.outputs
    )
    return isinstance(answer, DiffAnswer) and answer.replaces


def _compared_here(old: ResourceState, new: ResourceState) -> DiffAnswer:
    """Compare the inputs without a provider; nothing that differs here is a reason for a replacement."""
    if same(old.inputs, new.inputs):
        return DiffAnswer(changes="none")
    detailed = differences(old.inputs, new.inputs)
    keys = sorted(key for key in old.inputs.keys() | new.inputs.keys() if not _equal_at(key, old.inputs, new.inputs))
    return DiffAnswer(changes="some", changed_keys=tuple(keys), detailed=detailed)


def _equal_at(key: str, old: Properties, new: Properties) -> bool:
    return key in old and key in new and same(old[key], new[key])


def differences(old: Any, new: Any, path: str = "") -> dict[str, PropertyDiff]:
    """Return what differs, by path, down to the values that have no parts."""
    old, new = unwrap(old) if isinstance(old, Secret) else old, unwrap(new) if isinstance(new, Secret) else new
    found: dict[str, PropertyDiff] = {}
    if isinstance(old, dict) and isinstance(new, dict):
        pairs = [
            (paths.joined(path, key), old.get(key, _ABSENT), new.get(key, _ABSENT))
            for key in sorted(old.keys() | new.keys())
        ]
    elif isinstance(old, list) and isinstance(new, list):
        pairs = [
            (
                f"{path}[{index}]",
                old[index] if index < len(old) else _ABSENT,
                new[index] if index < len(new) else _ABSENT,
            )
            for index in range(max(len(old), len(new)))
        ]
    else:
        return {} if same(old, new) else {path: PropertyDiff(kind="update", input_diff=True)}
    for place, before, after in pairs:
        if before is _ABSENT or after is _ABSENT:
            found[place] = PropertyDiff(kind="add" if before is _ABSENT else "delete", input_diff=True)
        else:
            found |= differences(before, after, place)
    return found


_ABSENT = object()


INIT_ERROR = "#initerror"
"""Stands among properties for: the resource was made and is not fit for use."""


def with_replace_on_changes(diff: DiffAnswer, patterns: Iterable[str], *, half_made: bool = False) -> DiffAnswer:
    """Turn the changes of listed properties into reasons for a replacement."""
    parsed = [paths.parse(pattern) for pattern in patterns]
    if not parsed or (diff.changes != "some" and not half_made):
        return diff

    def listed(path: str) -> bool:
        return any(paths.contains(pattern, paths.parse(path)) for pattern in parsed)

    detailed = diff.detailed
    if detailed is not None:
        detailed = {
            path: replace(item, kind=item.kind.removesuffix("-replace") + "-replace") if listed(path) else item
            for path, item in detailed.items()
        }
    keys = [*dict.fromkeys([*diff.replace_keys, *(key for key in diff.changed_keys if listed(key))])]
    changes = diff.changes
    if half_made and listed(INIT_ERROR):
        changes = "some"
        keys.append(INIT_ERROR)
        if detailed is not None:
            detailed[INIT_ERROR] = PropertyDiff(kind="update-replace")
    return replace(diff, changes=changes, detailed=detailed, replace_keys=tuple(keys))
