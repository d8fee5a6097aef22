"""Metric alarms as CloudWatch's documentation has them: from PutMetricData to a topic."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.slow

MINUTE = timedelta(minutes=1)


def put_alarm(world: Any, **changed: Any) -> str:
    name: str = world.name("alarm")
    settings: dict[str, Any] = {
        "Namespace": "Test",
        "MetricName": name,
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    wanted = {key: value for key, value in (settings | changed).items() if value is not None}
    world.client("cloudwatch").put_metric_alarm(AlarmName=name, **wanted)
    world.notice_alarms()
    return name


def put(world: Any, metric: str, *values: float, **more: Any) -> None:
    data = {"MetricName": metric, "Values": list(values), **more}
    world.client("cloudwatch").put_metric_data(Namespace="Test", MetricData=[data])


def described(world: Any, name: str) -> dict[str, Any]:
    found = world.client("cloudwatch").describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    alarms: list[dict[str, Any]] = [*found["MetricAlarms"], *found["CompositeAlarms"]]
    (alarm,) = alarms
    return alarm


def state(world: Any, name: str) -> str:
    return str(described(world, name)["StateValue"])


def test_an_alarm_rings_when_its_metric_crosses_the_threshold_and_falls_silent_after(world: Any) -> None:
    name = put_alarm(world)
    put(world, name, 2, 3)
    world.advance(MINUTE)
    alarm = described(world, name)
    assert alarm["StateValue"] == "ALARM"
    assert alarm["StateReason"].startswith("Threshold Crossed: 1 out of the last 1 datapoint [5.0 (")
    assert "was greater than the threshold (1.0) (minimum 1 datapoint for OK -> ALARM" in alarm["StateReason"]
    data = json.loads(alarm["StateReasonData"])
    assert (data["recentDatapoints"], data["threshold"], data["period"], data["statistic"]) == ([5.0], 1.0, 60, "Sum")
    put(world, name, 0)
    world.advance(MINUTE)
    assert state(world, name) == "OK"
    world.advance(5 * MINUTE)
    assert state(world, name) == "INSUFFICIENT_DATA"


@pytest.mark.parametrize(
    ("operator", "values"),
    [
        ("GreaterThanThreshold", (2, 1)),
        ("GreaterThanOrEqualToThreshold", (1, 0.5)),
        ("LessThanThreshold", (0, 1)),
        ("LessThanOrEqualToThreshold", (1, 1.5)),
    ],
)
def test_every_comparison_is_what_it_is_called(world: Any, operator: str, values: tuple[float, float]) -> None:
    name = put_alarm(world, ComparisonOperator=operator)
    for value, expected in zip(values, ("ALARM", "OK"), strict=True):
        put(world, name, value)
        world.advance(MINUTE)
        assert state(world, name) == expected, value


@pytest.mark.parametrize(
    ("treatment", "expected"),
    [("missing", "INSUFFICIENT_DATA"), ("ignore", "OK"), ("breaching", "ALARM"), ("notBreaching", "OK")],
)
def test_missing_data_are_treated_as_the_alarm_says(world: Any, treatment: str, expected: str) -> None:
    name = put_alarm(world, TreatMissingData=treatment)
    put(world, name, 0)
    world.advance(MINUTE)
    assert state(world, name) == "OK"
    world.advance(10 * MINUTE)
    assert state(world, name) == expected


def test_two_of_three_datapoints_are_enough_when_the_alarm_says_so(world: Any) -> None:
    loose, strict = put_alarm(world, EvaluationPeriods=3, DatapointsToAlarm=2), put_alarm(world, EvaluationPeriods=3)
    for value in (5, 0, 5):
        for name in (loose, strict):
            put(world, name, value)
        world.advance(MINUTE)
    assert (state(world, loose), state(world, strict)) == ("ALARM", "OK")


def test_a_percentile_needs_the_single_values(world: Any) -> None:
    name = put_alarm(world, Statistic=None, ExtendedStatistic="p90", Threshold=90)
    put(world, name, *range(1, 101))
    world.advance(MINUTE)
    assert json.loads(described(world, name)["StateReasonData"])["recentDatapoints"] == [pytest.approx(90.1)]
    assert state(world, name) == "ALARM"


def rate(world: Any, expression: str) -> str:
    metric = {"Namespace": "Test", "Dimensions": [{"Name": "Endpoint", "Value": "e"}]}
    queries: list[dict[str, Any]] = [
        {"Id": id_, "MetricStat": {"Metric": metric | {"MetricName": id_}, "Period": 60, "Stat": "Sum"}}
        for id_ in ("errors", "calls")
    ]
    queries = [query | {"ReturnData": False} for query in queries] + [{"Id": "e1", "Expression": expression}]
    nothing = dict.fromkeys(("Namespace", "MetricName", "Statistic", "Period"))
    return put_alarm(world, Metrics=queries, Threshold=5, **nothing)


def test_an_alarm_on_a_rate_of_errors_watches_the_rate(world: Any) -> None:
    plain, guarded = rate(world, "100*errors/calls"), rate(world, "IF(FILL(calls,0) > 0, 100*errors/calls, 0)")
    dimensions = [{"Name": "Endpoint", "Value": "e"}]
    for errors, expected in ((1, "OK"), (3, "ALARM")):
        put(world, "errors", errors, Dimensions=dimensions)
        put(world, "calls", 50, Dimensions=dimensions)
        put(world, "errors", 50)  # another metric: it has no dimensions
        world.advance(MINUTE)
        assert state(world, plain) == state(world, guarded) == expected
    world.advance(10 * MINUTE)
    assert (state(world, plain), state(world, guarded)) == ("INSUFFICIENT_DATA", "OK")


def test_a_short_period_is_evaluated_at_its_own_end(world: Any) -> None:
    name = put_alarm(world, Period=10)
    put(world, name, 9)
    world.advance(timedelta(seconds=10))
    assert state(world, name) == "ALARM"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"ComparisonOperator": "GreaterThanUpperThreshold", "ThresholdMetricId": "ad"}, "static thresholds only"),
        ({"Statistic": None, "ExtendedStatistic": "tm90"}, "tm90"),
        ({"Period": 61}, "multiple of 60"),
        ({"Period": 86400, "EvaluationPeriods": 8}, "seven days"),
        ({"DatapointsToAlarm": 2}, "DatapointsToAlarm must be 1 to EvaluationPeriods"),
        ({"TreatMissingData": "forget"}, "TreatMissingData"),
        ({"Statistic": None}, "exactly one of Statistic"),
    ],
)
def test_an_alarm_that_cannot_be_evaluated_is_refused(world: Any, changed: dict[str, Any], words: str) -> None:
    with pytest.raises(ClientError, match="ValidationError") as refused:
        put_alarm(world, **changed)
    assert words in refused.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("ANOMALY_DETECTION_BAND(errors, 2)", "does not know the metric math function ANOMALY_DETECTION_BAND"),
        ("errors / visits", "visits is not among the metrics"),
        ("errors +", "ends too early"),
    ],
)
def test_an_expression_that_cannot_be_computed_is_refused_by_name(world: Any, expression: str, words: str) -> None:
    with pytest.raises(ClientError, match="ValidationError") as refused:
        rate(world, expression)
    assert words in refused.value.response["Error"]["Message"]


def test_a_topic_and_the_bus_are_told_what_changed(world: Any) -> None:
    mail, bus = world.queue(), world.queue()
    topic = world.client("sns").create_topic(Name=world.name("topic"))["TopicArn"]
    world.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=world.arn_of(mail))
    rule = world.name("rule")
    other = "arn:aws:ssm:us-east-1:123456789012:opsitem:1"
    name = put_alarm(world, AlarmActions=[other, topic], OKActions=[topic], AlarmDescription="too many")
    pattern = {"source": ["aws.cloudwatch"], "detail": {"alarmName": [name]}}
    world.client("events").put_rule(Name=rule, EventPattern=json.dumps(pattern))
    world.client("events").put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": world.arn_of(bus)}])
    put(world, name, 5)
    world.advance(MINUTE)

    (told,) = world.received(mail)
    message = json.loads(told["Message"])
    assert told["Subject"] == f'ALARM: "{name}" in US East (N. Virginia)'
    assert (message["AlarmName"], message["AlarmDescription"]) == (name, "too many")
    assert (message["OldStateValue"], message["NewStateValue"]) == ("INSUFFICIENT_DATA", "ALARM")
    assert (message["Trigger"]["MetricName"], message["Trigger"]["Statistic"]) == (name, "SUM")
    (event,) = world.received(bus)
    arn = described(world, name)["AlarmArn"]
    assert (event["source"], event["detail-type"], event["resources"]) == (
        "aws.cloudwatch",
        "CloudWatch Alarm State Change",
        [arn],
    )
    detail = event["detail"]
    assert (detail["state"]["value"], detail["previousState"]["value"]) == ("ALARM", "INSUFFICIENT_DATA")
    assert json.loads(detail["state"]["reasonData"])["recentDatapoints"] == [5.0]
    (metric,) = detail["configuration"]["metrics"]
    assert metric["metricStat"] == {
        "metric": {"namespace": "Test", "name": name, "dimensions": {}},
        "period": 60,
        "stat": "Sum",
    }
    actions = world.client("cloudwatch").describe_alarm_history(AlarmName=name, HistoryItemType="Action")
    assert [item["HistorySummary"] for item in actions["AlarmHistoryItems"]] == [
        f"Successfully executed action {topic}"
    ]


def test_who_sets_a_state_by_hand_sets_off_its_actions_and_the_alarm_returns(world: Any) -> None:
    mail = world.queue()
    topic = world.client("sns").create_topic(Name=world.name("topic"))["TopicArn"]
    world.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=world.arn_of(mail))
    name = put_alarm(world, AlarmActions=[topic])
    for _ in range(2):  # the second time nothing changes
        world.client("cloudwatch").set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a test")
    world.look()
    assert [json.loads(told["Message"])["NewStateReason"] for told in world.received(mail)] == ["a test"]
    world.client("cloudwatch").disable_alarm_actions(AlarmNames=[name])
    world.advance(MINUTE)
    assert state(world, name) == "INSUFFICIENT_DATA"
    world.client("cloudwatch").set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="again")
    world.look()
    assert world.received(mail) == []


def test_a_composite_alarm_follows_its_children_up_the_tree(world: Any) -> None:
    one, two = put_alarm(world), put_alarm(world)
    lower, upper = world.name("z"), world.name("a")
    put_composite = world.client("cloudwatch").put_composite_alarm
    put_composite(AlarmName=lower, AlarmRule=f"ALARM({one}) AND ALARM({two})")
    put_composite(AlarmName=upper, AlarmRule=f'ALARM("{lower}") AND NOT INSUFFICIENT_DATA({one})')
    put(world, one, 5)
    world.advance(MINUTE)
    assert (state(world, lower), state(world, upper)) == ("OK", "OK")
    put(world, one, 5)
    put(world, two, 5)
    world.advance(MINUTE)
    assert (state(world, lower), state(world, upper)) == ("ALARM", "ALARM")
    reason = described(world, upper)
    assert f":alarm:{lower} transitioned to ALARM at " in reason["StateReason"] or one in reason["StateReason"]
    assert {each["state"]["value"] for each in json.loads(reason["StateReasonData"])["triggeringAlarms"]} == {"ALARM"}
    world.client("cloudwatch").set_alarm_state(AlarmName=upper, StateValue="OK", StateReason="by hand")
    world.advance(timedelta(seconds=20))
    assert state(world, upper) == "OK"  # until a child changes
    world.advance(10 * MINUTE)
    assert state(world, lower) == "OK"


def test_an_alarm_in_the_skipped_time_rings_at_the_time_that_it_was_due(world: Any) -> None:
    name, start = put_alarm(world), world.clock()
    put(world, name, 5, Timestamp=start + 10 * MINUTE)
    world.advance(60 * MINUTE)
    items = world.client("cloudwatch").describe_alarm_history(
        AlarmName=name, HistoryItemType="StateUpdate", ScanBy="TimestampAscending"
    )["AlarmHistoryItems"]
    assert [item["HistorySummary"].split()[-1] for item in items] == ["ALARM", "INSUFFICIENT_DATA"]
    rang = items[0]["Timestamp"] - start
    assert timedelta(minutes=10) <= rang <= timedelta(minutes=12)


def test_an_alarm_that_cannot_be_computed_says_why(world: Any) -> None:
    name = rate(world, "PERIOD(errors)")
    world.client("cloudwatch").set_alarm_state(AlarmName=name, StateValue="OK", StateReason="r")
    put(world, "errors", 1, Dimensions=[{"Name": "Endpoint", "Value": "e"}])
    world.advance(MINUTE)
    alarm = described(world, name)
    assert alarm["StateValue"] == "INSUFFICIENT_DATA"
    assert "must give a time series" in alarm["StateReason"]


def metric_data(world: Any, *queries: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    answer = world.client("cloudwatch").get_metric_data(
        MetricDataQueries=list(queries), StartTime=start, EndTime=start + timedelta(minutes=10), **more
    )
    return list(answer["MetricDataResults"])


def test_get_metric_data_computes_expressions_and_percentiles(world: Any) -> None:
    name, start = world.name("metric"), datetime(2026, 1, 1, tzinfo=UTC)
    put(world, name, 1, 2, 3, Timestamp=start + timedelta(seconds=30))
    put(world, name, 10, Timestamp=start + timedelta(seconds=70), Unit="Seconds")
    metric = {"Namespace": "Test", "MetricName": name}
    m1 = {"Id": "m1", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}, "ReturnData": False}
    p50 = {"Id": "p50", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "p50"}}
    e1, e2 = {"Id": "e1", "Expression": "FILL(e2, 0)"}, {"Id": "e2", "Expression": "m1 * 2", "ReturnData": False}
    p, e = metric_data(world, e1, m1, p50, e2, ScanBy="TimestampAscending")[::-1]
    assert (e["Id"], e["Values"]) == ("e1", [12.0, 20.0, *[0.0] * 8])
    assert (p["Id"], p["Values"], p["Timestamps"]) == ("p50", [2.0, 10.0], [start, start + timedelta(minutes=1)])
    with pytest.raises(ClientError, match="SEARCH"):
        metric_data(world, {"Id": "e", "Expression": "SEARCH('x', 'Sum')"})
    with pytest.raises(ClientError, match="refers to itself"):
        metric_data(world, {"Id": "e", "Expression": "e + 1"})
    statistics = world.client("cloudwatch").get_metric_statistics(
        **metric,
        StartTime=start,
        EndTime=start + timedelta(minutes=10),
        Period=300,
        Statistics=["Sum", "SampleCount"],
        ExtendedStatistics=["p99"],
        Unit="Seconds",
    )["Datapoints"]
    assert statistics == [
        {"Timestamp": start, "Unit": "Seconds", "Sum": 10, "SampleCount": 1, "ExtendedStatistics": {"p99": 10}}
    ]


def test_one_query_must_give_the_alarm_its_data(world: Any) -> None:
    metric = {"Metric": {"Namespace": "Test", "MetricName": "m"}, "Period": 60, "Stat": "Sum"}
    nothing = dict.fromkeys(("Namespace", "MetricName", "Statistic", "Period"))
    for returned in ((None, None), (True, True), (False, False)):
        queries = [
            {"Id": id_, "MetricStat": metric} | ({} if each is None else {"ReturnData": each})
            for id_, each in zip(("a", "b"), returned, strict=True)
        ]
        with pytest.raises(ClientError, match="exactly one of Metrics must return data"):
            put_alarm(world, Metrics=queries, **nothing)
