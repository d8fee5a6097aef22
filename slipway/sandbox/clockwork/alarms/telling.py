"""What is told when an alarm changes its state: the event for EventBridge, the message for SNS topics.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-notification-examples.html (shape of the message)
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from slipway.sandbox.clockwork.alarms.evaluating import queries_of
from slipway.sandbox.clockwork.alarms.reasons import stamp
from slipway.sandbox.sagemaker.context import Scope

DETAIL_TYPE = "CloudWatch Alarm State Change"
SOURCE = "aws.cloudwatch"
_SUBJECT = 100


@dataclass(frozen=True)
class Transition:
    """One change of an alarm's state. States are what DescribeAlarmHistory's HistoryData says of them."""

    alarm: Mapping[str, Any]
    """What DescribeAlarms says of it."""
    old: Mapping[str, Any]
    new: Mapping[str, Any]
    moment: datetime
    before: datetime
    """When it had come into the old state, as far as the history goes."""


def event_of(transition: Transition) -> dict[str, Any]:
    """Return the event's entry for PutEvents."""
    alarm = transition.alarm
    detail = {
        "alarmName": alarm["AlarmName"],
        "state": _state(transition.new, transition.moment),
        "previousState": _state(transition.old, transition.before),
        "configuration": _configuration(alarm),
    }
    return {
        "Source": SOURCE,
        "DetailType": DETAIL_TYPE,
        "Resources": [alarm["AlarmArn"]],
        "Detail": json.dumps(detail),
        "Time": transition.moment,
    }


def message_of(transition: Transition, scope: Scope) -> tuple[str, str]:
    """Return the subject and the message that a topic is sent."""
    alarm, region = transition.alarm, region_name(scope.region)
    message: dict[str, Any] = {
        "AlarmName": alarm["AlarmName"],
        "AlarmDescription": alarm.get("AlarmDescription"),
        "AWSAccountId": scope.account,
        "NewStateValue": transition.new["stateValue"],
        "NewStateReason": transition.new.get("stateReason", ""),
        "StateChangeTime": stamp(transition.moment),
        "Region": region,
        "AlarmArn": alarm["AlarmArn"],
        "OldStateValue": transition.old["stateValue"],
        "AlarmConfigurationUpdatedTimestamp": stamp(alarm["AlarmConfigurationUpdatedTimestamp"]),
        "OKActions": alarm.get("OKActions", []),
        "AlarmActions": alarm.get("AlarmActions", []),
        "InsufficientDataActions": alarm.get("InsufficientDataActions", []),
    }
    if "AlarmRule" in alarm:
        message["AlarmRule"] = alarm["AlarmRule"]
    else:
        message["Trigger"] = _trigger(alarm)
    subject = f'{transition.new["stateValue"]}: "{alarm["AlarmName"]}" in {region}'
    return subject[:_SUBJECT], json.dumps(message)


def actions_of(transition: Transition) -> list[str]:
    """Return the ARNs of what the new state calls for; none where the alarm's actions are not enabled."""
    if not transition.alarm.get("ActionsEnabled", True):
        return []
    kind = {"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}
    return list(transition.alarm.get(kind[transition.new["stateValue"]], []))


@cache
def region_name(region: str) -> str:
    """Return the name that people know a region by, `US East (N. Virginia)`; botocore has them."""
    from botocore.loaders import create_loader  # noqa: PLC0415  (read when the first topic is told)

    for partition in create_loader().load_data("endpoints")["partitions"]:
        if region in partition["regions"]:
            return str(partition["regions"][region]["description"])
    return region


def _state(state: Mapping[str, Any], moment: datetime) -> dict[str, Any]:
    told = {"value": state["stateValue"], "reason": state.get("stateReason", ""), "timestamp": stamp(moment)}
    data = state.get("stateReasonData")
    return told if data is None else told | {"reasonData": json.dumps(data)}


def _configuration(alarm: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if alarm.get("AlarmDescription") is not None:
        told["description"] = alarm["AlarmDescription"]
    if "AlarmRule" in alarm:
        return told | {"alarmRule": alarm["AlarmRule"]}
    return told | {"metrics": [_query(query) for query in queries_of(alarm)]}


def _query(query: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"id": query["Id"], "returnData": query.get("ReturnData", True)}
    for name in ("Label", "Expression"):
        if query.get(name) is not None:
            told[name.lower()] = query[name]
    stat = query.get("MetricStat")
    if stat is None:
        return told
    metric = stat["Metric"]
    dimensions = {each["Name"]: each["Value"] for each in metric.get("Dimensions", [])}
    shown = {"namespace": metric["Namespace"], "name": metric["MetricName"], "dimensions": dimensions}
    return told | {"metricStat": {"metric": shown, "period": int(stat["Period"]), "stat": stat["Stat"]}}


def _trigger(alarm: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {
        name: alarm.get(name)
        for name in ("Period", "EvaluationPeriods", "DatapointsToAlarm", "ComparisonOperator", "Threshold")
    }
    told["TreatMissingData"] = alarm.get("TreatMissingData") or "missing"
    told["EvaluateLowSampleCountPercentile"] = alarm.get("EvaluateLowSampleCountPercentile") or ""
    if alarm.get("Metrics"):
        return told | {"Metrics": alarm["Metrics"]}
    extended = alarm.get("ExtendedStatistic")
    return told | {
        "MetricName": alarm["MetricName"],
        "Namespace": alarm["Namespace"],
        "StatisticType": "Statistic" if extended is None else "ExtendedStatistic",
        "Statistic": str(alarm["Statistic"]).upper() if extended is None else extended,
        "Unit": alarm.get("Unit"),
        "Dimensions": [{"value": each["Value"], "name": each["Name"]} for each in alarm.get("Dimensions", [])],
    }
