"""References, parameters, conditions, caching and retries of pipelines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.sandbox.sagemaker.pipelines.caching import cache_key, newest_hit, seconds_of
from slipway.sandbox.sagemaker.pipelines.conditions import check_condition, holds
from slipway.sandbox.sagemaker.pipelines.errors import DefinitionError, UnresolvedError
from slipway.sandbox.sagemaker.pipelines.parameters import ParameterError, bind, declared
from slipway.sandbox.sagemaker.pipelines.references import parse_path, paths_in, resolve, select
from slipway.sandbox.sagemaker.pipelines.retrying import (
    DEFAULT,
    kind_of_job_failure,
    kind_of_refusal,
    pause_before_retry,
    policies_of,
)

if TYPE_CHECKING:
    from slipway.sandbox.sagemaker.pipelines.references import Path

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "Std"]), inner, max_size=2),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("Parameters.x", ("Parameters", "x")),
        ("Steps.my-step.A.B[0].C", ("Steps", "my-step", "A", "B", 0, "C")),
        ("Steps.a.Outputs['train'].Uri", ("Steps", "a", "Outputs", "train", "Uri")),
        (
            'Steps.a.FinalMetricDataList["validation:auc"].Value',
            ("Steps", "a", "FinalMetricDataList", "validation:auc", "Value"),
        ),
    ],
)
def test_a_path_is_read(text: str, path: Path) -> None:
    assert parse_path(text) == path


@pytest.mark.parametrize("text", ["", ".a", "a..b", "a[", "a[x]", "a['b'"])
def test_a_path_that_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(DefinitionError):
        parse_path(text)


def test_a_list_is_indexed_by_number_or_by_an_elements_name() -> None:
    outputs = {"Outputs": [{"OutputName": "a", "Uri": 1}, {"OutputName": "b", "Uri": 2}]}
    assert select(outputs, ("Outputs", "b", "Uri"), "x") == 2
    assert select(outputs, ("Outputs", 0, "Uri"), "x") == 1
    with pytest.raises(UnresolvedError, match=r"Steps\.a\.Z has no value: there is no 'Z'"):
        select(outputs, ("Z",), "Steps.a.Z")


def test_functions_are_replaced_at_any_depth() -> None:
    values: dict[Path, Any] = {("Parameters", "rows"): 3, ("Steps", "a", "PropertyFiles", "f"): "s3://b/f.json"}
    documents = {"s3://b/f.json": {"auc": [{"value": 0.5}]}}
    given = {
        "plain": {"Get": "Parameters.rows"},
        "joined": {"Std:Join": {"On": "/", "Values": ["s3:/", {"Get": "Parameters.rows"}, True, 0.5]}},
        "read": [{"Std:JsonGet": {"PropertyFile": {"Get": "Steps.a.PropertyFiles.f"}, "Path": "$.auc[0].value"}}],
        "by-place": {"Std:JsonGet": {"S3Uri": "s3://b/f.json", "Path": "auc[0]['value']"}},
    }
    assert resolve(given, values.__getitem__, documents.__getitem__) == {
        "plain": 3,
        "joined": "s3://3/true/0.5",
        "read": [0.5],
        "by-place": 0.5,
    }
    assert set(paths_in(given)) == set(values)


@given(JSON)
def test_what_refers_to_nothing_stays_as_it_is(value: Any) -> None:
    nothing: dict[Any, Any] = {}
    assert resolve(value, nothing.__getitem__, nothing.__getitem__) == value
    assert list(paths_in(value)) == []


def test_parameters_take_texts_in_their_types() -> None:
    parameters = declared(
        [
            {"Name": "s", "Type": "String", "DefaultValue": "5"},
            {"Name": "i", "Type": "Integer", "DefaultValue": 0},
            {"Name": "f", "Type": "Float"},
            {"Name": "b", "Type": "Boolean", "DefaultValue": False},
            {"Name": "e", "Type": "String", "EnumValues": ["x", "y"], "DefaultValue": "x"},
        ]
    )
    values = bind(parameters, [{"Name": "f", "Value": "2"}, {"Name": "b", "Value": "true"}])
    assert values == {"s": "5", "i": 0, "f": 2.0, "b": True, "e": "x"}
    for asked, told in (
        ([{"Name": "f", "Value": "1"}, {"Name": "i", "Value": "1.5"}], "parameter i is of type Integer, got '1\\.5'"),
        ([{"Name": "f", "Value": "1"}, {"Name": "e", "Value": "z"}], "parameter e must be one of x, y, got 'z'"),
        ([{"Name": "f", "Value": "1"}, {"Name": "q", "Value": "z"}], "has no parameter q"),
        ([{"Name": "f", "Value": "1"}, {"Name": "f", "Value": "2"}], "given twice"),
        ([{"Name": "f", "Value": "true"}], "is of type Float"),
        ([], "must be given: f"),
    ):
        with pytest.raises(ParameterError, match=told):
            bind(parameters, asked)


@pytest.mark.parametrize(
    "document",
    [
        {"Name": "a", "Type": "Date"},
        {"Type": "String"},
        {"Name": "a", "Type": "Integer", "DefaultValue": "x"},
        {"Name": "a", "Type": "String", "EnumValues": ["x"], "DefaultValue": "y"},
    ],
)
def test_a_parameter_that_contradicts_itself_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError):
        declared([document])


@given(st.integers(-3, 3), st.integers(-3, 3))
def test_comparisons_are_those_of_numbers(left: int, right: int) -> None:
    kinds = ("Equals", "GreaterThan", "GreaterThanOrEqualTo", "LessThan", "LessThanOrEqualTo")
    judged = [holds({"Type": kind, "LeftValue": left, "RightValue": float(right)}) for kind in kinds]
    assert judged == [left == right, left > right, left >= right, left < right, left <= right]
    negated = {"Type": "Not", "Expression": {"Type": "In", "QueryValue": left, "Values": [right, 9]}}
    assert holds(negated) == (left != right)
    assert holds({"Type": "Or", "Conditions": [negated, {"Type": "Equals", "LeftValue": 1, "RightValue": 2}]}) == (
        left != right
    )


def test_true_is_not_one_and_texts_are_not_numbers() -> None:
    assert not holds({"Type": "Equals", "LeftValue": True, "RightValue": 1})
    assert not holds({"Type": "Equals", "LeftValue": "1", "RightValue": 1})
    with pytest.raises(UnresolvedError, match=r"cannot compare '0\.5' with 1"):
        holds({"Type": "LessThan", "LeftValue": "0.5", "RightValue": 1})


@pytest.mark.parametrize(
    "condition",
    [
        {"Type": "Near", "LeftValue": 1, "RightValue": 1},
        {"Type": "Equals", "LeftValue": 1},
        {"Type": "Not", "Expression": {"Type": "Or"}},
        "x",
    ],
)
def test_a_condition_that_cannot_be_judged_is_refused(condition: Any) -> None:
    with pytest.raises(DefinitionError):
        check_condition(condition)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("P30D", 30 * 86_400),
        ("p4dt12h", 4 * 86_400 + 12 * 3600),
        ("T12H", 12 * 3600),
        ("PT1M30S", 90),
        ("P1M", 30 * 86_400),
        ("P1W", 7 * 86_400),
    ],
)
def test_a_duration_is_read(text: str, seconds: int) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "P", "PT", "12H", "1 day"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(DefinitionError):
        seconds_of(text)


def test_a_hit_is_the_newest_success_that_was_asked_for_the_same_and_is_not_too_old() -> None:
    def execution(arn: str, start: float, **step: Any) -> dict[str, Any]:
        whole = {"StepStatus": "Succeeded", "CacheKey": "k", "StartTime": start, **step}
        return {"PipelineExecutionArn": arn, "Steps": {"a": whole}}

    executions = [
        execution("old", 1.0),
        execution("good", 5.0),
        execution("better", 6.0),
        execution("failed", 7.0, StepStatus="Failed"),
        execution("other", 8.0, CacheKey="j"),
        execution("hit", 9.0, CacheHitResult={"SourcePipelineExecutionArn": "good"}),
        {"PipelineExecutionArn": "none", "Steps": {}},
    ]
    found = newest_hit(executions, "a", "k", 5.0)
    assert found is not None
    assert found[0] == "better"
    assert newest_hit(executions, "a", "k", 6.5) is None
    assert newest_hit(executions, "b", "k", 0.0) is None


def test_names_and_tags_do_not_make_work_different() -> None:
    base = cache_key("Processing", {"Environment": {"A": "1", "B": "2"}})
    assert cache_key("Processing", {"Environment": {"B": "2", "A": "1"}, "Tags": [], "ProcessingJobName": "x"}) == base
    assert cache_key("Processing", {"Environment": {"A": "2", "B": "2"}}) != base
    assert cache_key("Training", {"Environment": {"A": "1", "B": "2"}}) != base


@given(st.integers(1, 5), st.floats(0.1, 10), st.floats(1, 3))
def test_pauses_grow_by_the_backoff_up_to_the_last_attempt(most: int, interval: float, backoff: float) -> None:
    policies = policies_of(
        [
            {
                "ExceptionType": ["Step.THROTTLING"],
                "IntervalSeconds": interval,
                "BackoffRate": backoff,
                "MaxAttempts": most,
            }
        ]
    )
    pauses = [pause_before_retry(policies, "Step.THROTTLING", retry, 0.0) for retry in range(1, most + 2)]
    assert pauses == [*(pytest.approx(interval * backoff**number) for number in range(most)), None]


def test_no_retry_begins_after_the_policys_time() -> None:
    policies = policies_of(
        [{"ExceptionType": ["SageMaker.CAPACITY_ERROR"], "IntervalSeconds": 30, "ExpireAfterMin": 1}]
    )
    assert pause_before_retry(policies, "SageMaker.CAPACITY_ERROR", 1, 29.0) == 30.0
    assert pause_before_retry(policies, "SageMaker.CAPACITY_ERROR", 1, 31.0) is None
    assert pause_before_retry(policies, "Step.SERVICE_FAULT", 1, 0.0) is None


def test_without_policies_the_services_own_faults_are_retried() -> None:
    assert policies_of(None) == DEFAULT
    assert pause_before_retry(DEFAULT, "Step.THROTTLING", 1, 0.0) == 1.0
    assert pause_before_retry(DEFAULT, "SageMaker.JOB_INTERNAL_ERROR", 1, 0.0) is None


def test_failures_are_told_apart() -> None:
    assert kind_of_refusal("ThrottlingException", 400) == "Step.THROTTLING"
    assert kind_of_refusal("InternalFailure", 500) == "Step.SERVICE_FAULT"
    assert kind_of_refusal("ResourceLimitExceeded", 400) == "SageMaker.RESOURCE_LIMIT"
    assert kind_of_refusal("ValidationException", 400) == ""
    assert kind_of_refusal("NotImplementedInSandbox", 501) == ""
    assert kind_of_job_failure("InternalServerError: oops") == "SageMaker.JOB_INTERNAL_ERROR"
    assert kind_of_job_failure("AlgorithmError: InternalServerError") == ""
