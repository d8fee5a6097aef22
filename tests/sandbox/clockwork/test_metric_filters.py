"""Metric filters: from log events to metrics, and on to alarms."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.slow


def group(world: Any) -> str:
    name = f"/{world.name('group')}"
    world.client("logs").create_log_group(logGroupName=name)
    world.client("logs").create_log_stream(logGroupName=name, logStreamName="s")
    return name


def put_filter(world: Any, name: str, pattern: str, **transformation: Any) -> None:
    made = {"metricName": name, "metricNamespace": "Logs", "metricValue": "1", **transformation}
    world.client("logs").put_metric_filter(
        logGroupName=name, filterName="f", filterPattern=pattern, metricTransformations=[made]
    )


def log(world: Any, name: str, *messages: str) -> None:
    now = round(time.time() * 1000)
    events = [{"timestamp": now, "message": message} for message in messages]
    world.client("logs").put_log_events(logGroupName=name, logStreamName="s", logEvents=events)


def statistics(world: Any, name: str, **dimensions: str) -> tuple[float, float]:
    """Return the sum and the count of what was put around the sandbox's now."""
    (point,) = world.client("cloudwatch").get_metric_statistics(
        Namespace="Logs",
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=world.clock() - timedelta(hours=1),
        EndTime=world.clock() + timedelta(hours=1),
        Period=86400,
        Statistics=["Sum", "SampleCount"],
    )["Datapoints"]
    return point["Sum"], point["SampleCount"]


def test_matching_events_are_counted(world: Any) -> None:
    name = group(world)
    put_filter(world, name, "ERROR -handled")
    log(world, name, "ERROR one", "fine", "ERROR handled", "ERROR two")
    assert statistics(world, name) == (2, 2)


def test_a_field_of_the_event_is_the_value_and_others_are_dimensions(world: Any) -> None:
    name = group(world)
    put_filter(
        world, name, "{ $.latency = * }", metricValue="$.latency", unit="Seconds", dimensions={"Model": "$.model"}
    )
    log(world, name, *(json.dumps({"latency": n, "model": "a" if n < 3 else "b"}) for n in (1, 2, 3)), "no JSON")
    assert (statistics(world, name, Model="a"), statistics(world, name, Model="b")) == ((3, 2), (3, 1))


def test_the_default_value_is_put_where_events_came_and_none_matched(world: Any) -> None:
    name = group(world)
    put_filter(world, name, "ERROR", defaultValue=0.0)
    for messages in (["fine", "fine"], ["fine", "ERROR"]):
        log(world, name, *messages)
    assert statistics(world, name) == (1, 2)


def test_a_pattern_is_tried_by_the_same_rules(world: Any) -> None:
    logs = world.client("logs")
    messages = ['{"level": "ERROR", "n": 4}', '{"level": "INFO"}', '{"level": "ERROR", "n": 1}']
    pattern = '{ $.level = "ERROR" && $.n > 3 }'
    assert logs.test_metric_filter(filterPattern=pattern, logEventMessages=messages)["matches"] == [
        {"eventNumber": 1, "eventMessage": messages[0], "extractedValues": {"$.level": "ERROR", "$.n": "4"}}
    ]
    name = group(world)
    log(world, name, *messages)
    found = logs.filter_log_events(logGroupName=name, filterPattern=pattern)["events"]
    assert [event["message"] for event in found] == messages[:1]


def test_a_pattern_that_cannot_be_read_is_refused(world: Any) -> None:
    name = group(world)
    for wrong in ("{ $.a = ", "[a, b"):
        with pytest.raises(ClientError, match="InvalidParameterException"):
            put_filter(world, name, wrong)
        with pytest.raises(ClientError, match="InvalidParameterException"):
            world.client("logs").test_metric_filter(filterPattern=wrong, logEventMessages=["x"])


def test_an_alarm_rings_for_what_is_logged(world: Any) -> None:
    name = group(world)
    put_filter(world, name, "drift detected")
    cloudwatch = world.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="Logs",
        MetricName=name,
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
    )
    world.notice_alarms()
    log(world, name, "drift detected in feature age")
    world.advance(timedelta(minutes=1))
    assert cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"] == "ALARM"
