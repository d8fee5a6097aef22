"""Filters, order and pages of lists."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.sandbox.sagemaker.errors import ApiError
from slipway.sandbox.sagemaker.listing import page

RECORDS = [
    {"Name": "alpha", "CreationTime": 3.0, "LastModifiedTime": 9.0, "Status": "Ready", "Type": "x"},
    {"Name": "Beta", "CreationTime": 1.0, "LastModifiedTime": 8.0, "Status": "Failed", "Type": "x"},
    {"Name": "alphabet", "CreationTime": 2.0, "LastModifiedTime": 7.0, "Status": "Ready", "Type": "y"},
]


def names(params: dict[str, Any], *, descending: bool = False) -> list[str]:
    records, _ = page(RECORDS, params, name=lambda record: str(record["Name"]), status="Status", descending=descending)
    return [record["Name"] for record in records]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, ["Beta", "alphabet", "alpha"]),
        ({"SortOrder": "Descending"}, ["alpha", "alphabet", "Beta"]),
        ({"SortBy": "Name"}, ["Beta", "alpha", "alphabet"]),
        ({"SortBy": "LastModifiedTime"}, ["alphabet", "Beta", "alpha"]),
        ({"SortBy": "Status", "SortOrder": "Ascending"}, ["Beta", "alpha", "alphabet"]),
        ({"NameContains": "ALPHA"}, ["alphabet", "alpha"]),
        ({"StatusEquals": "Ready"}, ["alphabet", "alpha"]),
        ({"CreationTimeAfter": 1.5}, ["alphabet", "alpha"]),
        ({"CreationTimeBefore": 1.5}, ["Beta"]),
        ({"LastModifiedTimeAfter": 8.5}, ["alpha"]),
        ({"CreatedAfter": 2.5}, ["alpha"]),
        ({"Type": "y"}, ["alphabet"]),
        ({"TypeEquals": "y"}, ["alphabet"]),
        ({"Missing": "y"}, []),
    ],
)
def test_each_filter_and_order_means_what_aws_means(params: dict[str, Any], expected: list[str]) -> None:
    assert names(params) == expected


def test_the_operations_own_order_holds_until_the_caller_says_otherwise() -> None:
    assert names({}, descending=True) == ["alpha", "alphabet", "Beta"]
    assert names({"SortOrder": "Ascending"}, descending=True) == ["Beta", "alphabet", "alpha"]


@given(st.integers(0, 60), st.integers(1, 20))
def test_following_the_tokens_gives_everything_once(count: int, size: int) -> None:
    records = [{"Name": f"{number:03}", "CreationTime": float(number % 5)} for number in range(count)]
    seen: list[str] = []
    token: str | None = None
    while True:
        params = {"MaxResults": size} | ({"NextToken": token} if token else {})
        found, token = page(records, params, name=lambda record: str(record["Name"]))
        assert len(found) <= size
        seen += [record["Name"] for record in found]
        if token is None:
            break
    assert sorted(seen) == [record["Name"] for record in records]


def test_a_token_of_somebody_else_is_refused() -> None:
    with pytest.raises(ApiError, match="token"):
        names({"NextToken": "abc"})
