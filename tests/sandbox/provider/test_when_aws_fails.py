"""The provider while calls go wrong on purpose: what it waits out, what it reports, what it keeps."""

from typing import Any

import grpc
import pytest

from slipway.sandbox.provider.protocol import provider_pb2, status_pb2
from slipway.sandbox.provider.wire import decode, encode

pytestmark = pytest.mark.slow

GROUP = "aws:cloudwatch/logGroup:LogGroup"


def test_throttling_that_passes_is_not_seen(engine: Any, go_wrong: Any) -> None:
    go_wrong("throttle", "logs:CreateLogGroup", "--times", "3")
    made = engine.create(GROUP, "throttled", {"name": "/throttled"})
    engine.delete(made)


def test_what_was_made_before_a_refusal_is_reported_with_the_reason_and_brought_to_an_end(
    engine: Any, go_wrong: Any, boto: Any
) -> None:
    message = "not now"
    go_wrong(
        "refuse", "logs:PutRetentionPolicy", "--times", "1", "--code", "AccessDeniedException", "--message", message
    )
    given = {"name": "/half-made", "retentionInDays": 7}
    with pytest.raises(grpc.RpcError) as caught:
        engine.create(GROUP, "half", given)
    error: Any = caught.value
    details: dict[str, bytes] = dict(error.trailing_metadata())
    found = provider_pb2.ErrorResourceInitFailed()
    assert status_pb2.Status.FromString(details["grpc-status-details-bin"]).details[0].Unpack(found)
    assert found.id == "/half-made"
    assert "PutRetentionPolicy was refused with AccessDeniedException: not now" in found.reasons[0]
    assert decode(found.inputs)[0]["retentionInDays"] == 7

    address: Any = {"id": found.id, "urn": f"urn:pulumi:dev::slipway::{GROUP}::half", "type": GROUP}
    engine.stub.Update(
        provider_pb2.UpdateRequest(
            olds=found.properties, old_inputs=found.inputs, news=encode(decode(found.inputs)[0]), **address
        )
    )
    (group,) = boto("logs").describe_log_groups(logGroupNamePrefix="/half-made")["logGroups"]
    assert group["retentionInDays"] == 7
    boto("logs").delete_log_group(logGroupName="/half-made")


def test_a_refusal_of_a_create_leaves_nothing_and_says_aws_s_code_and_words(engine: Any, go_wrong: Any) -> None:
    go_wrong("refuse", "logs:CreateLogGroup", "--times", "1", "--code", "LimitExceededException", "--message", "full")
    with pytest.raises(grpc.RpcError) as caught:
        engine.create(GROUP, "refused", {"name": "/refused"})
    error: Any = caught.value
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "CreateLogGroup was refused with LimitExceededException: full" in error.details()
    assert engine.imported(GROUP, "refused", "/refused") is None
