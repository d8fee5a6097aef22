"""Objects cut into records, packed into requests, put together again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.sandbox.sagemaker.jobs.transform.batches import PayloadTooLargeError, assemble, records_of, requests_of
from slipway.sandbox.sagemaker.jobs.transform.settings import settings_of, suggestions

RECORDS = st.lists(st.binary(min_size=1, max_size=9).filter(lambda each: b"\n" not in each and b"\r" not in each))


@given(RECORDS)
def test_lines_are_records_whatever_ends_them(records: list[bytes]) -> None:
    assert records_of(b"\r\n".join(records), "Line") == records
    assert records_of(b"\n".join(records) + b"\n\n", "Line") == records


def test_without_a_split_an_object_is_one_record() -> None:
    assert records_of(b"1\n2\n", "None") == [b"1\n2\n"]


@given(RECORDS, st.integers(9, 40))
def test_requests_keep_order_and_limit_and_are_as_full_as_they_can_be(records: list[bytes], limit: int) -> None:
    requests = requests_of(records, limit, single=False)
    assert [each for request in requests for each in request] == records
    sizes = [len(b"\n".join(request)) for request in requests]
    assert all(size <= limit for size in sizes)
    for size, following in zip(sizes, requests[1:], strict=False):
        assert size + 1 + len(following[0]) > limit


@given(RECORDS)
def test_a_single_record_is_a_request_of_its_own(records: list[bytes]) -> None:
    assert requests_of(records, 9, single=True) == [[record] for record in records]


def test_a_record_that_is_too_large_is_told_with_its_number() -> None:
    with pytest.raises(PayloadTooLargeError, match="record 2 has 3 bytes, at most 2"):
        requests_of([b"a", b"abc"], 2, single=False)


def test_answers_are_put_together_with_one_newline_each_or_none() -> None:
    assert assemble([b"a\n", b"b"], "Line") == b"a\nb\n"
    assert assemble([b"a\n", b"b"], "None") == b"a\nb"


def test_the_job_decides_before_the_container_and_the_container_before_sagemaker() -> None:
    suggested = suggestions(b'{"MaxConcurrentTransforms": 8, "BatchStrategy": "SINGLE_RECORD", "MaxPayloadInMB": 2}')
    left_open = settings_of({}, suggested)
    assert (left_open.concurrent, left_open.single_record, left_open.payload_bytes) == (8, True, 2 << 20)
    own = settings_of({"MaxConcurrentTransforms": 3, "BatchStrategy": "MultiRecord", "MaxPayloadInMB": 1}, suggested)
    assert (own.concurrent, own.single_record, own.payload_bytes) == (3, False, 1 << 20)
    default = settings_of({}, suggestions(b"ok"))
    assert (default.concurrent, default.single_record, default.payload_bytes) == (1, False, 6 << 20)
