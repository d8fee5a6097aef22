"""The step generator: from what the program registers and what the state holds to steps."""

from collections.abc import Generator
from dataclasses import replace

from slipway.engine import urn as urns
from slipway.engine.codec import paths
from slipway.engine.options import Options
from slipway.engine.planning import comparing, replacing
from slipway.engine.planning.graph import DependencyGraph
from slipway.engine.planning.questions import Answer, Check, PlanError, Question
from slipway.engine.planning.registration import ReadRequest, Registration
from slipway.engine.planning.steps import Op, Step
from slipway.engine.planning.targets import Selection, always_included
from slipway.engine.providers.answers import CheckAnswer, CheckFailure, DiffAnswer
from slipway.engine.state.resource import ResourceState
from slipway.engine.state.snapshot import Snapshot
from slipway.engine.values import UNKNOWN, Properties, Secret

Planning = Generator[Question, Answer, list[Step]]


class Planner:
    """Remembers what was there and what was planned so far; each registration is planned against both."""

    def __init__(self, base: Snapshot, options: Options, *, preview: bool) -> None:
        self.options = options
        self.preview = preview
        self.base = base
        self.olds = {resource.urn: resource for resource in base.resources if not resource.delete}
        self.providers = [resource for resource in base.resources if urns.is_provider(resource.type)]
        self.graph = DependencyGraph(base.resources)
        self.targets = Selection(options.targets)
        self.excludes = Selection(options.exclude)
        self.forced = Selection(options.replace)
        self._targeted: set[str] = set()
        self.registered: dict[str, Step] = {}
        """What was planned, by URN: the step that holds the new state."""
        self.seen: set[str] = set()
        self.aliased: dict[str, str] = {}
        """Old URN to new URN of what is called otherwise now."""
        self.former: dict[str, str] = {}
        """The same the other way round."""
        self.replaced: set[str] = set()
        """URNs of which the old resource was replaced, and is deleted at the end if it was not before."""
        self.condemned: dict[str, tuple[str, ...]] = {}
        """URNs deleted before a replacement of what they need, with the properties that are the reason."""
        self.gone_early: set[int] = set()
        """Ids of old states that were replaced, and deleted before the end with something they needed."""
        self.errors: list[PlanError] = []
        """Refusals that a preview shows and goes on after."""

    # -- registrations

    def plan(self, goal: Registration) -> Planning:
        """Plan what it takes for a resource to be as the program wants it."""
        if goal.urn in self.seen:
            raise PlanError(f"Duplicate resource URN '{goal.urn}'; try giving it a unique name", goal.urn)
        self.seen.add(goal.urn)
        old = self._find_old(goal)
        new = self._new_state(goal, old)
        if not self._is_target(goal):
            return self._record(goal, [self._untargeted(goal, old, new)])
        self._refuse_unmade(new)
        recreating = old is not None and (old.pending_replacement or old.urn in self.condemned)
        was_external = old is not None and old.external
        forced = old is not None and goal.urn in self.forced
        if goal.import_id and not recreating and (old is None or was_external or old.id != goal.import_id):
            return self._record(goal, self._import(goal, old, new))
        if goal.custom:
            fresh = old is None or recreating or was_external or forced
            yield from self._check(goal, new, None if fresh or old is None else old.inputs)
        if old is None:
            return self._record(goal, [Step(op=Op.CREATE, urn=goal.urn, type=goal.type, new=new)])
        if recreating:
            return self._record(goal, replacing.recreate(self, goal, old, new))
        if was_external:
            self.replaced.add(goal.urn)
            return self._record(goal, replacing.create_first(goal, old, new, DiffAnswer(changes="some")))
        steps = yield from self._change(goal, old, new)
        return self._record(goal, steps)

    def _record(self, goal: Registration, steps: list[Step]) -> list[Step]:
        for step in steps:
            if step.urn == goal.urn and step.new is not None:
                self.registered[goal.urn] = step
        return steps

    def replaced_now(self, old: ResourceState) -> bool:
        """Say whether this operation has made a successor of an old state."""
        step = self.registered.get(self.aliased.get(old.urn, old.urn))
        return step is not None and step.old is old and step.pending_delete

    def _find_old(self, goal: Registration) -> ResourceState | None:
        for urn in (goal.urn, *goal.alias_urns):
            old = self.olds.get(urn)
            if old is None:
                continue
            if urn != goal.urn:
                if urn in self.seen:
                    raise PlanError(
                        f"resource '{goal.urn}' has the alias '{urn}', which another resource of the program is called",
                        goal.urn,
                    )
                if urn in self.aliased:
                    raise PlanError(
                        f"resources '{self.aliased[urn]}' and '{goal.urn}' both have the alias '{urn}'", goal.urn
                    )
                self.aliased[urn] = goal.urn
                self.former[goal.urn] = urn
            return old
        return None

    def _new_state(self, goal: Registration, old: ResourceState | None) -> ResourceState:
        inputs = goal.inputs
        if old is not None and not old.external:
            for ignored in goal.ignore_changes:
                inputs = paths.reset(paths.parse(ignored), old.inputs, inputs)
        return ResourceState(
            urn=goal.urn,
            type=goal.type,
            custom=goal.custom,
            inputs=inputs,
            parent=goal.parent,
            protect=goal.protect,
            dependencies=list(goal.dependencies),
            provider=goal.provider,
            property_dependencies=dict(goal.property_dependencies),
            additional_secret_outputs=list(goal.additional_secret_outputs),
            custom_timeouts=dict(goal.custom_timeouts),
            import_id=goal.import_id,
            retain_on_delete=goal.retain_on_delete,
            deleted_with=goal.deleted_with,
            source_position=goal.source_position,
            stack_trace=list(goal.stack_trace),
            ignore_changes=list(goal.ignore_changes),
            replace_on_changes=list(goal.replace_on_changes),
            replacement_trigger=goal.replacement_trigger,
            replace_with=list(goal.replace_with),
            hide_diff=list(goal.hide_diff),
            resource_hooks=dict(goal.resource_hooks),
        )

    def _check(
        self, goal: Registration, new: ResourceState, olds: Properties | None
    ) -> Generator[Question, Answer, None]:
        """Have the inputs checked; `new` gets them with defaults."""
        answer = yield Check(urn=goal.urn, provider=goal.provider, olds=olds, news=new.inputs)
        if not isinstance(answer, CheckAnswer):
            raise TypeError("a Check is answered by a CheckAnswer")
        if answer.failures:
            raise PlanError("\n".join(_failure_text(goal, new.inputs, item) for item in answer.failures), goal.urn)
        new.inputs = answer.inputs

    def _change(self, goal: Registration, old: ResourceState, new: ResourceState) -> Planning:
        diff = yield from comparing.compare(self, goal, old, new)
        if diff.replaces:
            return (yield from self._replace(goal, old, new, diff))
        if diff.changes == "some" or old.init_errors:
            return [
                Step(
                    op=Op.UPDATE,
                    urn=goal.urn,
                    type=goal.type,
                    old=old,
                    new=new,
                    diffs=diff.changed_keys,
                    detailed=diff.detailed,
                    ignore_changes=goal.ignore_changes,
                )
            ]
        return [Step(op=Op.SAME, urn=goal.urn, type=goal.type, old=old, new=new)]

    def _replace(self, goal: Registration, old: ResourceState, new: ResourceState, diff: DiffAnswer) -> Planning:
        if goal.import_id and old.id == goal.import_id:
            raise PlanError(
                "previously-imported resources that still specify an ID may not be replaced; "
                "please remove the `import` declaration from your program",
                goal.urn,
            )
        if old.protect:
            self._refuse_or_note(
                PlanError(
                    f'unable to replace resource "{goal.urn}"\nas it is currently marked for protection. '
                    "To unprotect the resource, remove the `protect` flag from the resource in your Pulumi "
                    "program and run `pulumi up`",
                    goal.urn,
                )
            )
        if goal.custom and goal.urn not in self.forced:
            new.inputs = goal.inputs
            for ignored in goal.ignore_changes:
                new.inputs = paths.reset(paths.parse(ignored), old.inputs, new.inputs)
            yield from self._check(goal, new, None)
        self.replaced.add(goal.urn)
        first = diff.delete_before_replace if goal.delete_before_replace is None else goal.delete_before_replace
        if first:
            return (yield from replacing.delete_first(self, goal, old, new, diff))
        return replacing.create_first(goal, old, new, diff)

    def _refuse_or_note(self, error: PlanError) -> None:
        """Refuse; a preview only notes it, goes on and fails at its end."""
        if not self.preview:
            raise error
        self.errors.append(error)

    def _import(self, goal: Registration, old: ResourceState | None, new: ResourceState) -> list[Step]:
        """Take over something that exists."""
        if old is None or old.external:
            return [Step(op=Op.IMPORT, urn=goal.urn, type=goal.type, old=old, new=new)]
        self.replaced.add(goal.urn)
        common = {"urn": goal.urn, "type": goal.type, "old": old, "new": new, "pending_delete": True}
        return [Step(op=Op.IMPORT_REPLACEMENT, **common), Step(op=Op.REPLACE, **common)]  # type: ignore[arg-type]

    def after_import(self, goal: Registration, imported: ResourceState) -> Planning:
        """Plan what is left to do when what was taken over is not as the program wants it."""
        new = self._new_state(goal, imported)
        yield from self._check(goal, new, imported.inputs)
        steps = yield from self._change(replace(goal, import_id=""), imported, new)
        new.import_id = goal.import_id
        return self._record(goal, [step for step in steps if step.op is not Op.SAME])

    # -- reading

    def plan_read(self, request: ReadRequest) -> list[Step]:
        """Plan looking at a resource that the stack does not own."""
        if request.urn in self.seen:
            raise PlanError(f"Duplicate resource URN '{request.urn}'; try giving it a unique name", request.urn)
        self.seen.add(request.urn)
        old = self.olds.get(request.urn)
        new = ResourceState(
            urn=request.urn,
            type=request.type,
            custom=True,
            id=request.id,
            inputs=request.inputs,
            parent=request.parent,
            external=True,
            dependencies=list(request.dependencies),
            provider=request.provider,
            additional_secret_outputs=list(request.additional_secret_outputs),
            source_position=request.source_position,
            stack_trace=list(request.stack_trace),
        )
        common = {"urn": request.urn, "type": request.type, "old": old, "new": new}
        if old is not None and not old.external:
            self.replaced.add(request.urn)
            steps = [
                Step(op=Op.READ_REPLACEMENT, pending_delete=True, **common),  # type: ignore[arg-type]
                Step(op=Op.REPLACE, pending_delete=True, **common),  # type: ignore[arg-type]
            ]
        else:
            steps = [Step(op=Op.READ, **common)]  # type: ignore[arg-type]
        self.registered[request.urn] = steps[0]
        return steps

    # -- targets

    def _is_target(self, goal: Registration) -> bool:
        """Say whether the operation is about a resource: named, or dependent on what is where that is asked for."""
        if always_included(goal.urn):
            return True
        if not self.targets:
            return goal.urn not in self.excludes
        if goal.urn not in self.targets:
            provider, _ = urns.split_reference(goal.provider)
            if not self.options.target_dependents or self._targeted.isdisjoint(
                {goal.parent, provider, *goal.dependencies}
            ):
                return False
        self._targeted.add(goal.urn)
        return True

    def _refuse_unmade(self, new: ResourceState) -> None:
        """Refuse what needs something that is not made, or not made anew, because it is no target."""
        for urn in sorted(new.needs()):
            step = self.registered.get(urn)
            old = None if step is None or not step.untouched else step.old
            deleted = old is not None and (old.pending_replacement or old.urn in self.condemned)
            if deleted or (step is not None and step.skipped_create):
                text = f"Resource '{new.urn}' depends on '{urn}' which was was not specified in --target list."
                self._refuse_or_note(PlanError(text, new.urn))

    def missing_targets(self) -> list[str]:
        """Return the targets that name nothing, neither in the program nor in the state."""
        return self.targets.unmatched([*self.seen, *self.olds])

    def _untargeted(self, goal: Registration, old: ResourceState | None, new: ResourceState) -> Step:
        """Leave a resource as it is, or unmade."""
        if old is None:
            new.inputs = {}
            return Step(op=Op.SAME, urn=goal.urn, type=goal.type, old=new, new=new, skipped_create=True)
        return kept_as_it_is(old, goal.urn)


def kept_as_it_is(old: ResourceState, urn: str) -> Step:
    """Return the step that keeps a resource which the operation is not about."""
    kept = old.copy()
    kept.urn = urn
    kept.id = ""
    return Step(op=Op.SAME, urn=urn, type=old.type, old=old, new=kept, untouched=True)


def _failure_text(goal: Registration, inputs: Properties, failure: CheckFailure) -> str:
    if not failure.property:
        return f"{goal.type} resource '{goal.name}' has a problem: {failure.reason}"
    value = inputs.get(failure.property)
    return (
        f"{goal.type} resource '{goal.name}': property {failure.property} value {{{_go_text(value)}}} "
        f"has a problem: {failure.reason}"
    )


def _go_text(value: object) -> str:  # noqa: PLR0911 - one return a kind of value
    """Return a value as the real engine's messages show it."""
    if value is None:
        return "<nil>"
    if isinstance(value, Secret):
        return "[secret]"
    if value is UNKNOWN:
        return "output<string>{}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + " ".join(f"{{{_go_text(item)}}}" for item in value) + "]"
    if isinstance(value, dict):
        return "map[" + " ".join(f"{key}:{{{_go_text(value[key])}}}" for key in sorted(value)) + "]"
    return str(value)
