"""One deployment: plans what the program registers, one registration at a time, and runs it, many at a time."""

import contextlib
import json
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from slipway.engine import urn as urns
from slipway.engine.config import ConfigValue
from slipway.engine.errors import EngineError
from slipway.engine.events.stream import EventStream
from slipway.engine.execution.runner import StepFailedError, StepRunner
from slipway.engine.planning.ending import plan_deletions
from slipway.engine.planning.planner import Planner, Planning
from slipway.engine.planning.questions import (
    Answer,
    Check,
    Diff,
    DiffProvider,
    ForbiddenError,
    Judge,
    Judgement,
    PlanError,
    Question,
)
from slipway.engine.planning.registration import ReadRequest, Registration
from slipway.engine.planning.steps import Op, Step
from slipway.engine.policies.packs import PolicyPacks
from slipway.engine.policies.seen import seen_resource, seen_stack
from slipway.engine.program.requests import provider_extras
from slipway.engine.providers.answers import CheckAnswer, DiffAnswer, InvokeAnswer, ProviderError
from slipway.engine.providers.registry import BUILTIN, ProviderRegistry
from slipway.engine.request import OperationRequest
from slipway.engine.state.resource import ResourceState
from slipway.engine.values import Properties, Secret, has_unknown, unwrap

SEED_BYTES = 32
DISABLED = "pulumi:disable-default-providers"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a registration: `state` is None when it failed or was not tried."""

    urn: str
    state: ResourceState | None = None
    skipped: bool = False
    """Not made because it is no target of the operation."""


class Deployment:
    """Serves the program: every call may come from another thread."""

    def __init__(
        self,
        request: OperationRequest,
        *,
        planner: Planner,
        runner: StepRunner,
        registry: ProviderRegistry,
        events: EventStream,
        packs: PolicyPacks | None = None,
    ) -> None:
        self.request = request
        self._packs = packs or PolicyPacks(events.policies)
        self.planner = planner
        self.runner = runner
        self.registry = registry
        self.events = events
        self.preview = planner.preview
        self.halted = threading.Event()
        """Nothing more is begun: something failed, or somebody asked to stop."""
        self.refused = False
        """The program asked for something that can't be done."""
        self.impossible = False
        """A preview found something that the operation itself would refuse."""
        self._planning = threading.Lock()
        self._slots = threading.Semaphore(max(1, request.options.parallel))
        self._failed: set[str] = set()
        self._calm = threading.Condition()
        self._busy = 0
        self.asked = self.in_hand = 0
        """Requests of the program: all so far, and those that it waits for."""
        self._stack_outputs: tuple[Step, Properties] | None = None
        self._defaults: dict[str, str] = {}
        self._defaults_lock = threading.Lock()

    # -- what the program asks for

    def register(self, goal: Registration) -> Outcome:
        """Make a resource what the program wants it to be."""
        with self._asking():
            return self._register(goal)

    def _register(self, goal: Registration) -> Outcome:
        self.events.secrets.learn(goal.inputs)
        try:
            with self._planning:
                if self.halted.is_set():
                    return Outcome(urn=goal.urn)
                hopeless = self._needs_failed({goal.parent, goal.deleted_with, *goal.dependencies}, goal.provider)
                if hopeless:
                    known = {key: value for key, value in goal.inputs.items() if not has_unknown(value)}
                    goal = replace(goal, inputs=known)
                steps = self._drive(self.planner.plan(goal))
                self.show_planned_errors()
            if hopeless:
                # What it needs has failed: its inputs are looked at, and nothing is done.
                self._failed.add(goal.urn)
                self.planner.skipped.add(goal.urn)
                return Outcome(urn=goal.urn)
            self._run(steps)
            if steps and steps[0].op in (Op.IMPORT, Op.IMPORT_REPLACEMENT) and steps[0].new is not None:
                with self._planning:
                    steps = self._drive(self.planner.after_import(goal, steps[0].new))
                    self.show_planned_errors()
                self._run(steps)
        except ForbiddenError:
            self._forbid(goal.urn)
            return Outcome(urn=goal.urn)
        except (PlanError, ProviderError, EngineError) as error:
            self.refuse(error, goal.urn)
            return Outcome(urn=goal.urn)
        except StepFailedError:
            self._note_failure(goal.urn)
            return Outcome(urn=goal.urn)
        return self._outcome(goal.urn)

    def read(self, wanted: ReadRequest) -> Outcome:
        """Look at a resource that the stack does not own."""
        if self.halted.is_set() or self._needs_failed(wanted.dependencies, wanted.provider):
            return Outcome(urn=wanted.urn)
        try:
            with self._planning:
                steps = self.planner.plan_read(wanted)
            self._run(steps)
        except (PlanError, EngineError) as error:
            self.refuse(error, wanted.urn)
            return Outcome(urn=wanted.urn)
        except StepFailedError:
            self._note_failure(wanted.urn)
            return Outcome(urn=wanted.urn)
        return self._outcome(wanted.urn)

    def register_outputs(self, urn: str, outputs: Properties) -> None:
        """Take the outputs of a component."""
        step = self.planner.registered.get(urn)
        if step is None:
            return
        if step.type == urns.STACK_TYPE and not self.preview:
            self._stack_outputs = (step, outputs)
        elif not step.skipped_create:
            self.runner.register_outputs(step, outputs)
            self.heed_hooks()

    def finish(self) -> None:
        """Take over the outputs of the stack: they are the last thing that an operation does, also after a failure."""
        if self._stack_outputs is not None:
            self.runner.register_outputs(*self._stack_outputs)

    def invoke(self, token: str, args: Properties, provider: str) -> InvokeAnswer:
        """Call a function of a provider; the result is None when the provider can't be asked yet."""
        self.events.secrets.learn(args)
        client = self.registry.get(provider).client
        if client is None:
            return InvokeAnswer(result=None)
        with self._asking():
            return client.invoke(token, unwrap(args), preview=self.preview)

    def default_provider(self, package: str, wanted_by: str, version: str, url: str) -> str:
        """Return the reference to the default provider of a package; the first who needs it makes it."""
        if package in self._disabled():
            raise PlanError(f"Default provider for '{package}' disabled. '{wanted_by}' must use an explicit provider.")
        name = "_".join(part for part in ("default", version, url) if part)
        for char in ".-+/:":
            name = name.replace(char, "_")
        with self._defaults_lock:
            ref = self._defaults.get(f"{package} {name}")
            if ref is None:
                outcome = self.register(self._default_registration(package, name, version, url))
                if outcome.state is None:
                    raise StepFailedError(f"default provider of {package}")
                ref = self._defaults[f"{package} {name}"] = urns.reference(outcome.urn, outcome.state.id)
            return ref

    def _disabled(self) -> set[str]:
        """Return the packages that must not have a default provider."""
        value = self.request.config.get(DISABLED)
        listed = json.loads(value.value) if value is not None else []
        if "*" in listed:
            return _Everything()
        return set(listed)

    def _default_registration(self, package: str, name: str, version: str, url: str) -> Registration:
        type_ = urns.PROVIDER_PREFIX + package
        urn = urns.make(self.request.stack, self.request.project.name, "", type_, name)
        inputs = default_inputs(package, self.request.config) | provider_extras(version, url)
        return Registration(urn=urn, type=type_, name=name, custom=True, inputs=inputs)

    def plan_deletions(self) -> list[Step]:
        """Plan what ends an operation; where a provider can't say what goes with it, nothing does."""
        with self._planning:
            try:
                steps = self._drive(plan_deletions(self.planner))
            except (PlanError, ProviderError) as error:
                raise EngineError(str(error)) from error
            self.show_planned_errors()
        return steps

    # -- planning and running

    def _drive(self, planning: Planning) -> list[Step]:
        """Run the planner, answering its questions."""
        answer: Answer | None = None
        while True:
            try:
                question = next(planning) if answer is None else planning.send(answer)
            except StopIteration as stop:
                steps: list[Step] = stop.value
                return steps
            answer = self._answer(question)

    def _answer(self, question: Question) -> Answer:
        if isinstance(question, Check):
            return self._check(question)
        if isinstance(question, Diff):
            return self._diff(question)
        if isinstance(question, Judge):
            return self._judge(question)
        return self._diff_provider(question)

    def _check(self, question: Check) -> CheckAnswer:
        type_ = urns.type_of(question.urn)
        if urns.is_provider(type_):
            if urns.provider_package(type_) == BUILTIN:
                return CheckAnswer(inputs=question.news)
            spare = self.registry.spare(question.urn, question.news)
            return spare.check_config(question.urn, question.olds, question.news)
        client = self.registry.get(question.provider).client
        if client is None:
            return CheckAnswer(inputs=question.news)
        return client.check(question.urn, question.olds, question.news, os.urandom(SEED_BYTES))

    def _judge(self, question: Judge) -> Judgement:
        seen = seen_resource(self.planner, question.goal, question.inputs)
        inputs, allowed = self._packs.check(seen)
        self.events.secrets.learn(inputs)
        return Judgement(inputs=inputs, allowed=allowed)

    def judge_stack(self) -> None:
        """Have the policy packs judge what the whole stack came to."""
        root = urns.make(
            self.request.stack,
            self.request.project.name,
            "",
            urns.STACK_TYPE,
            f"{self.request.project.name}-{self.request.stack}",
        )
        if not self._packs.check_stack(seen_stack(self.planner), root):
            self.impossible = True

    def _diff(self, question: Diff) -> DiffAnswer:
        type_ = urns.type_of(question.urn)
        old_inputs, olds, news = question.old_inputs, question.old_outputs, question.news
        if urns.is_provider(type_):
            if urns.provider_package(type_) == BUILTIN:
                return DiffAnswer(changes="none")
            spare = self.registry.spare(question.urn, news)
            return spare.diff_config(question.urn, "", old_inputs, olds, news, question.ignore_changes)
        client = self.registry.get(question.provider).client
        if client is None:
            return DiffAnswer(changes="unknown")
        return client.diff(question.urn, question.id, old_inputs, olds, news, question.ignore_changes)

    def _diff_provider(self, question: DiffProvider) -> DiffAnswer:
        provider = self.registry.get(question.provider)
        if provider.client is None:
            return DiffAnswer(changes="unknown")
        return provider.client.diff_config(provider.urn, "", question.old_inputs, question.old_outputs, provider.inputs)

    def _run(self, steps: list[Step]) -> None:
        """Run the steps of one registration, one after the other."""
        if not steps:
            return
        with self._slots, self._counted():
            for step in steps:
                if self.halted.is_set():
                    raise StepFailedError("stopped")
                self.runner.run(step)
                self.heed_hooks()

    def heed_hooks(self) -> None:
        """Begin nothing more when a hook failed after its operation was done."""
        if self.runner.hook_failed.is_set() and not self.request.options.continue_on_error:
            self.halt()

    @contextlib.contextmanager
    def _counted(self) -> Iterator[None]:
        with self._calm:
            self._busy += 1
        try:
            yield
        finally:
            with self._calm:
                self._busy -= 1
                self._calm.notify_all()

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        with self._calm:
            self.asked += 1
            self.in_hand += 1
        try:
            yield
        finally:
            with self._calm:
                self.in_hand -= 1

    @property
    def busy(self) -> bool:
        """Whether steps are in flight."""
        return self._busy > 0

    def drain(self) -> None:
        """Wait until nothing is in flight any more."""
        with self._calm:
            while self._busy:
                self._calm.wait()

    def _outcome(self, urn: str) -> Outcome:
        step = self.planner.registered[urn]
        return Outcome(urn=step.urn, state=step.new, skipped=step.skipped_create)

    # -- failures

    def _needs_failed(self, dependencies: Iterable[str], provider: str) -> bool:
        """Say whether something that a resource needs has failed."""
        return not self._failed.isdisjoint({*dependencies, urns.split_reference(provider)[0]})

    def _note_failure(self, urn: str) -> None:
        self._failed.add(urn)
        self.planner.failed.add(urn)
        if not self.request.options.continue_on_error:
            self.halt()

    def halt(self) -> None:
        """Begin nothing more."""
        self.events.quiet_program = True
        self.halted.set()

    def show_planned_errors(self) -> None:
        """Say what a preview found to be impossible; it goes on, and fails at its end."""
        for warning in self.planner.warnings:
            self.events.diagnostic("warning", warning.message, warning.urn)
        self.planner.warnings.clear()
        for error in self.planner.errors:
            self.events.diagnostic("error", error.message, error.urn)
        self.impossible = self.impossible or bool(self.planner.errors) or self.planner.forbidden
        self.planner.errors.clear()

    def refuse(self, error: Exception, urn: str) -> None:
        """Say what can't be done, and begin nothing more."""
        self.events.diagnostic("error", str(error), urn)
        self._forbid(urn)

    def _forbid(self, urn: str) -> None:
        self.refused = True
        self.planner.seen.add(urn)
        self._failed.add(urn)
        self.halt()


class _Everything(set[str]):
    """A set of names that holds every name."""

    def __contains__(self, name: object) -> bool:
        return True


def default_inputs(package: str, config: Mapping[str, ConfigValue]) -> Properties:
    """Return the inputs of a default provider: the stack's configuration of that namespace."""
    found: Properties = {}
    for key, item in config.items():
        namespace, _, name = key.partition(":")
        if namespace == package:
            found[name] = Secret(item.value) if item.secret else item.value
    return found
