"""Which deployment configurations are refused at the call."""

from typing import Any

import pytest

from slipway.sandbox.sagemaker.endpoints.guardrails import check
from slipway.sandbox.sagemaker.errors import ApiError


def variant(name: str = "A", instances: int = 4) -> dict[str, Any]:
    return {"VariantName": name, "InitialInstanceCount": instances}


def size(kind: str, value: int) -> dict[str, Any]:
    return {"Type": {"%": "CAPACITY_PERCENT", "n": "INSTANCE_COUNT"}[kind], "Value": value}


def blue_green(kind: str, timeout: int | None = None, wait: int = 60, **routing: Any) -> dict[str, Any]:
    policy: dict[str, Any] = {
        "TrafficRoutingConfiguration": {"Type": kind, "WaitIntervalInSeconds": wait, **routing},
        "TerminationWaitInSeconds": 600,
    }
    return {
        "BlueGreenUpdatePolicy": policy | ({} if timeout is None else {"MaximumExecutionTimeoutInSeconds": timeout})
    }


def rolling(batch: dict[str, Any], **policy: Any) -> dict[str, Any]:
    return {"RollingUpdatePolicy": {"MaximumBatchSize": batch, "WaitIntervalInSeconds": 60, **policy}}


CANARY = blue_green("CANARY", CanarySize=size("%", 10))
SERVERLESS = {"VariantName": "A", "ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1}}


@pytest.mark.parametrize(
    ("deployment", "reason"),
    [
        (CANARY | rolling(size("%", 10)), "only one of BlueGreenUpdatePolicy and RollingUpdatePolicy"),
        (blue_green("CANARY"), "CanarySize is required for the traffic routing type CANARY"),
        (blue_green("LINEAR"), "LinearStepSize is required for the traffic routing type LINEAR"),
        (blue_green("CANARY", CanarySize=size("%", 51)), r"CanarySize must be 0 to 50 % .* got 51"),
        (blue_green("CANARY", CanarySize=size("n", 3)), r"CanarySize must be 0 to 50 % of a variant's 4 instance"),
        (blue_green("LINEAR", LinearStepSize=size("%", 9)), "LinearStepSize must be 10 to 50 %"),
        (blue_green("LINEAR", LinearStepSize=size("%", 51)), "LinearStepSize must be 10 to 50 %"),
        (rolling(size("%", 4)), "MaximumBatchSize must be 5 to 50 %"),
        (rolling(size("n", 3)), "MaximumBatchSize must be 5 to 50 %"),
        (rolling(size("n", 1), RollbackMaximumBatchSize=size("%", 101)), "RollbackMaximumBatchSize must be 5 to 100 %"),
        (blue_green("ALL_AT_ONCE", timeout=600), r"must be larger than all waits together \(600\), got 600"),
        (blue_green("CANARY", timeout=660, CanarySize=size("%", 10)), r"all waits together \(660\), got 660"),
        (blue_green("LINEAR", timeout=720, LinearStepSize=size("%", 50)), None),
        (blue_green("LINEAR", timeout=660, LinearStepSize=size("%", 50)), r"all waits together \(660\)"),
        (rolling(size("%", 5), MaximumExecutionTimeoutInSeconds=1200), r"all waits together \(1200\)"),
        (rolling(size("%", 5), MaximumExecutionTimeoutInSeconds=1201), None),
        (rolling(size("n", 2), RollbackMaximumBatchSize=size("%", 100)), None),
        (blue_green("CANARY", CanarySize=size("n", 2)), None),
        (CANARY, None),
        ({"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "a"}]}}, None),
        ({}, None),
        (None, None),
    ],
)
def test_sizes_policies_and_waits(deployment: dict[str, Any] | None, reason: str | None) -> None:
    if reason is None:
        check(deployment, [variant()], [variant()])
        return
    with pytest.raises(ApiError, match=reason) as caught:
        check(deployment, [variant()], [variant()])
    assert caught.value.code == "ValidationException"


@pytest.mark.parametrize(
    "deployment", [CANARY, blue_green("LINEAR", LinearStepSize=size("%", 10)), rolling(size("%", 50))]
)
def test_a_gradual_update_needs_the_variant_names_that_serve(deployment: dict[str, Any]) -> None:
    with pytest.raises(ApiError, match=r"variant names .*\(A\), the new one has B"):
        check(deployment, [variant("B")], [variant("A")])
    check(deployment, [variant("A")], [variant("A", 1)])


def test_an_update_at_once_may_rename_variants_and_a_creation_has_none_to_keep() -> None:
    check(blue_green("ALL_AT_ONCE"), [variant("B")], [variant("A")])
    check(None, [variant("B")], [variant("A")])
    check(CANARY, [variant("B")], None)


def test_a_rolling_update_is_for_one_variant_with_instances() -> None:
    two = [variant("A"), variant("B")]
    with pytest.raises(ApiError, match="one production variant, this one has 2"):
        check(rolling(size("%", 50)), two, two)
    with pytest.raises(ApiError, match="not for serverless variants"):
        check(rolling(size("%", 50)), [SERVERLESS], [SERVERLESS])


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(ApiError, match=r"variant names .*; CanarySize must be"):
        check(blue_green("CANARY", CanarySize=size("%", 60)), [variant("B")], [variant("A")])
