"""What an endpoint in progress refuses, in AWS's words, and what is refused at the call."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow

AT_ONCE = {
    "BlueGreenUpdatePolicy": {
        "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0},
        "TerminationWaitInSeconds": 600,
    }
}
CANARY = {
    "BlueGreenUpdatePolicy": {
        "TrafficRoutingConfiguration": {
            "Type": "CANARY",
            "WaitIntervalInSeconds": 600,
            "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 60},
        }
    }
}


def refusals(inside: Any, endpoint: str, config: str) -> set[tuple[str, str]]:
    """Try all that changes an endpoint; return the codes and messages of the refusals."""
    sagemaker = inside.world.sagemaker
    weights = [{"VariantName": "AllTraffic", "DesiredWeight": 2}]
    calls: list[Callable[[], Any]] = [
        lambda: sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=config),
        lambda: sagemaker.update_endpoint_weights_and_capacities(
            EndpointName=endpoint, DesiredWeightsAndCapacities=weights
        ),
        lambda: sagemaker.delete_endpoint(EndpointName=endpoint),
    ]
    found = set()
    for call in calls:
        with pytest.raises(ClientError) as caught:
            call()
        error = caught.value.response["Error"]
        found.add((error["Code"], error["Message"]))
    return found


def in_progress(endpoint: str) -> set[tuple[str, str]]:
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{endpoint}"
    return {("ValidationException", f'Cannot update in-progress endpoint "{arn}".')}


def test_an_endpoint_that_is_created_refuses_changes_and_its_deletion(inside: Any) -> None:
    world = inside.world
    config, endpoint = world.config({"env": {"STARTUP": "1"}}), world.name("endpoint")
    world.sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName=config)
    assert inside.describe(endpoint)["EndpointStatus"] == "Creating"
    assert refusals(inside, endpoint, config) == in_progress(endpoint)
    assert world.settled(endpoint)["EndpointStatus"] == "InService"
    world.delete(endpoint)


def test_an_endpoint_that_is_updated_or_taken_back_refuses_changes_and_its_deletion(inside: Any) -> None:
    world, alarm = inside.world, inside.alarm()
    old, new = world.config({"who": "old"}), world.config({"who": "new", "env": {"DELAY": "1"}})
    endpoint = world.deploy(old)
    rollback = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": alarm}]}}
    inside.update(endpoint, new, DeploymentConfig=AT_ONCE | rollback)
    inside.until_stage(endpoint, "Baking")
    assert refusals(inside, endpoint, old) == in_progress(endpoint)

    answered: list[str] = []
    asking = threading.Thread(target=lambda: answered.append(world.ask(endpoint)[0]))
    asking.start()  # the new fleet is not ended before it has answered this
    inside.ring(alarm)
    world.until(lambda: inside.describe(endpoint)["EndpointStatus"] == "RollingBack", "the way back")
    assert refusals(inside, endpoint, old) == in_progress(endpoint)
    inside.until_stage(endpoint, "Deleting", share=0.0)
    assert alarm in inside.describe(endpoint)["FailureReason"]
    assert world.settled(endpoint)["EndpointConfigName"] == old
    asking.join()
    assert answered == ["new"]
    world.delete(endpoint)


def test_new_weights_are_refused_for_variants_that_are_not_there_and_for_no_instances(inside: Any) -> None:
    world = inside.world
    endpoint = world.deploy(world.config({}))
    for change, reason in (
        ({"VariantName": "B", "DesiredWeight": 1}, 'Variant "B" is not one of AllTraffic'),
        ({"VariantName": "AllTraffic", "DesiredInstanceCount": 0}, "must be at least 1"),
    ):
        with pytest.raises(ClientError, match=reason):
            world.sagemaker.update_endpoint_weights_and_capacities(
                EndpointName=endpoint, DesiredWeightsAndCapacities=[change]
            )
    assert inside.describe(endpoint)["EndpointStatus"] == "InService"
    world.delete(endpoint)


def test_a_wrong_deployment_config_is_refused_at_the_call_and_nothing_begins(inside: Any) -> None:
    world = inside.world
    config = world.config({})
    endpoint = world.deploy(config)
    calls: list[Callable[[], Any]] = [
        lambda: inside.update(endpoint, config, DeploymentConfig=CANARY),
        lambda: world.sagemaker.create_endpoint(
            EndpointName=world.name("endpoint"), EndpointConfigName=config, DeploymentConfig=CANARY
        ),
    ]
    for call in calls:
        with pytest.raises(ClientError, match="CanarySize must be 0 to 50 %") as caught:
            call()
        assert caught.value.response["Error"]["Code"] == "ValidationException"
    assert inside.describe(endpoint)["EndpointStatus"] == "InService"
    world.delete(endpoint)


def test_numbers_out_of_range_are_refused_by_the_model_of_the_api(inside: Any) -> None:
    world = inside.world
    endpoint = world.deploy(world.config({}))
    policy = AT_ONCE["BlueGreenUpdatePolicy"] | {"MaximumExecutionTimeoutInSeconds": 28801}
    with pytest.raises(ClientError, match="Member must have value less than or equal to 28800"):
        inside.update(endpoint, world.config({}), DeploymentConfig={"BlueGreenUpdatePolicy": policy})
    world.delete(endpoint)


def test_an_endpoint_whose_configuration_was_deleted_cannot_be_updated_but_deleted(inside: Any) -> None:
    world = inside.world
    old = world.config({})
    endpoint = world.deploy(old)
    world.sagemaker.delete_endpoint_config(EndpointConfigName=old)
    with pytest.raises(ClientError, match=f'Could not find endpoint configuration ".*{old}"'):
        inside.update(endpoint, world.config({}))
    world.delete(endpoint)
