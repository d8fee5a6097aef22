from typing import Any

import grpc
import pytest

from slipway.sandbox.provider import lifecycle
from slipway.sandbox.provider.problems import Problem
from slipway.sandbox.provider.retrying import Patience
from slipway.sandbox.provider.types import declared

GROUP = declared("aws:cloudwatch/logGroup:LogGroup")
THROTTLED = (400, {"__type": "ThrottlingException", "message": "Rate exceeded"})


def test_throttling_is_waited_out(aws: Any) -> None:
    aws.says("CreateLogGroup", THROTTLED, THROTTLED, (200, {}))
    state = lifecycle.create(GROUP, aws.scope("logs"), {"name": "g"})
    assert (state.id, state.reasons) == ("g", ())
    assert aws.asked == ["CreateLogGroup"] * 3


def test_throttling_without_end_is_told_in_aws_s_words_after_a_bounded_number_of_attempts(aws: Any) -> None:
    aws.says("CreateLogGroup", THROTTLED)
    with pytest.raises(Problem) as caught:
        lifecycle.create(GROUP, aws.scope("logs"), {"name": "g"})
    assert caught.value.code == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "CreateLogGroup was refused with ThrottlingException: Rate exceeded" in caught.value.text
    assert len(aws.asked) == Patience().throttled_attempts


@pytest.mark.parametrize(("code", "times"), [("OperationAborted", 8), ("InvalidParameterException", 1)])
def test_only_what_may_pass_is_asked_again(aws: Any, code: str, times: int) -> None:
    aws.refuses("CreateLogGroup", code)
    with pytest.raises(Problem):
        lifecycle.create(GROUP, aws.scope("logs"), {"name": "g"})
    assert len(aws.asked) == times


@pytest.mark.parametrize(
    ("status", "times", "code"),
    [(503, 4, grpc.StatusCode.UNAVAILABLE), (501, 1, grpc.StatusCode.UNIMPLEMENTED)],
)
def test_a_server_that_is_away_is_asked_a_few_times_and_one_that_lacks_the_operation_once(
    aws: Any, status: int, times: int, code: grpc.StatusCode
) -> None:
    aws.refuses("CreateLogGroup", "Away", status=status)
    with pytest.raises(Problem) as caught:
        lifecycle.create(GROUP, aws.scope("logs"), {"name": "g"})
    assert (caught.value.code, len(aws.asked)) == (code, times)


def test_nobody_who_listens_is_asked_a_few_times_and_told(aws: Any) -> None:
    aws.away = True
    with pytest.raises(Problem) as caught:
        lifecycle.create(GROUP, aws.scope("logs"), {"name": "g"})
    assert (caught.value.code, len(aws.asked)) == (grpc.StatusCode.UNAVAILABLE, 4)


def test_pauses_double_up_to_a_limit_and_end() -> None:
    delays = [Patience().delay(n, code="Throttling", status=400, lost=False) for n in range(1, 9)]
    assert delays == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, None]
    lost = [Patience().delay(n, code="", status=0, lost=True) for n in range(1, 5)]
    assert lost == [0.1, 0.2, 0.4, None]
