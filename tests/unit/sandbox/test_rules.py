"""Requests are checked by botocore's model and refused in AWS's words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from slipway.sandbox.sagemaker.errors import ApiError
from slipway.sandbox.sagemaker.protocol import CHECK_VARIABLE, AnswerError, parse, serialise

ARN = "arn:aws:sagemaker:us-east-1:123456789012:model/m"


def refusal(operation: str, params: Any) -> str:
    with pytest.raises(ApiError) as refused:
        parse(operation, json.dumps(params).encode())
    return refused.value.message


def test_every_problem_is_named_at_once() -> None:
    message = refusal("CreateEndpoint", {"EndpointName": "-x-"})
    assert message.startswith("2 validation errors detected: ")
    assert "Value null at 'endpointConfigName' failed to satisfy constraint: Member must not be null" in message
    assert (
        "Value '-x-' at 'endpointName' failed to satisfy constraint: Member must satisfy regular expression" in message
    )


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"ModelPackageGroupName": "g", "Tags": [{"Key": "k"}]}, "at 'tags.1.member.value'"),
        ({"ModelPackageGroupName": 7}, "Member must be of type string"),
        ({"ModelPackageGroupName": "x" * 64}, "length less than or equal to 63"),
        ({"ModelPackageGroupName": "g", "ModelPackageGroupDescription": "x" * 1025}, "less than or equal to 1024"),
    ],
)
def test_bounds_types_and_members_are_checked(params: dict[str, Any], words: str) -> None:
    assert words in refusal("CreateModelPackageGroup", params)


def test_enumerations_and_ranges_are_checked() -> None:
    message = refusal("ListModels", {"SortOrder": "Up", "MaxResults": 0})
    assert "enum value set: [Ascending, Descending]" in message
    assert "greater than or equal to 1" in message


def test_unknown_members_are_dropped_and_nulls_count_as_absent() -> None:
    body = json.dumps({"NameContains": "a", "Invented": 1, "SortBy": None}).encode()
    assert parse("ListModels", body) == {"NameContains": "a"}


def test_a_body_that_is_no_json_object_is_refused() -> None:
    for body in (b"{", b"[]", b"7"):
        with pytest.raises(ApiError, match="Serialization"):
            parse("ListModels", body)


def test_an_operation_that_aws_does_not_have_is_refused() -> None:
    with pytest.raises(ApiError, match="UnknownOperation"):
        parse("CreateEverything", b"{}")


def test_answers_hold_no_nulls_no_strangers_and_no_empty_structures() -> None:
    model = {
        "ModelName": "m",
        "ModelArn": ARN,
        "CreationTime": 1.5,
        "VpcConfig": {},
        "PrimaryContainer": {"Image": "i", "ModelDataUrl": None, "ImageConfig": {"RepositoryAuthConfig": {}}},
        "Secret": "x",
    }
    assert json.loads(serialise("DescribeModel", model)) == {
        "ModelName": "m",
        "ModelArn": ARN,
        "CreationTime": 1.5,
        "PrimaryContainer": {"Image": "i"},
    }


def test_a_required_structure_stays_even_when_it_is_empty() -> None:
    told = {
        "ModelPackageGroupName": "g",
        "ModelPackageGroupArn": "arn:aws:sagemaker:us-east-1:123456789012:model-package-group/g",
        "ModelPackageGroupStatus": "Completed",
        "CreationTime": 1.5,
        "CreatedBy": {},
    }
    assert json.loads(serialise("DescribeModelPackageGroup", told | {"ManagedConfiguration": {}})) == told


def test_an_empty_list_stays() -> None:
    assert json.loads(serialise("ListModels", {"Models": [], "NextToken": None})) == {"Models": []}


def test_an_answer_that_aws_would_not_give_is_not_given_where_answers_are_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = {"ModelName": "m", "ModelArn": "arn"}
    monkeypatch.setenv(CHECK_VARIABLE, "1")
    with pytest.raises(AnswerError, match=r"the answer of DescribeModel is not AWS's: .*'creationTime'.*null"):
        serialise("DescribeModel", wrong)
    monkeypatch.delenv(CHECK_VARIABLE)
    assert json.loads(serialise("DescribeModel", wrong)) == wrong
