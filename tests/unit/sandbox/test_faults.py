"""Which calls a fault meets, how often it strikes, and what makes no sense."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.sandbox.faults.book import FaultBook
from slipway.sandbox.faults.fault import Fault, FaultError, fault_of
from slipway.sandbox.faults.striking import texts_of
from slipway.sandbox.gateway.calls import Call

if TYPE_CHECKING:
    from pathlib import Path


def strikes(book: FaultBook, operation: str = "s3:PutObject", *texts: str) -> bool:
    return book.strike(("throttle",), operation, lambda: iter(texts)) is not None


def throttle(**given: object) -> Fault:
    return fault_of({"kind": "throttle", "operation": "s3:PutObject"} | given)


@given(after=st.integers(0, 5), times=st.integers(1, 5), calls=st.integers(0, 15))
def test_a_fault_strikes_as_often_as_it_is_asked_to_and_not_before(
    tmp_path_factory: pytest.TempPathFactory, after: int, times: int, calls: int
) -> None:
    book = FaultBook(tmp_path_factory.mktemp("faults") / "faults.json")
    book.add(throttle(after=after, times=times))
    struck = [strikes(book) for _ in range(calls)]
    assert struck == [after <= call < after + times for call in range(calls)]


def test_a_fault_meets_its_operation_and_its_resource_only(tmp_path: Path) -> None:
    book = FaultBook(tmp_path / "faults.json")
    book.add(throttle(operation="s3:put*", resource="lake/*.csv"))
    assert strikes(book, "s3:PutObject", "lake", "lake/a.csv")
    assert strikes(book, "s3:PutBucketPolicy", "lake/b.csv")
    assert not strikes(book, "s3:GetObject", "lake/a.csv")
    assert not strikes(book, "s3:PutObject", "lake/a.txt")
    assert not strikes(book, "s3:PutObject")


def test_a_restart_goes_on_with_the_faults_and_their_counts(tmp_path: Path) -> None:
    first = FaultBook(tmp_path / "faults.json")
    first.add(throttle(times=2))
    assert strikes(first)
    again = FaultBook(tmp_path / "faults.json")
    assert again.all() == first.all()
    assert [strikes(again), strikes(again)] == [True, False]
    assert again.add(throttle())["id"] == 2


def test_cleared_faults_strike_no_more_and_leave_no_file(tmp_path: Path) -> None:
    book = FaultBook(tmp_path / "faults.json")
    for _ in range(3):
        book.add(throttle())
    assert (book.clear(2), book.clear(2)) == (1, 0)
    assert [each["id"] for each in book.all()] == [1, 3]
    assert book.clear() == 2
    assert not strikes(book)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_list_of_faults_is_dropped(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "faults.json").write_text('[{"kind": "throttle"}]')
    assert FaultBook(tmp_path / "faults.json").empty
    assert "cannot be read and are dropped" in caplog.text


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ([], "a fault is a JSON object, got list"),
        ({"kind": "throttle"}, "a fault needs operation"),
        ({"kind": "throttle", "operation": "s3:*", "chance": 1}, "a fault has no chance; it has kind, operation"),
        ({"kind": "break", "operation": "s3:*"}, "kind must be one of throttle, capacity, .*, got 'break'"),
        ({"kind": "throttle", "operation": "PutObject"}, "operation must be SERVICE:OPERATION .*, got 'PutObject'"),
        ({"kind": "throttle", "operation": "s3:*", "times": 0}, "times must be from 1 to 1000000, got 0"),
        ({"kind": "throttle", "operation": "s3:*", "times": True}, "times must be int or nothing, got True"),
        ({"kind": "throttle", "operation": "s3:*", "after": -1}, "after must be from 0 to 1000000, got -1"),
        ({"kind": "delay", "operation": "s3:*", "seconds": 301}, "seconds must be above 0 and at most 300, got 301"),
        ({"kind": "refuse", "operation": "s3:*"}, "refuse needs the error code"),
        (
            {"kind": "refuse", "operation": "s3:*", "code": "X", "status": 200},
            "status must be from 400 to 599, got 200",
        ),
        (
            {"kind": "capacity", "operation": "s3:*"},
            r"capacity runs out behind sagemaker:CreateEndpoint.*, got 's3:\*'",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(document: object, told: str) -> None:
    with pytest.raises(FaultError, match=told):
        fault_of(document)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(FaultError, match=r"kind must be .*; operation must be .*; times must be"):
        fault_of({"kind": "x", "operation": "y", "times": -3})


def test_an_object_is_met_by_its_key_by_its_bucket_and_by_both() -> None:
    call = Call("s3", "PutObject", {"Bucket": "lake", "Key": "a/b", "Tags": [{"Key": "team"}]}, {})
    assert list(texts_of(call)) == ["lake", "a/b", "team", "lake/a/b"]
