"""The sandbox ends in any state of an endpoint, and its next life goes on from there."""

from __future__ import annotations

import threading
from typing import Any

import pytest

pytestmark = pytest.mark.slow

AT_ONCE = {
    "BlueGreenUpdatePolicy": {
        "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0},
        "TerminationWaitInSeconds": 600,
        "MaximumExecutionTimeoutInSeconds": 7200,
    }
}


def restart(inside: Any, endpoint: str = "", written: dict[str, dict[str, Any]] | None = None) -> None:
    """End the sandbox and start it again; `written` is what it had on disk when it was killed before."""
    inside.stop(endpoint, written or {})
    assert inside.world.processes() == []
    inside.start()


def test_a_creation_goes_on(inside: Any) -> None:
    world = inside.world
    config, endpoint = world.config({"env": {"STARTUP": "1"}}), world.name("endpoint")
    world.sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName=config)
    restart(inside)
    assert inside.describe(endpoint)["EndpointStatus"] == "Creating"
    assert world.settled(endpoint)["EndpointStatus"] == "InService"
    world.delete(endpoint)


def test_an_update_begins_anew_and_ends_well(inside: Any) -> None:
    world = inside.world
    old, new = world.config({"who": "old"}), world.config({"who": "new"})
    endpoint = world.deploy(old)
    inside.update(endpoint, new, DeploymentConfig=AT_ONCE)
    inside.until_stage(endpoint, "Baking")
    inside.states.clear()
    restart(inside)
    assert inside.describe(endpoint)["EndpointStatus"] == "Updating"
    inside.until_stage(endpoint, "Baking")
    assert [stage for _, _, stage in inside.path_of(endpoint)][-3:] == ["Creating", "ActivatingTraffic", "Baking"]
    assert world.ask(endpoint)[0] == "new"
    inside.clock.forward(600)
    assert world.settled(endpoint)["EndpointConfigName"] == new
    world.delete(endpoint)


def test_the_time_limit_of_an_update_goes_on_while_the_sandbox_is_down(inside: Any) -> None:
    world = inside.world
    old = world.config({"who": "old"})
    endpoint = world.deploy(old)
    inside.update(endpoint, world.config({"who": "new"}), DeploymentConfig=AT_ONCE)
    inside.until_stage(endpoint, "Baking")
    inside.stop()
    inside.clock.forward(7201)
    inside.start()
    described = world.settled(endpoint)
    assert described["EndpointConfigName"] == old
    assert "MaximumExecutionTimeoutInSeconds" in described["FailureReason"]
    world.delete(endpoint)


def test_a_rollback_is_not_tried_again(inside: Any) -> None:
    world, alarm = inside.world, inside.alarm()
    old, new = world.config({"who": "old"}), world.config({"who": "new", "env": {"DELAY": "1"}})
    endpoint = world.deploy(old)
    rollback = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": alarm}]}}
    inside.update(endpoint, new, DeploymentConfig=AT_ONCE | rollback)
    inside.until_stage(endpoint, "Baking")
    # a request that the new fleet still answers keeps the rollback from its end
    asking = threading.Thread(target=world.ask, args=(endpoint,))
    asking.start()
    inside.ring(alarm)
    world.until(lambda: inside.describe(endpoint)["EndpointStatus"] == "RollingBack", "the way back")
    written = inside.written(endpoint)
    asking.join()
    world.settled(endpoint)
    world.client("cloudwatch").set_alarm_state(AlarmName=alarm, StateValue="OK", StateReason="nothing rings any more")
    restart(inside, endpoint, written)
    assert inside.describe(endpoint)["EndpointStatus"] == "RollingBack"
    described = world.settled(endpoint)
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", old)
    assert alarm in described["FailureReason"]
    assert world.ask(endpoint)[0] == "old"
    world.delete(endpoint)


def test_an_endpoint_that_was_rolled_back_keeps_its_reason(inside: Any) -> None:
    world = inside.world
    old = world.config({"who": "old"})
    endpoint = world.deploy(old)
    inside.update(endpoint, world.config({"env": {"BROKEN": "1"}}))
    reason = world.settled(endpoint)["FailureReason"]
    restart(inside)
    assert world.ask(endpoint)[0] == "old"
    assert inside.describe(endpoint)["FailureReason"] == reason
    world.delete(endpoint)


def test_new_counts_arrive_though_the_sandbox_ended_meanwhile(inside: Any) -> None:
    world = inside.world
    endpoint = world.deploy(world.config({"who": "a", "env": {"STARTUP": "1"}}))
    world.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName=endpoint,
        DesiredWeightsAndCapacities=[{"VariantName": "AllTraffic", "DesiredInstanceCount": 2, "DesiredWeight": 3}],
    )
    restart(inside, endpoint, inside.written(endpoint))
    assert inside.describe(endpoint)["EndpointStatus"] == "Updating"
    (variant,) = world.settled(endpoint)["ProductionVariants"]
    assert (variant["CurrentInstanceCount"], variant["CurrentWeight"]) == (2, 3.0)
    assert len(world.processes()) == 2
    world.delete(endpoint)


def test_a_deletion_goes_on(inside: Any) -> None:
    world = inside.world
    endpoint = world.deploy(world.config({"who": "a"}))
    written = {kind: {**record, "EndpointStatus": "Deleting"} for kind, record in inside.written(endpoint).items()}
    restart(inside, endpoint, written)
    world.until(lambda: endpoint not in names(world), "the endpoint to go")
    assert world.processes() == []


def names(world: Any) -> list[str]:
    return [each["EndpointName"] for each in world.sagemaker.list_endpoints()["Endpoints"]]
