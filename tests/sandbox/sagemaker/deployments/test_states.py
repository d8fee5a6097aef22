"""The states that an endpoint goes through, as it is described and as EventBridge is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytestmark = pytest.mark.slow

DEPLOYMENT = "SageMaker Endpoint Deployment State Change"

ONE_SHARE = {"Type": "CAPACITY_PERCENT", "Value": 50}
BAKE = 600
"""Seconds of every wait below: none of them passes unless the test says so."""


def blue_green(kind: str, **routing: Any) -> dict[str, Any]:
    return {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {"Type": kind, "WaitIntervalInSeconds": BAKE, **routing},
            "TerminationWaitInSeconds": BAKE,
        }
    }


def test_a_new_endpoint_is_creating_then_in_service(inside: Any) -> None:
    config = inside.world.config({})
    endpoint = inside.world.deploy(config)
    assert inside.path_of(endpoint) == [("Creating", config, "Creating"), ("InService", config, "")]
    first = next(state for state in inside.states if state["EndpointName"] == endpoint)
    (variant,) = first["PendingDeploymentSummary"]["ProductionVariants"]
    assert variant["VariantStatus"][0]["StatusMessage"] == "Launching 1 instance(s)."
    assert (variant["CurrentInstanceCount"], variant["DesiredInstanceCount"]) == (0, 1)
    assert variant["InstanceType"] == "ml.m5.large"
    inside.world.delete(endpoint)


def test_an_endpoint_that_does_not_come_up_is_creating_then_failed(inside: Any) -> None:
    config, endpoint = inside.world.config({"env": {"BROKEN": "1"}}), inside.world.name("endpoint")
    inside.world.sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName=config)
    assert "PendingDeploymentSummary" not in inside.world.settled(endpoint)
    assert inside.path_of(endpoint) == [("Creating", config, "Creating"), ("Failed", config, "")]
    inside.world.delete(endpoint)


@pytest.mark.parametrize(
    ("deployment", "bakes", "stages"),
    [
        (None, [], ["Creating", "ActivatingTraffic", "Deleting"]),
        (blue_green("ALL_AT_ONCE"), [1.0], ["Creating", "ActivatingTraffic", "Baking", "Deleting"]),
        (
            blue_green("CANARY", CanarySize=ONE_SHARE),
            [0.5, 1.0],
            ["Creating", *["ActivatingTraffic", "Baking"] * 2, "Deleting"],
        ),
        (
            blue_green("LINEAR", LinearStepSize=ONE_SHARE),
            [0.5, 1.0],
            ["Creating", *["ActivatingTraffic", "Baking"] * 2, "Deleting"],
        ),
        (
            {"RollingUpdatePolicy": {"MaximumBatchSize": ONE_SHARE, "WaitIntervalInSeconds": BAKE}},
            [0.5, 1.0],
            ["Creating", "ActivatingTraffic", "Baking", "Deleting"] * 2,
        ),
    ],
    ids=["without", "at once", "canary", "linear", "rolling"],
)
def test_an_update_goes_through_its_stages_and_traffic_follows(
    inside: Any, deployment: dict[str, Any] | None, bakes: list[float], stages: list[str]
) -> None:
    world = inside.world
    old, new = world.config({"who": "old", "count": 2}), world.config({"who": "new", "count": 2})
    endpoint = world.deploy(old)
    inside.states.clear()
    events = subscribed(inside, endpoint)
    inside.update(endpoint, new, **({} if deployment is None else {"DeploymentConfig": deployment}))
    for share in bakes:
        inside.until_stage(endpoint, "Baking", share)
        answering = {world.ask(endpoint)[0] for _ in range(24)}
        assert answering == ({"new"} if share == 1 else {"old", "new"})
        inside.clock.forward(BAKE)
    described = world.settled(endpoint)
    assert (described["EndpointConfigName"], described.get("LastDeploymentConfig")) == (new, deployment)
    expected = [("Updating", old, stage) for stage in stages]
    assert inside.path_of(endpoint) == [*expected, ("InService", new, "")]
    told = events("SageMaker Endpoint State Change", 2)
    assert [
        each["detail"]["PendingDeploymentSummary"]["ProductionVariants"][0]["VariantStatus"][0]["Status"]
        for each in told[DEPLOYMENT]
    ] == stages
    assert [each["detail"]["EndpointStatus"] for each in told["SageMaker Endpoint State Change"]] == [
        "UPDATING",
        "IN_SERVICE",
    ]
    world.delete(endpoint)


def test_the_events_have_the_form_that_aws_documents(inside: Any) -> None:
    world = inside.world
    old = world.config({"who": "old", "count": 2})
    endpoint = world.deploy(old)
    events = subscribed(inside, endpoint)
    canary = blue_green("CANARY", CanarySize=ONE_SHARE)
    new = world.config({"who": "new", "count": 2})
    inside.update(endpoint, new, DeploymentConfig=canary)
    inside.until_stage(endpoint, "Baking", 0.5)
    baking = events(DEPLOYMENT, 3)[DEPLOYMENT][-1]
    assert baking["source"] == "aws.sagemaker"
    assert baking["resources"] == [f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{endpoint}"]
    detail = baking["detail"]
    assert (detail["EndpointStatus"], detail["EndpointConfigName"], detail["Tags"]) == ("UPDATING", old, {})
    assert detail["ProductionVariants"][0]["CurrentInstanceCount"] == 2
    assert isinstance(detail["CreationTime"], int)
    pending = detail["PendingDeploymentSummary"]
    (variant,) = pending["ProductionVariants"]
    assert pending["EndpointConfigName"] == new
    assert (variant["CurrentInstanceCount"], variant["DesiredInstanceCount"]) == (1, 2)
    (status,) = variant["VariantStatus"]
    assert status["StatusMessage"] == (
        "Baking for 600 seconds (WaitIntervalInSeconds) with traffic enabled on canary capacity of 1 instance(s)."
    )
    assert pending["StartTime"] <= status["StartTime"]
    inside.clock.forward(BAKE)
    inside.until_stage(endpoint, "Baking")
    inside.clock.forward(BAKE)
    world.settled(endpoint)
    world.delete(endpoint)


def test_new_counts_and_weights_are_updating_then_in_service(inside: Any) -> None:
    world = inside.world
    config = world.config({"name": "A", "weight": 1}, {"name": "B", "weight": 1})
    endpoint = world.deploy(config)
    inside.states.clear()
    events = subscribed(inside, endpoint)
    changes = [{"VariantName": "A", "DesiredInstanceCount": 2}, {"VariantName": "B", "DesiredWeight": 0}]
    world.sagemaker.update_endpoint_weights_and_capacities(EndpointName=endpoint, DesiredWeightsAndCapacities=changes)
    described = world.settled(endpoint)
    shown = [(each["CurrentInstanceCount"], each["CurrentWeight"]) for each in described["ProductionVariants"]]
    assert shown == [(2, 1.0), (1, 0.0)]
    assert [status for status, _, _ in inside.path_of(endpoint)] == ["Updating", "InService"]
    (event,) = events(DEPLOYMENT, 1)[DEPLOYMENT]
    scaled, weighed = event["detail"]["ProductionVariants"]
    assert (scaled["CurrentInstanceCount"], scaled["DesiredInstanceCount"]) == (1, 2)
    assert scaled["VariantStatus"][0]["StatusMessage"] == "Scaling out desired instance count to 2."
    assert weighed["VariantStatus"][0]["Status"] == "Updating"
    assert "PendingDeploymentSummary" not in event["detail"]
    world.delete(endpoint)


def test_when_one_variant_does_not_scale_all_go_back_to_what_they_were(inside: Any) -> None:
    world = inside.world
    endpoint = world.deploy(
        world.config({"name": "A", "who": "a", "weight": 1}, {"name": "B", "who": "b", "weight": 0})
    )
    # the image no longer starts: one more instance will not come up
    serving = world.project / "serving/__main__.py"
    program = serving.read_text(encoding="utf-8")
    serving.write_text("raise SystemExit('no more of this')", encoding="utf-8")
    inside.states.clear()
    changes = [
        {"VariantName": "A", "DesiredWeight": 0},
        {"VariantName": "B", "DesiredWeight": 1, "DesiredInstanceCount": 2},
    ]
    try:
        world.sagemaker.update_endpoint_weights_and_capacities(
            EndpointName=endpoint, DesiredWeightsAndCapacities=changes
        )
        described = world.settled(endpoint)
    finally:
        serving.write_text(program, encoding="utf-8")
    shown = [(each["CurrentWeight"], each["DesiredInstanceCount"]) for each in described["ProductionVariants"]]
    assert shown == [(1.0, 1), (0.0, 1)]
    assert "no more of this" in described["FailureReason"]
    assert [status for status, _, _ in inside.path_of(endpoint)] == ["Updating", "RollingBack", "InService"]
    assert {world.ask(endpoint)[0] for _ in range(8)} == {"a"}
    world.delete(endpoint)


def subscribed(inside: Any, endpoint: str) -> Any:
    """Return a function that gives the events about an endpoint since now, by detail type, once there are enough."""
    sqs, events, name = inside.world.client("sqs"), inside.world.client("events"), inside.world.name("events")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    pattern = {"source": ["aws.sagemaker"], "detail": {"EndpointName": [endpoint]}}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": f"arn:aws:sqs:us-east-1:123456789012:{name}"}])

    found: dict[str, list[dict[str, Any]]] = {}

    def received(kind: str, count: int) -> dict[str, list[dict[str, Any]]]:
        def enough() -> bool:
            messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
            for event in (json.loads(message["Body"]) for message in messages):
                found.setdefault(event["detail-type"], []).append(event)
            return len(found.get(kind, [])) >= count

        # a state is seen before its event has arrived
        inside.world.until(enough, f"{count} event(s) {kind}")
        return found

    return received
