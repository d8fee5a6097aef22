"""How traffic moves during an update."""

from typing import Any

import pytest

from slipway.sandbox.sagemaker.endpoints.traffic import Step, alarms_of, steps_of


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


@pytest.mark.parametrize(
    ("deployment", "instances", "steps"),
    [
        (None, 1, [Step(1.0, 0.0)]),
        (blue_green("ALL_AT_ONCE"), 1, [Step(1.0, 90.0)]),
        (blue_green("CANARY", CanarySize=percent(10)), 1, [Step(0.1, 60.0), Step(1.0, 90.0)]),
        (blue_green("CANARY", CanarySize=count(1)), 4, [Step(0.25, 60.0), Step(1.0, 90.0)]),
        (
            blue_green("LINEAR", LinearStepSize=percent(40)),
            1,
            [Step(0.4, 60.0), Step(0.8, 60.0), Step(1.0, 90.0)],
        ),
        (
            {"RollingUpdatePolicy": {"MaximumBatchSize": percent(50), "WaitIntervalInSeconds": 5}},
            2,
            [Step(0.5, 5.0), Step(1.0, 5.0)],
        ),
    ],
)
def test_a_policy_becomes_steps(deployment: dict[str, Any] | None, instances: int, steps: list[Step]) -> None:
    assert steps_of(deployment, instances) == steps


@pytest.mark.parametrize("size", range(1, 101))
def test_every_linear_update_ends_with_all_traffic_and_never_goes_back(size: int) -> None:
    shares = [step.share for step in steps_of(blue_green("LINEAR", LinearStepSize=percent(size)), 1)]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert all(0 < share <= 1 for share in shares)


def test_alarms_are_read_by_name() -> None:
    config = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "a"}, {"AlarmName": "b"}]}}
    assert alarms_of(config) == ["a", "b"]
    assert alarms_of(None) == []
