"""The filters and the join of DataProcessing."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.sandbox.sagemaker.jobs.transform.data_processing import DataProcessingError, Plan, plan_of
from slipway.sandbox.sagemaker.jobs.transform.json_path import JsonPathError, parse_json_path, select

RECORD = {"id": 7, "features": [1, 2, 3], "more": {"a": 1, "b": 2}}


@pytest.mark.parametrize(
    ("path", "chosen"),
    [
        ("$", RECORD),
        ("$.id", 7),
        ("$['id']", 7),
        ("$['id','features']", [7, [1, 2, 3]]),
        ("$.features[0]", 1),
        ("$.features[-1]", 3),
        ("$.features[0,2]", [1, 3]),
        ("$.features[1:]", [2, 3]),
        ("$.features[:-1]", [1, 2]),
        ("$.more.*", [1, 2]),
        ("$.features[*]", [1, 2, 3]),
    ],
)
def test_a_path_chooses(path: str, chosen: Any) -> None:
    assert select(RECORD, parse_json_path(path)) == chosen


@pytest.mark.parametrize("path", ["id", "$..id", "$.features[?(@>1)]", "$[", "$.features[0:2:1]", "$ .id"])
def test_a_path_that_is_not_understood_is_refused(path: str) -> None:
    with pytest.raises(JsonPathError):
        parse_json_path(path)


@pytest.mark.parametrize("path", ["$.nothing", "$.features[9]", "$.id[0]", "$[0]", "$.features.name", "$.id[1:]"])
def test_a_path_that_does_not_fit_a_record_is_told(path: str) -> None:
    with pytest.raises(JsonPathError):
        select(RECORD, parse_json_path(path))


def test_csv_columns_are_chosen_and_joined_behind_the_record() -> None:
    plan = csv_plan(InputFilter="$[1:]", JoinSource="Input", OutputFilter="$[0,-1]")
    assert plan.sent(b'id,"a,b",2') == b'"a,b",2'
    assert plan.kept(b'id,"a,b",2', b"0.5") == b"id,0.5"


def test_json_gets_the_prediction_as_a_member() -> None:
    plan = json_plan(InputFilter="$.features", JoinSource="Input", OutputFilter="$['id','SageMakerOutput']")
    assert plan.sent(b'{"id": 1, "features": [2]}') == b"[2]"
    assert plan.kept(b'{"id": 1, "features": [2]}', b'{"score": 3}') == b'[1,{"score":3}]'
    whole = json_plan(JoinSource="Input")
    assert whole.kept(b"[1]", b"2") == b'{"SageMakerInput":[1],"SageMakerOutput":2}'


def test_nothing_to_do_is_no_plan() -> None:
    assert plan_of(job("text/csv", DataProcessing={"InputFilter": "$", "OutputFilter": "$"})) is None


def test_formats_without_records_are_refused() -> None:
    with pytest.raises(DataProcessingError, match="application/x-image"):
        plan_of(job("application/x-image", DataProcessing={"JoinSource": "Input"}))
    mixed = job("text/csv", DataProcessing={"JoinSource": "Input"})
    mixed["TransformOutput"]["Accept"] = "application/json"
    with pytest.raises(DataProcessingError, match="one format"):
        plan_of(mixed)


def test_an_answer_that_is_not_one_record_is_told() -> None:
    with pytest.raises(DataProcessingError, match="2 rows"):
        csv_plan(JoinSource="Input").kept(b"1", b"2\n3")
    with pytest.raises(DataProcessingError, match="cannot be read"):
        json_plan(JoinSource="Input").kept(b"{}", b"oops")


def csv_plan(**config: str) -> Plan:
    """Return the plan of a job over CSV."""
    plan = plan_of(job("text/csv", DataProcessing=config))
    assert plan is not None
    return plan


def json_plan(**config: str) -> Plan:
    """Return the plan of a job over JSON."""
    plan = plan_of(job("application/json", DataProcessing=config))
    assert plan is not None
    return plan


def job(content_type: str, **members: Any) -> dict[str, Any]:
    """Return what a plan needs of a job."""
    return {"TransformInput": {"ContentType": content_type}, "TransformOutput": {}, **members}
