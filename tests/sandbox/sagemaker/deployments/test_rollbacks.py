"""What takes an update back, and what is left of it: the old configuration, in service, with a reason."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.slow

HALF = {"Type": "CAPACITY_PERCENT", "Value": 50}
WAIT = 600
LIMIT = 7200
ROUTING = {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": WAIT}
POLICIES: dict[str, dict[str, Any]] = {
    name: {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": ROUTING | routing,
            "TerminationWaitInSeconds": WAIT,
            "MaximumExecutionTimeoutInSeconds": LIMIT,
        }
    }
    for name, routing in {
        "at once": {},
        "canary": {"Type": "CANARY", "CanarySize": HALF},
        "linear": {"Type": "LINEAR", "LinearStepSize": HALF},
    }.items()
}
POLICIES["rolling"] = {
    "RollingUpdatePolicy": {
        "MaximumBatchSize": HALF,
        "WaitIntervalInSeconds": WAIT,
        "MaximumExecutionTimeoutInSeconds": LIMIT,
    }
}
BAKES = [("at once", 1.0), *((name, share) for name in ("canary", "linear", "rolling") for share in (0.5, 1.0))]


def begin(inside: Any, policy: dict[str, Any], alarms: list[str], **new: Any) -> tuple[str, str, str]:
    """Begin an update of an endpoint with two instances; return endpoint, old and new configuration."""
    world = inside.world
    old, wanted = world.config({"who": "old", "count": 2}), world.config({"who": "new", "count": 2, **new})
    endpoint = world.deploy(old)
    inside.states.clear()
    rollback = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": name} for name in alarms]}} if alarms else {}
    inside.update(endpoint, wanted, DeploymentConfig=policy | rollback)
    return endpoint, old, wanted


def rolled_back(inside: Any, endpoint: str, old: str) -> dict[str, Any]:
    """Wait for the end; the old fleet serves again, alone, and the way back was visible."""
    world = inside.world
    described: dict[str, Any] = world.settled(endpoint)
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", old)
    assert {world.ask(endpoint)[0] for _ in range(6)} == {"old"}
    assert inside.path_of(endpoint)[-2:] == [("RollingBack", old, "Deleting"), ("InService", old, "")]
    assert f"the update was rolled back to {old}" in described["FailureReason"]
    (variant,) = described["ProductionVariants"]
    assert (variant["CurrentInstanceCount"], variant["CurrentWeight"]) == (2, 1.0)
    world.delete(endpoint)
    return described


@pytest.mark.parametrize(("policy", "share"), BAKES)
def test_an_alarm_in_any_bake_rolls_back(inside: Any, policy: str, share: float) -> None:
    alarm, calm = inside.alarm(), inside.alarm()
    endpoint, old, _ = begin(inside, POLICIES[policy], [calm, alarm])
    if policy != "at once" and share == 1.0:
        inside.until_stage(endpoint, "Baking", 0.5)
        inside.clock.forward(WAIT)
    inside.until_stage(endpoint, "Baking", share)
    inside.ring(alarm)
    assert f"state ALARM during the deployment: {alarm}" in rolled_back(inside, endpoint, old)["FailureReason"]


@pytest.mark.parametrize("policy", POLICIES)
def test_an_alarm_that_rings_before_the_update_lets_no_request_through(inside: Any, policy: str) -> None:
    alarm = inside.alarm()
    inside.ring(alarm)
    endpoint, old, _ = begin(inside, POLICIES[policy], [alarm])
    assert alarm in rolled_back(inside, endpoint, old)["FailureReason"]
    assert "Baking" not in [stage for _, _, stage in inside.path_of(endpoint)]


def test_an_update_at_once_without_waits_is_still_watched(inside: Any) -> None:
    alarm = inside.alarm()
    inside.ring(alarm)
    endpoint, old, _ = begin(inside, {}, [alarm])
    assert alarm in rolled_back(inside, endpoint, old)["FailureReason"]


def test_an_alarm_that_does_not_exist_rolls_back(inside: Any) -> None:
    endpoint, old, _ = begin(inside, POLICIES["canary"], [inside.alarm(), "nobody"])
    assert "do not exist: nobody" in rolled_back(inside, endpoint, old)["FailureReason"]


def test_alarms_of_a_creation_are_not_looked_at(inside: Any) -> None:
    world = inside.world
    endpoint = world.name("endpoint")
    deployment = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "nobody"}]}}
    world.sagemaker.create_endpoint(
        EndpointName=endpoint, EndpointConfigName=world.config({}), DeploymentConfig=deployment
    )
    described = world.settled(endpoint)
    assert (described["EndpointStatus"], described["LastDeploymentConfig"]) == ("InService", deployment)
    world.delete(endpoint)


@pytest.mark.parametrize("policy", ["canary", "rolling"])
def test_an_update_that_takes_too_long_rolls_back(inside: Any, policy: str) -> None:
    endpoint, old, _ = begin(inside, POLICIES[policy], [])
    inside.until_stage(endpoint, "Baking", 0.5)
    inside.clock.forward(LIMIT + 1)
    reason = rolled_back(inside, endpoint, old)["FailureReason"]
    assert f"MaximumExecutionTimeoutInSeconds ({LIMIT})" in reason


def test_a_fleet_that_does_not_come_up_in_time_rolls_back(inside: Any) -> None:
    endpoint, old, _ = begin(inside, POLICIES["at once"], [], env={"STARTUP": "600"})
    inside.world.until(lambda: len(inside.world.processes()) == 4, "the new fleet to start")
    inside.clock.forward(LIMIT + 1)
    assert f"MaximumExecutionTimeoutInSeconds ({LIMIT})" in rolled_back(inside, endpoint, old)["FailureReason"]
    assert len(inside.world.processes()) == 0


def test_a_fleet_that_dies_at_its_start_rolls_back_with_its_log(inside: Any) -> None:
    endpoint, old, _ = begin(inside, POLICIES["canary"], [inside.alarm()], env={"BROKEN": "1"})
    assert "cannot load the model" in rolled_back(inside, endpoint, old)["FailureReason"]


def test_the_next_update_that_succeeds_takes_the_reason_away(inside: Any) -> None:
    world = inside.world
    old = world.config({"who": "old"})
    endpoint = world.deploy(old)
    inside.update(endpoint, world.config({"env": {"BROKEN": "1"}}))
    assert "FailureReason" in world.settled(endpoint)
    inside.update(endpoint, world.config({"who": "new"}))
    assert "FailureReason" not in world.settled(endpoint)
    world.delete(endpoint)
