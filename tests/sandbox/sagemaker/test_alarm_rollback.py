"""The whole way of a bad release: invocations fail, a metric alarm rings by itself, the update is taken back."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.slow


def test_an_update_that_makes_invocations_fail_is_taken_back_by_its_alarm(own_world: Any) -> None:
    old, bad = own_world.config({"who": "old"}), own_world.config({"who": "bad"})
    endpoint = own_world.deploy(old)
    alarm = own_world.name("alarm")
    dimensions = [{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": "AllTraffic"}]
    own_world.client("cloudwatch").put_metric_alarm(
        AlarmName=alarm,
        Namespace="AWS/SageMaker",
        MetricName="InvocationModelErrors",
        Dimensions=dimensions,
        Statistic="Average",
        Period=10,
        EvaluationPeriods=1,
        Threshold=0.5,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )
    routing = {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 600}
    own_world.sagemaker.update_endpoint(
        EndpointName=endpoint,
        EndpointConfigName=bad,
        DeploymentConfig={
            "BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing, "TerminationWaitInSeconds": 600},
            "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": alarm}]},
        },
    )
    own_world.until(lambda: own_world.ask(endpoint)[0] == "bad", "the new fleet to answer")
    done = threading.Event()

    def fail() -> None:
        while not done.is_set():
            try:
                own_world.ask(endpoint, b"refuse")
            except ClientError:
                done.wait(0.05)

    failing = threading.Thread(target=fail)
    failing.start()
    try:
        described = own_world.until(lambda: taken_back(own_world, endpoint), "the update to be taken back", 60)
    finally:
        done.set()
        failing.join()
    assert described["EndpointConfigName"] == old
    assert f"alarms in state ALARM during the deployment: {alarm}" in described["FailureReason"]
    history = own_world.client("cloudwatch").describe_alarm_history(AlarmName=alarm, HistoryItemType="StateUpdate")
    assert any("to ALARM" in item["HistorySummary"] for item in history["AlarmHistoryItems"])
    own_world.delete(endpoint)


def taken_back(world: Any, endpoint: str) -> dict[str, Any] | None:
    described: dict[str, Any] = world.sagemaker.describe_endpoint(EndpointName=endpoint)
    return described if described["EndpointStatus"] == "InService" and "FailureReason" in described else None
