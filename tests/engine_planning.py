"""Asks the planner question by question: no provider, no process, no state file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slipway.engine import urn as urns
from slipway.engine.planning.ending import plan_deletions
from slipway.engine.planning.planner import Planner, Planning
from slipway.engine.planning.questions import Answer, Check, Diff, Question
from slipway.engine.planning.registration import Registration
from slipway.engine.providers.answers import CheckAnswer, CheckFailure, DiffAnswer
from slipway.engine.request import Options
from slipway.engine.state.resource import ResourceState
from slipway.engine.state.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway.engine.planning.steps import Step

PROVIDER = "urn:pulumi:dev::p::pulumi:providers:t::default::id"
SAME = DiffAnswer(changes="none")
UPDATE = DiffAnswer(changes="some", changed_keys=("x",))
REPLACE = DiffAnswer(changes="some", changed_keys=("x",), replace_keys=("x",))


def urn(name: str) -> str:
    return urns.make("dev", "p", "", "t:index:T", name)


def goal(name: str, **fields: Any) -> Registration:
    settings: dict[str, Any] = {"inputs": {"x": 2}, "provider": PROVIDER, **fields}
    return Registration(urn=urn(name), type="t:index:T", name=name, custom=True, **settings)


def stored(name: str, **fields: Any) -> ResourceState:
    settings: dict[str, Any] = {"inputs": {"x": 1}, "outputs": {"x": 1}, "provider": PROVIDER, **fields}
    return ResourceState(urn=urn(name), type="t:index:T", custom=True, id=f"{name}-1", **settings)


def planner(*olds: ResourceState, preview: bool = False, **options: Any) -> Planner:
    return Planner(Snapshot(list(olds)), Options(**options), preview=preview)


class Asked:
    """Drives the planner and remembers what it asked."""

    def __init__(self, diff: DiffAnswer | Callable[[Diff], DiffAnswer] = SAME, failure: str = "") -> None:
        self.questions: list[Question] = []
        self._diff = diff
        self._failure = failure

    def _answer(self, question: Question) -> Answer:
        self.questions.append(question)
        if isinstance(question, Check):
            failures = (CheckFailure(property="x", reason=self._failure),) if self._failure else ()
            return CheckAnswer(inputs=question.news, failures=failures)
        if isinstance(question, Diff):
            return self._diff if isinstance(self._diff, DiffAnswer) else self._diff(question)
        return SAME

    def plan(self, on: Planner, wanted: Registration) -> list[Step]:
        return self.drive(on.plan(wanted))

    def end(self, on: Planner) -> list[Step]:
        return self.drive(plan_deletions(on))

    def drive(self, planning: Planning) -> list[Step]:
        answer: Answer | None = None
        while True:
            try:
                question = next(planning) if answer is None else planning.send(answer)
            except StopIteration as stop:
                found: list[Step] = stop.value
                return found
            answer = self._answer(question)

    def kinds(self) -> list[str]:
        return [type(question).__name__ for question in self.questions]


def ops(steps: list[Step]) -> list[str]:
    """Return operation and name of each step."""
    return [f"{step.op} {urns.name_of(step.urn)}" for step in steps]
