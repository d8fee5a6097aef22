"""What a pipeline's definition may say, and how a wrong one is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from slipway.sandbox.sagemaker.pipelines.definition import Definition, parse_definition
from slipway.sandbox.sagemaker.pipelines.errors import DefinitionError
from slipway.sandbox.sagemaker.pipelines.naming import made_name
from slipway.sandbox.sagemaker.pipelines.schedule import Schedule

NAMES = [f"s{number}" for number in range(7)]


def parsed(*steps: dict[str, Any], **members: Any) -> Definition:
    return parse_definition(json.dumps({"Version": "2020-12-01", "Steps": list(steps), **members}))


def fail(name: str, message: Any = "no", **more: Any) -> dict[str, Any]:
    return {"Name": name, "Type": "Fail", "Arguments": {"ErrorMessage": message}, **more}


def condition(name: str, then: list[Any], otherwise: list[Any], left: Any = 1) -> dict[str, Any]:
    judged = {"Type": "Equals", "LeftValue": left, "RightValue": 1}
    return {
        "Name": name,
        "Type": "Condition",
        "Arguments": {"Conditions": [judged], "IfSteps": then, "ElseSteps": otherwise},
    }


def test_a_step_needs_what_it_refers_to_what_it_depends_on_and_its_condition() -> None:
    file = {"Std:JsonGet": {"PropertyFile": {"Get": "Steps.a.PropertyFiles.f"}, "Path": "x"}}
    first = {
        "Name": "a",
        "Type": "Processing",
        "Arguments": {},
        "PropertyFiles": [{"PropertyFileName": "f", "OutputName": "o", "FilePath": "p.json"}],
    }
    inner = fail("inner", {"Get": "Steps.b.TrainingJobName"})
    definition = parsed(
        first,
        {"Name": "b", "Type": "Training", "Arguments": {}, "DependsOn": ["a"]},
        condition("choice", [inner], [], left=file),
    )
    assert {name: set(step.needs) for name, step in definition.steps.items()} == {
        "a": set(),
        "b": {"a"},
        "choice": {"a"},
        "inner": {"b", "choice"},
    }


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ([{"Name": "s", "Type": "EMR"}], "step s has Type 'EMR', which is not in the sandbox"),
        ([{"Name": "s"}], "step s has Type None"),
        ([fail("a b")], "got 'a b'"),
        ([fail("s"), fail("s")], "unique, got s"),
        ([fail("s", {"Get": "Steps.other.X"})], "step s refers to Steps.other.X, which the pipeline does not have"),
        ([fail("s", DependsOn=["other"])], "step s depends on other, which the pipeline does not have"),
        ([fail("s", {"Get": "Parameters.p"})], "step s refers to Parameters.p, which the pipeline does not have"),
        ([fail("s", {"Get": "Execution.Mood"})], "step s refers to Execution.Mood"),
        ([fail("s", {"Get": "Other.x"})], "references start with Parameters, Steps or Execution"),
        ([fail("s", {"Std:Split": {}})], "step s: the function Std:Split is not in the sandbox"),
        ([fail("s", {"Std:JsonGet": {"Path": "x"}})], "step s: Std:JsonGet takes Path and one of"),
        ([fail("s", DependsOn=["t"]), fail("t", DependsOn=["s"])], "in a circle: [st] -> [st] -> [st]"),
        ([fail("s", {"Get": "Steps.s.X"})], "in a circle: s -> s"),
        ([fail("s"), fail("t", {"Get": "Steps.s.PropertyFiles.f"})], "which step s does not declare"),
        ([fail("s", CacheConfig={"Enabled": True})], "step s: a step of Type Fail cannot have a CacheConfig"),
        ([fail("s", RetryPolicies=[{"ExceptionType": ["Any"]}])], "step s: RetryPolicies"),
        ([{"Name": "s", "Type": "Fail", "Arguments": {}}], "step s: a Fail step needs an ErrorMessage"),
        ([{"Name": "s", "Type": "Condition", "Arguments": {}}], "step s: a Condition needs at least one"),
    ],
)
def test_what_cannot_run_is_told_with_the_steps_name(steps: list[dict[str, Any]], told: str) -> None:
    with pytest.raises(DefinitionError, match=told):
        parsed(*steps)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"Steps": []}', '{"Steps": [{"Name": "a", "Type": "Fail"}]}'])
def test_what_is_no_definition_is_told(text: str) -> None:
    with pytest.raises(DefinitionError):
        parse_definition(text)


def test_only_the_branch_that_was_taken_becomes_ready() -> None:
    nested = condition("inner", [fail("deep")], [])
    schedule = Schedule(parsed(condition("choice", [fail("yes")], [nested]), fail("after", DependsOn=["deep"])), {})
    assert ready(schedule) == ["choice"]
    schedule.begin("choice")
    assert ready(schedule) == []
    schedule.finish("choice", outcome=True)
    assert ready(schedule) == ["yes"]


def test_nothing_begins_after_a_failure() -> None:
    schedule = Schedule(parsed(fail("a"), fail("b")), {})
    schedule.begin("a")
    schedule.fail("a")
    assert (ready(schedule), schedule.failed, schedule.running) == ([], True, 0)


def test_a_retry_begins_with_what_was_not_done() -> None:
    definition = parsed(fail("a"), condition("choice", [], [fail("no")]), fail("b", DependsOn=["a"]))
    assert ready(Schedule(definition, {"a": None, "choice": False})) == ["no", "b"]


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=12), st.randoms())
def test_every_step_runs_once_and_after_what_it_depends_on(pairs: list[tuple[str, str]], random: Any) -> None:
    depends = {name: sorted({other for one, other in pairs if one == name and other < name}) for name in NAMES}
    schedule = Schedule(parsed(*(fail(name, DependsOn=depends[name]) for name in reversed(NAMES))), {})
    order: list[str] = []
    running: list[str] = []
    while True:
        for name in ready(schedule):
            assert set(depends[name]) <= set(order)
            schedule.begin(name)
            running.append(name)
        if not running:
            break
        done = running.pop(random.randrange(len(running)))
        schedule.finish(done)
        order.append(done)
    assert sorted(order) == NAMES


@example("a" * 64)
@given(st.from_regex(r"[A-Za-z0-9\-_]{1,64}", fullmatch=True))
def test_a_made_name_is_one_that_sagemaker_takes(step: str) -> None:
    name = made_name("abcdefghijkl", step)
    assert len(name) <= 63
    assert "--" not in name
    assert name.startswith("pipelines-abcdefghijkl-")
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")


def ready(schedule: Schedule) -> list[str]:
    return [step.name for step in schedule.ready()]
