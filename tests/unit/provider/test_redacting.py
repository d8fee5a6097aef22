import grpc
import pytest

from slipway.sandbox.provider.answering import InitFailed
from slipway.sandbox.provider.lifecycle import State
from slipway.sandbox.provider.problems import Problem
from slipway.sandbox.provider.redacting import redacted, secret_texts
from slipway.sandbox.provider.servicer import _all, _hidden
from slipway.sandbox.provider.types import declared


def test_secret_values_are_found_below_their_paths() -> None:
    values = {"a": {"b": ["x", {"token": "hush", "n": 12345}]}, "plain": "seen", "short": "ab"}
    assert secret_texts(values, {("a", "b", 1), ("short",), ("not", "there")}) == {"hush", "12345"}


def test_a_text_loses_the_longer_secret_first() -> None:
    assert redacted("got hush-hush and hush", {"hush", "hush-hush"}) == "got [secret] and [secret]"


def test_a_secret_in_tags_or_in_what_an_output_is_made_of_is_secret_there_too() -> None:
    bucket = declared("aws:s3/bucket:Bucket")
    found = _all(bucket, frozenset({("tags", "token"), ("bucket",)}))
    assert {("tagsAll", "token"), ("arn",), ("bucketDomainName",), ("bucketRegionalDomainName",)} <= found
    assert ("bucketRegion",) not in found


def test_what_aws_quotes_of_a_secret_is_not_told() -> None:
    problem = Problem(grpc.StatusCode.INVALID_ARGUMENT, "Value 'hush-hush' at 'description' is too odd")
    with pytest.raises(Problem) as caught, _hidden({"description": "hush-hush"}, frozenset({("description",)})):
        raise problem
    assert caught.value.text == "Value '[secret]' at 'description' is too odd"
    assert caught.value.code == problem.code


def test_the_reasons_of_a_half_made_resource_tell_no_secret() -> None:
    state = State(id="g", inputs={}, outputs={}, reasons=("refused: hush-hush",))
    with pytest.raises(InitFailed) as caught, _hidden({"a": "hush-hush"}, frozenset({("a",)})):
        raise InitFailed(state, frozenset())
    assert caught.value.state.reasons == ("refused: [secret]",)
    assert str(caught.value) == "refused: [secret]"
