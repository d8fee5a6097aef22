"""How an update goes, by its DeploymentConfig."""

from typing import Any

import pytest

from slipway.sandbox.sagemaker.endpoints.traffic import (
    Stage,
    alarms_of,
    effective,
    stages_of,
    timeout_of,
)


def blue_green(kind: str, **more: Any) -> dict[str, Any]:
    return {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {"Type": kind, "WaitIntervalInSeconds": 60, **more},
            "TerminationWaitInSeconds": 30,
        }
    }


def percent(value: int) -> dict[str, Any]:
    return {"Type": "CAPACITY_PERCENT", "Value": value}


def count(value: int) -> dict[str, Any]:
    return {"Type": "INSTANCE_COUNT", "Value": value}


def told(stages: list[Stage], instances: int) -> list[tuple[float, str]]:
    return [(stage.share, stage.message(instances)) for stage in stages]


TERMINATION = "Baking for 30 seconds (TerminationWaitInSeconds) with traffic enabled on"
INTERVAL = "Baking for 60 seconds (WaitIntervalInSeconds) with traffic enabled on"


@pytest.mark.parametrize(
    ("deployment", "expected"),
    [
        (
            blue_green("ALL_AT_ONCE"),
            [
                (0.0, "Launching 4 instance(s)."),
                (1.0, "Activating traffic on full capacity of 4 instance(s)."),
                (1.0, f"{TERMINATION} full capacity of 4 instance(s)."),
                (1.0, "Terminating 4 instance(s)."),
            ],
        ),
        (
            blue_green("CANARY", CanarySize=percent(30)),
            [
                (0.0, "Launching 4 instance(s)."),
                (0.3, "Activating traffic on canary capacity of 2 instance(s)."),
                (0.3, f"{INTERVAL} canary capacity of 2 instance(s)."),
                (1.0, "Activating traffic on full capacity of 4 instance(s)."),
                (1.0, f"{TERMINATION} full capacity of 4 instance(s)."),
                (1.0, "Terminating 4 instance(s)."),
            ],
        ),
        (
            blue_green("LINEAR", LinearStepSize=percent(40)),
            [
                (0.0, "Launching 4 instance(s)."),
                (0.4, "Activating traffic on partial capacity of 2 instance(s)."),
                (0.4, f"{INTERVAL} partial capacity of 2 instance(s)."),
                (0.8, "Activating traffic on partial capacity of 4 instance(s)."),
                (0.8, f"{INTERVAL} partial capacity of 4 instance(s)."),
                (1.0, "Activating traffic on full capacity of 4 instance(s)."),
                (1.0, f"{TERMINATION} full capacity of 4 instance(s)."),
                (1.0, "Terminating 4 instance(s)."),
            ],
        ),
        (
            {"RollingUpdatePolicy": {"MaximumBatchSize": count(2), "WaitIntervalInSeconds": 60}},
            [
                (0.0, "Launching 2 instance(s)."),
                (0.5, "Activating traffic on partial capacity of 2 instance(s)."),
                (0.5, f"{INTERVAL} partial capacity of 2 instance(s)."),
                (0.5, "Terminating 2 instance(s)."),
                (0.5, "Launching 2 instance(s)."),
                (1.0, "Activating traffic on full capacity of 4 instance(s)."),
                (1.0, f"{INTERVAL} full capacity of 4 instance(s)."),
                (1.0, "Terminating 2 instance(s)."),
            ],
        ),
    ],
)
def test_a_policy_becomes_stages(deployment: dict[str, Any], expected: list[tuple[float, str]]) -> None:
    assert told(stages_of(deployment, 4), 4) == expected


@pytest.mark.parametrize("deployment", [None, {}, {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "a"}]}}])
def test_without_a_policy_all_traffic_moves_at_once_and_nothing_waits(deployment: dict[str, Any] | None) -> None:
    stages = stages_of(deployment, 1)
    assert [stage.status for stage in stages] == ["Creating", "ActivatingTraffic", "Baking", "Deleting"]
    assert sum(stage.wait_seconds for stage in stages) == 0


@pytest.mark.parametrize("size", range(1, 101))
def test_every_linear_update_ends_with_all_traffic_and_never_goes_back(size: int) -> None:
    shares = [stage.share for stage in stages_of(blue_green("LINEAR", LinearStepSize=percent(size)), 1)]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert all(0 <= share <= 1 for share in shares)


@pytest.mark.parametrize("size", [5, 20, 33, 50])
def test_every_rolling_update_replaces_each_instance_once(size: int) -> None:
    policy = {"RollingUpdatePolicy": {"MaximumBatchSize": percent(size), "WaitIntervalInSeconds": 0}}
    stages = stages_of(policy, 20)
    for status in ("Creating", "Deleting"):
        assert sum(stage.portion for stage in stages if stage.status == status) == pytest.approx(1)


def test_alarms_are_read_by_name() -> None:
    config = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "a"}, {"AlarmName": "b"}]}}
    assert alarms_of(config) == ["a", "b"]
    assert alarms_of(None) == []


def test_either_policy_limits_the_time() -> None:
    assert timeout_of({"BlueGreenUpdatePolicy": {"MaximumExecutionTimeoutInSeconds": 600}}) == 600
    assert timeout_of({"RollingUpdatePolicy": {"MaximumExecutionTimeoutInSeconds": 700}}) == 700
    assert timeout_of(None) == timeout_of({}) == 28_800


def test_endpoints_on_inf1_fall_back_to_all_at_once() -> None:
    canary = blue_green("CANARY", CanarySize=percent(10))
    assert effective(canary, [{"InstanceType": "ml.inf1.xlarge"}]) is None
    assert effective(canary, [{"InstanceType": "ml.inf2.xlarge"}, {"ServerlessConfig": {}}]) == canary
