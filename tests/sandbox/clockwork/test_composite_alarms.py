"""Composite alarms as CloudWatch's reference describes them, apart from when they are evaluated."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.slow


def metric_alarm(world: Any, **more: Any) -> str:
    name: str = world.name("metric")
    world.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Namespace="N",
        MetricName="M",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        **more,
    )
    return name


def composite(world: Any, rule: str, **more: Any) -> str:
    name: str = more.pop("AlarmName", None) or world.name("composite")
    world.client("cloudwatch").put_composite_alarm(AlarmName=name, AlarmRule=rule, **more)
    return name


def refusal(call: Any, **params: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**params)
    return refused.value.response["Error"]["Code"], refused.value.response["Error"]["Message"]


def test_a_composite_alarm_is_described_to_who_asks_for_its_type_only(world: Any) -> None:
    cloudwatch, child = world.client("cloudwatch"), metric_alarm(world)
    topic = "arn:aws:sns:us-east-1:123456789012:t"
    rule = f'ALARM("{child}") OR FALSE'
    name = composite(world, rule, AlarmDescription="d", AlarmActions=[topic], ActionsEnabled=False)
    assert cloudwatch.describe_alarms(AlarmNames=[name]) | {"ResponseMetadata": 0} == {
        "MetricAlarms": [],
        "CompositeAlarms": [],
        "ResponseMetadata": 0,
    }
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    assert alarm["AlarmArn"] == f"arn:aws:cloudwatch:us-east-1:123456789012:alarm:{name}"
    assert (alarm["AlarmRule"], alarm["AlarmDescription"], alarm["AlarmActions"]) == (rule, "d", [topic])
    assert (alarm["ActionsEnabled"], alarm["StateValue"]) == (False, "INSUFFICIENT_DATA")
    assert alarm["StateTransitionedTimestamp"] == alarm["StateUpdatedTimestamp"]
    both = cloudwatch.describe_alarms(AlarmNames=[name, child], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    assert (len(both["MetricAlarms"]), len(both["CompositeAlarms"])) == (1, 1)
    (parent,) = cloudwatch.describe_alarms(ParentsOfAlarmName=child)["CompositeAlarms"]
    (below,) = cloudwatch.describe_alarms(ChildrenOfAlarmName=name)["MetricAlarms"]
    assert (parent["AlarmName"], below["AlarmName"]) == (name, child)
    code, _ = refusal(cloudwatch.describe_alarms, ParentsOfAlarmName=child, StateValue="OK")
    assert code == "InvalidParameterCombination"


def test_alarms_are_described_page_by_page_and_by_every_filter_at_once(world: Any) -> None:
    cloudwatch = world.client("cloudwatch")
    names = sorted(metric_alarm(world) for _ in range(3))
    cloudwatch.set_alarm_state(AlarmName=names[0], StateValue="OK", StateReason="r")
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmNames=names, PaginationConfig={"PageSize": 2})
    assert [len(page["MetricAlarms"]) for page in pages] == [2, 1]
    chosen = cloudwatch.describe_alarms(AlarmNames=names, StateValue="OK")["MetricAlarms"]
    assert [alarm["AlarmName"] for alarm in chosen] == [names[0]]


def test_tags_come_with_the_alarm_and_go_with_it(world: Any) -> None:
    cloudwatch = world.client("cloudwatch")
    name = composite(world, "TRUE", Tags=[{"Key": "a", "Value": "1"}])
    arn = cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"], AlarmNames=[name])["CompositeAlarms"][0]["AlarmArn"]
    cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "b", "Value": "2"}])
    composite(world, "FALSE", AlarmName=name, Tags=[{"Key": "late", "Value": "ignored"}])
    assert {tag["Key"] for tag in cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]} == {"a", "b"}
    cloudwatch.delete_alarms(AlarmNames=[name])
    assert cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"] == []


@pytest.mark.parametrize("rule", ["", "ALARM(", "ALARM(a b) AND", "AT_LEAST(2, ALARM, (a, b))", "MAYBE(a)", "1"])
def test_a_rule_that_cannot_be_read_is_refused(world: Any, rule: str) -> None:
    params = {"AlarmName": world.name("composite"), "AlarmRule": rule or " "}
    code, message = refusal(world.client("cloudwatch").put_composite_alarm, **params)
    assert code == "ValidationError"
    assert "AlarmRule must be a valid expression" in message


def test_a_rule_over_alarms_that_do_not_exist_is_refused_with_their_names(world: Any) -> None:
    params = {"AlarmName": world.name("composite"), "AlarmRule": 'ALARM("nobody") AND OK(none)'}
    code, message = refusal(world.client("cloudwatch").put_composite_alarm, **params)
    assert code == "ValidationError"
    assert "nobody, none" in message


def test_a_circle_of_alarms_is_refused(world: Any) -> None:
    put = world.client("cloudwatch").put_composite_alarm
    first = composite(world, "TRUE")
    second = composite(world, f'ALARM("{first}")')
    third = composite(world, f"ALARM(arn:aws:cloudwatch:us-east-1:123456789012:alarm:{second})")
    assert "circles" in refusal(put, AlarmName=first, AlarmRule=f'NOT OK("{third}")')[1]
    itself = world.name("composite")
    assert "circles" in refusal(put, AlarmName=itself, AlarmRule=f'ALARM("{itself}")')[1]


def test_what_a_composite_alarm_depends_on_cannot_be_deleted_before_it(world: Any) -> None:
    cloudwatch, child = world.client("cloudwatch"), metric_alarm(world)
    name = composite(world, f'ALARM("{child}")')
    code, message = refusal(cloudwatch.delete_alarms, AlarmNames=[child])
    assert (code, message) == (
        "ValidationError",
        f"Cannot delete {child} as there are composite alarm(s) depending on it",
    )
    cloudwatch.delete_alarms(AlarmNames=[child, name])
    assert cloudwatch.describe_alarms(AlarmNames=[child])["MetricAlarms"] == []
    two = [composite(world, "TRUE"), composite(world, "TRUE")]
    assert "no more than one composite alarm" in refusal(cloudwatch.delete_alarms, AlarmNames=two)[1]


def test_a_suppressor_is_refused_by_name(world: Any) -> None:
    params = {"AlarmName": "c", "AlarmRule": "TRUE", "ActionsSuppressor": "a", "ActionsSuppressorWaitPeriod": 60}
    code, message = refusal(world.client("cloudwatch").put_composite_alarm, **params)
    assert code == "ValidationError"
    assert "ActionsSuppressor is not supported" in message


def test_a_name_belongs_to_one_kind_of_alarm(world: Any) -> None:
    child = metric_alarm(world)
    put = world.client("cloudwatch").put_composite_alarm
    assert "type MetricAlarm already exists" in refusal(put, AlarmName=child, AlarmRule="TRUE")[1]


def test_an_alarm_begins_without_data_and_keeps_its_state_when_it_is_changed(world: Any) -> None:
    cloudwatch, name = world.client("cloudwatch"), metric_alarm(world)

    def state() -> Any:
        return cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]

    assert (state()["StateValue"], state()["StateReason"]) == (
        "INSUFFICIENT_DATA",
        "Unchecked: Initial alarm creation",
    )
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="r", StateReasonData='{"a": 1}')
    before = state()
    world.clock.advance(timedelta(hours=1))
    world.clock.arrive()
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="N",
        MetricName="M",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=2,
        Threshold=5,
        ComparisonOperator="GreaterThanThreshold",
    )
    after = state()
    assert (after["StateValue"], after["StateReason"], after["StateReasonData"]) == ("ALARM", "r", '{"a": 1}')
    assert after["StateTransitionedTimestamp"] == before["StateTransitionedTimestamp"]
    assert after["AlarmConfigurationUpdatedTimestamp"] > before["AlarmConfigurationUpdatedTimestamp"]


def test_the_history_tells_changes_of_configuration_and_of_state(world: Any) -> None:
    cloudwatch, name = world.client("cloudwatch"), metric_alarm(world)
    for value in ("ALARM", "ALARM", "OK"):
        cloudwatch.set_alarm_state(AlarmName=name, StateValue=value, StateReason=f"to {value}")
    items = cloudwatch.describe_alarm_history(AlarmName=name, ScanBy="TimestampAscending")["AlarmHistoryItems"]
    assert [item["HistorySummary"] for item in items] == [
        f'Alarm "{name}" created',
        "Alarm updated from INSUFFICIENT_DATA to ALARM",
        "Alarm updated from ALARM to OK",
    ]
    data = json.loads(items[2]["HistoryData"])
    assert data["oldState"] == {"stateValue": "ALARM", "stateReason": "to ALARM"}
    assert data["newState"] == {"stateValue": "OK", "stateReason": "to OK"}
    newest = cloudwatch.describe_alarm_history(AlarmName=name, HistoryItemType="StateUpdate", MaxRecords=1)
    assert newest["AlarmHistoryItems"] == [items[2]]
    cloudwatch.delete_alarms(AlarmNames=[name])
    last = cloudwatch.describe_alarm_history(AlarmName=name)["AlarmHistoryItems"][0]
    assert last["HistorySummary"] == f'Alarm "{name}" deleted'
