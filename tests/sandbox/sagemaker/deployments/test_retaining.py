"""What an update keeps of an endpoint: weights, counts and the way it is deployed, if it is asked to."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.slow

AT_ONCE = {
    "BlueGreenUpdatePolicy": {
        "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0},
        "TerminationWaitInSeconds": 600,
    }
}
LINEAR = {
    "BlueGreenUpdatePolicy": {
        "TrafficRoutingConfiguration": {
            "Type": "LINEAR",
            "WaitIntervalInSeconds": 0,
            "LinearStepSize": {"Type": "CAPACITY_PERCENT", "Value": 50},
        }
    }
}


def two(inside: Any) -> str:
    config: str = inside.world.config({"name": "A", "weight": 1, "count": 1}, {"name": "B", "weight": 2, "count": 1})
    return config


def shown(described: dict[str, Any]) -> dict[str, tuple[float, int]]:
    return {
        each["VariantName"]: (each["DesiredWeight"], each["DesiredInstanceCount"])
        for each in described["ProductionVariants"]
    }


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, {"A": (1.0, 1), "B": (2.0, 1)}),
        ({"RetainAllVariantProperties": False}, {"A": (1.0, 1), "B": (2.0, 1)}),
        ({"RetainAllVariantProperties": True}, {"A": (5.0, 2), "B": (2.0, 1)}),
        (
            {
                "RetainAllVariantProperties": True,
                "ExcludeRetainedVariantProperties": [{"VariantPropertyType": "DesiredInstanceCount"}],
            },
            {"A": (5.0, 1), "B": (2.0, 1)},
        ),
        (
            {
                "RetainAllVariantProperties": True,
                "ExcludeRetainedVariantProperties": [{"VariantPropertyType": "DesiredWeight"}],
            },
            {"A": (1.0, 2), "B": (2.0, 1)},
        ),
    ],
    ids=["by default", "not", "all", "all but counts", "all but weights"],
)
def test_weights_and_counts_are_kept_only_when_an_update_says_so(
    inside: Any, params: dict[str, Any], expected: dict[str, tuple[float, int]]
) -> None:
    world = inside.world
    endpoint = world.deploy(two(inside))
    changes = [{"VariantName": "A", "DesiredWeight": 5, "DesiredInstanceCount": 2}]
    world.sagemaker.update_endpoint_weights_and_capacities(EndpointName=endpoint, DesiredWeightsAndCapacities=changes)
    assert shown(world.settled(endpoint)) == {"A": (5.0, 2), "B": (2.0, 1)}
    config = two(inside)
    inside.update(endpoint, config, **params)
    assert shown(world.settled(endpoint)) == expected
    # the configuration itself never changes
    variants = world.sagemaker.describe_endpoint_config(EndpointConfigName=config)["ProductionVariants"]
    assert [each["InitialInstanceCount"] for each in variants] == [1, 1]
    world.delete(endpoint)


def test_a_rollback_goes_back_to_the_changed_weights(inside: Any) -> None:
    world = inside.world
    endpoint = world.deploy(two(inside))
    changes = [{"VariantName": "A", "DesiredWeight": 0}]
    world.sagemaker.update_endpoint_weights_and_capacities(EndpointName=endpoint, DesiredWeightsAndCapacities=changes)
    world.settled(endpoint)
    inside.update(endpoint, world.config({"name": "A", "env": {"BROKEN": "1"}}))
    described = world.settled(endpoint)
    assert "FailureReason" in described
    assert shown(described) == {"A": (0.0, 1), "B": (2.0, 1)}
    world.delete(endpoint)


def test_the_last_deployment_config_is_reused_only_when_an_update_says_so(inside: Any) -> None:
    world = inside.world
    endpoint = world.name("endpoint")
    world.sagemaker.create_endpoint(
        EndpointName=endpoint, EndpointConfigName=world.config({}), DeploymentConfig=AT_ONCE
    )
    assert world.settled(endpoint)["LastDeploymentConfig"] == AT_ONCE
    inside.update(endpoint, world.config({}), RetainDeploymentConfig=True)
    inside.until_stage(endpoint, "Baking")
    inside.clock.forward(600)
    assert world.settled(endpoint)["LastDeploymentConfig"] == AT_ONCE
    inside.states.clear()
    inside.update(endpoint, world.config({}))
    assert "LastDeploymentConfig" not in world.settled(endpoint)
    assert "Baking" not in [stage for _, _, stage in inside.path_of(endpoint)]
    world.delete(endpoint)


def test_a_deployment_config_that_is_reused_must_fit_the_new_configuration(inside: Any) -> None:
    world = inside.world
    endpoint = world.name("endpoint")
    world.sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName=world.config({}), DeploymentConfig=LINEAR)
    world.settled(endpoint)
    with pytest.raises(ClientError, match="the new one has B"):
        inside.update(endpoint, world.config({"name": "B"}), RetainDeploymentConfig=True)
    inside.update(endpoint, world.config({"name": "B"}))
    assert list(shown(world.settled(endpoint))) == ["B"]
    world.delete(endpoint)
