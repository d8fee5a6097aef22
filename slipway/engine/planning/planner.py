"""The step generator: from what the program registers and what the state holds to steps."""

from collections.abc import Generator, Iterable

from slipway.engine import urn as urns
from slipway.engine.codec import paths
from slipway.engine.options import Options
from slipway.engine.planning import comparing, refusals, replacing
from slipway.engine.planning.aliases import Alias, former_urns
from slipway.engine.planning.graph import DependencyGraph
from slipway.engine.planning.questions import Answer, Check, ForbiddenError, Judge, Judgement, PlanError, Question
from slipway.engine.planning.registration import ReadRequest, Registration
from slipway.engine.planning.steps import Op, Step
from slipway.engine.planning.targets import Selection, always_included
from slipway.engine.providers.answers import CheckAnswer, DiffAnswer
from slipway.engine.state.resource import ResourceState
from slipway.engine.state.snapshot import Snapshot
from slipway.engine.values import Properties

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
        self._drawn_in: set[str] = set()
        """What --target or --exclude names, and what goes with it where that is asked for."""
        self._unmade: set[str] = set()
        """What would have to be made, but the operation is not about it."""
        self.registered: dict[str, Step] = {}
        """What was planned, by URN: the step that holds the new state."""
        self.seen: set[str] = set()
        self.aliased: dict[str, str] = {}
        """Old URN to new URN of what is called otherwise now."""
        self.found_as: dict[str, str] = {}
        """The same, from new to old."""
        self.replaced: set[str] = set()
        """URNs of which the old resource was replaced, and is deleted at the end if it was not before."""
        self.condemned: dict[str, tuple[str, ...]] = {}
        """URNs deleted before a replacement of what they need, with the properties that are the reason."""
        self.failed: set[str] = set()
        """URNs of which a step failed: what they need stays as well."""
        self.skipped: set[str] = set()
        """URNs of which nothing was tried because something that they need failed."""
        self.gone_early: set[int] = set()
        """Ids of old states that were replaced, and deleted before the end with something they needed."""
        self.errors: list[PlanError] = []
        """Refusals that a preview shows and goes on after."""
        self.warnings: list[PlanError] = []
        self.forbidden = False
        """Whether a mandatory rule objects to something: a preview goes on, and fails at its end."""
        self.goals: dict[str, Registration] = {}
        """What the program registered, by URN."""

    # -- registrations

    def plan(self, goal: Registration) -> Planning:
        """Plan what it takes for a resource to be as the program wants it."""
        if goal.urn in self.seen:
            raise refusals.duplicate(goal.urn)
        self.seen.add(goal.urn)
        self.goals[goal.urn] = goal
        steps = yield from self._plan(goal)
        self._refuse_unmade(steps)
        return self._record(goal, steps)

    def _plan(self, goal: Registration) -> Planning:
        old, conflict = self._find_old(goal.urn, goal.parent, goal.aliases)
        new = self._new_state(goal, old)
        recreating = old is not None and old.urn in self.condemned
        if conflict is None and _imports(goal, old):
            return self._import(goal, None if recreating else old, new)
        included = self._is_included(goal.urn, new)
        if goal.custom and included:
            fresh = old is None or recreating or old.external or self.is_forced(goal, old)
            yield from self._check(goal, new, None if fresh or old is None else old.inputs)
        if conflict is not None:
            raise conflict
        if not included:
            return self._untargeted(goal, old, new)
        yield from self._judge(goal, new)
        if old is None:
            return [Step(op=Op.CREATE, urn=goal.urn, type=goal.type, new=new)]
        if recreating:
            return replacing.recreate(self, goal, old, new)
        if old.external:
            self.replaced.add(goal.urn)
            return replacing.create_first(goal, old, new, DiffAnswer(changes="some"))
        return (yield from self._change(goal, old, new))

    def _record(self, goal: Registration, steps: list[Step]) -> list[Step]:
        for step in steps:
            if step.urn == goal.urn and step.new is not None:
                self.registered[goal.urn] = step
        return steps

    def replaced_now(self, old: ResourceState) -> bool:
        """Say whether this operation has made a successor of an old state."""
        step = self.registered.get(self.aliased.get(old.urn, old.urn))
        return step is not None and step.old is old and step.pending_delete

    def is_forced(self, goal: Registration, old: ResourceState) -> bool:
        """Say whether somebody wants the resource to be replaced, by a flag or by a mark in the state."""
        return goal.urn in self.forced or old.taint

    def _find_old(
        self, urn: str, parent: str, aliases: Iterable[Alias] = ()
    ) -> tuple[ResourceState | None, PlanError | None]:
        """Return what there is of a resource, and why it can't be that."""
        conflict = refusals.taken_by_alias(urn, self.aliased[urn]) if urn in self.aliased else None
        for former in (urn, *former_urns(urn=urn, parent=parent, aliases=aliases, found_as=self.found_as)):
            old = self.olds.get(former)
            if old is None:
                continue
            if former != urn:
                if former in self.seen:
                    conflict = refusals.duplicate_alias(urn, former, urn)
                elif former in self.aliased:
                    conflict = refusals.duplicate_alias(urn, former, self.aliased[former])
                self.aliased[former] = urn
                self.found_as[urn] = former
            return old, conflict
        return None, conflict

    def _new_state(self, goal: Registration, old: ResourceState | None) -> ResourceState:
        """Return the state that the program wants, with what it ignores as it was."""
        inputs = goal.inputs
        if old is not None:
            for ignored in goal.ignore_changes:
                inputs = paths.reset(paths.parse(ignored), old.inputs, inputs)
        return goal.state(inputs)

    def _check(
        self, goal: Registration, new: ResourceState, olds: Properties | None
    ) -> Generator[Question, Answer, None]:
        """Have the inputs checked; `new` gets them with defaults. What is made anew ignores no changes."""
        news = goal.inputs if olds is None else new.inputs
        answer = yield Check(urn=goal.urn, provider=goal.provider, olds=olds, news=news)
        if not isinstance(answer, CheckAnswer):
            raise TypeError("a Check is answered by a CheckAnswer")
        if answer.failures:
            raise refusals.refused_inputs(goal, new.inputs, answer.failures)
        new.inputs = answer.inputs

    def _judge(self, goal: Registration, new: ResourceState) -> Generator[Question, Answer, None]:
        """Have the policy packs judge the inputs; `new` gets what they put right."""
        if not self.options.policy_packs:
            return
        answer = yield Judge(goal=goal, inputs=new.inputs)
        if not isinstance(answer, Judgement):
            raise TypeError("a Judge is answered by a Judgement")
        new.inputs = answer.inputs
        if not answer.allowed:
            if not self.preview:
                raise ForbiddenError(f"a mandatory policy forbids {goal.urn}", goal.urn)
            self.forbidden = True

    def _change(self, goal: Registration, old: ResourceState, new: ResourceState) -> Planning:
        diff = yield from comparing.compare(self, goal, old, new)
        if diff.replaces or old.pending_replacement:
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
        if old.protect and goal.protect:
            self._refuse_or_note(refusals.protected(goal.urn))
        if goal.import_id:
            keys, show = diff.replace_keys, self.options.show_secrets
            refusal = refusals.imported_and_replaced(goal.urn, old, new, keys, show_secrets=show)
            if not self.preview:
                raise refusal
            self.warnings.append(refusal)
        if goal.custom and not self.is_forced(goal, old):
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
        if old is None:
            return [Step(op=Op.IMPORT, urn=goal.urn, type=goal.type, new=new)]
        self.replaced.add(goal.urn)
        common = {"urn": goal.urn, "type": goal.type, "old": old, "new": new, "pending_delete": True}
        return [Step(op=Op.IMPORT_REPLACEMENT, **common), Step(op=Op.REPLACE, **common)]  # type: ignore[arg-type]

    def after_import(self, goal: Registration, imported: ResourceState) -> Planning:
        """Plan what is left to do when what was taken over is not as the program wants it."""
        new = self._new_state(goal, imported)
        yield from self._check(goal, new, imported.inputs)
        yield from self._judge(goal, new)
        steps = yield from self._change(goal, imported, new)
        return self._record(goal, [step for step in steps if step.op is not Op.SAME])

    # -- reading

    def plan_read(self, request: ReadRequest) -> list[Step]:
        """Plan looking at a resource that the stack does not own."""
        if request.urn in self.seen:
            raise refusals.duplicate(request.urn)
        self.seen.add(request.urn)
        old, _ = self._find_old(request.urn, request.parent)
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
        if old is not None and not old.external and old.id != request.id:
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

    def _is_included(self, urn: str, new: ResourceState) -> bool:
        """Say whether the operation is about a resource: by its name, or by what it needs where that is asked for."""
        needs = new.needs() | set(new.replace_with)
        if self.targets:
            drawn_in = urn in self.targets or (self.options.target_dependents and not needs.isdisjoint(self._drawn_in))
            included = drawn_in
        else:
            drawn_in = urn in self.excludes or (
                self.options.exclude_dependents and not needs.isdisjoint(self._drawn_in)
            )
            included = not drawn_in
        if drawn_in and (self.targets or not always_included(urn)):
            self._drawn_in.add(urn)
        return included or always_included(urn)

    def missing_targets(self) -> list[str]:
        """Return the targets that name nothing, neither in the program nor in the state."""
        return self.targets.unmatched([*self.seen, *self.olds])

    def missing_replacements(self) -> list[str]:
        """Return what is to be replaced and does not exist."""
        return self.forced.unmatched(self.olds)

    def _untargeted(self, goal: Registration, old: ResourceState | None, new: ResourceState) -> list[Step]:
        """Leave a resource as it is, or unmade."""
        if old is None:
            self._unmade.add(goal.urn)
            if goal.custom:
                new.inputs = {}
            return [Step(op=Op.SAME, urn=goal.urn, type=goal.type, old=new, new=new, skipped_create=True)]
        if old.pending_replacement or old.urn in self.condemned:
            self._unmade.add(goal.urn)  # deleted with something that it needs, and not made anew
        provider = urns.split_reference(old.provider)[0] if old.provider else ""
        serving = self.registered.get(self.aliased.get(provider, provider))
        if provider in self.olds and (serving is None or serving.op not in (Op.SAME, Op.UPDATE)):
            raise refusals.other_provider(goal.urn, old.provider)
        step = kept_as_it_is(old)
        self.seen.add(old.urn)
        self.registered[goal.urn] = self.registered[old.urn] = step
        return [*self._kept_needs(old), step]

    def _kept_needs(self, old: ResourceState) -> list[Step]:
        """Keep what an untargeted resource needs and the program does not have any more: it has to stand before it."""
        steps: list[Step] = []
        for needed in self.base.resources:
            missing = self.aliased.get(needed.urn, needed.urn) not in self.registered
            if needed.urn in old.needs() and missing and not needed.delete:
                steps += self._kept_needs(needed)
                step = kept_as_it_is(needed)
                self.seen.add(needed.urn)
                self.registered[needed.urn] = step
                steps.append(step)
        return steps

    def _refuse_unmade(self, steps: list[Step]) -> None:
        """Refuse to make what needs something that is not made because the operation is not about it."""
        if not self.targets and not self.forced:
            return
        for step in steps:
            if step.new is None or step.skipped_create:
                continue
            for needed in sorted((step.new.needs() | set(step.new.replace_with)) & self._unmade):
                self._refuse_or_note(refusals.unmade_dependency(step.urn, needed))
                self._unmade.discard(needed)


def kept_as_it_is(old: ResourceState) -> Step:
    """Return the step that keeps a resource which the operation is not about, under the name that it has so far."""
    kept = old.copy()
    kept.id = ""
    return Step(op=Op.SAME, urn=old.urn, type=old.type, old=old, new=kept, untouched=True)


def _imports(goal: Registration, old: ResourceState | None) -> bool:
    """Say whether a resource is to be taken over; what was taken over before is known by the id that was asked for."""
    if not goal.custom or not goal.import_id:
        return False
    return old is None or old.external or (old.import_id or old.id) != goal.import_id
