"""What must stay declared: the release that serves, which only a settled endpoint tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from slipway.failure import Failure
from slipway.release.standing import standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_sagemaker import SageMakerClient


def endpoint(status: str) -> SageMakerClient:
    client = boto3.client("sagemaker", region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s")
    stub = Stubber(client)
    arn = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/slipway-dev"
    told = {"EndpointName": "slipway-dev", "EndpointArn": arn, "CreationTime": 0, "LastModifiedTime": 0}
    stub.add_response("describe_endpoint", {**told, "EndpointStatus": status})
    stub.activate()
    return client


@pytest.mark.parametrize("status", ["Creating", "Updating", "SystemUpdating", "RollingBack"])
def test_while_an_endpoint_changes_nobody_knows_what_serves(
    status: str, pinned_release: Callable[..., dict[str, Any]]
) -> None:
    with pytest.raises(Failure, match=f"is {status}: what serves is not decided yet"):
        standing(endpoint(status), "slipway-dev", {"current": pinned_release(1)})


def test_an_endpoint_that_failed_serves_nothing_and_the_pin_stands(
    pinned_release: Callable[..., dict[str, Any]],
) -> None:
    current = pinned_release(1)
    assert standing(endpoint("Failed"), "slipway-dev", {"current": current}) == current
