"""Alarms that can ring, and the dashboard."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.components.monitoring.alarms import Saturation, endpoint_alarms, saturation_alarms
from infra.components.monitoring.dashboard import Dashboard, DashboardArgs
from infra.components.monitoring.endpoint_alarms import EndpointAlarms, EndpointAlarmsArgs
from infra.components.monitoring.endpoint_events import EndpointEvents, EndpointEventsArgs

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"


def args(**changes: Any) -> EndpointAlarmsArgs:
    given: dict[str, Any] = {
        "endpoint_name": "slipway-dev",
        "variant_name": "primary",
        "server_errors_threshold": 1,
        "model_errors_threshold": 10,
        "latency_p90_ms": 500,
        "evaluation_periods": 2,
        **changes,
    }
    return EndpointAlarmsArgs(**given)


def test_every_alarm_has_the_dimensions_that_sagemaker_publishes(run_program: Any) -> None:
    graph = run_program(lambda: EndpointAlarms("alarms", args(no_traffic_minutes=5)))
    assert len(graph.of_type(ALARM)) == 4
    for alarm in graph.of_type(ALARM):
        assert alarm.inputs["namespace"] == "AWS/SageMaker"
        assert alarm.inputs["dimensions"] == {"EndpointName": "slipway-dev", "VariantName": "primary"}


def test_latency_is_compared_in_microseconds() -> None:
    (latency,) = [alarm for alarm in every_alarm() if alarm.metric_name == "ModelLatency"]
    assert latency.threshold == 500_000
    assert latency.extended_statistic == "p90"
    assert latency.statistic is None


def test_every_alarm_has_either_a_statistic_or_a_percentile() -> None:
    for alarm in every_alarm():
        assert (alarm.statistic is None) != (alarm.extended_statistic is None)


def test_one_error_is_enough_where_the_threshold_is_one() -> None:
    (errors,) = [alarm for alarm in every_alarm() if alarm.metric_name == "Invocation5XXErrors"]
    assert (errors.comparison_operator, errors.threshold) == ("GreaterThanOrEqualToThreshold", 1)


def test_silence_rings_only_where_it_is_asked_for() -> None:
    assert "no-traffic" not in [alarm.role for alarm in every_alarm()]
    (silence,) = [alarm for alarm in every_alarm(no_traffic_minutes=7) if alarm.role == "no-traffic"]
    assert silence.treat_missing_data == "breaching"
    assert silence.evaluation_periods == 7


def every_alarm(no_traffic_minutes: int | None = None) -> Any:
    return endpoint_alarms(
        server_errors_threshold=1,
        model_errors_threshold=10,
        latency_p90_ms=500,
        evaluation_periods=2,
        no_traffic_minutes=no_traffic_minutes,
    )


def test_one_alarm_above_the_others_calls_when_it_rings_and_when_it_stops(run_program: Any) -> None:
    topic = "arn:aws:sns:us-east-1:123456789012:alarms"
    graph = run_program(lambda: EndpointAlarms("alarms", args(alarm_action_arns=(topic,))))
    whole = graph.one("aws:cloudwatch/compositeAlarm:CompositeAlarm", "alarms").inputs
    assert whole["alarmActions"] == whole["okActions"] == [topic]
    names = [f"{alarm.name}-0000000" for alarm in graph.of_type(ALARM)]
    assert len(names) == 3
    assert sorted(whole["alarmRule"].split(" OR ")) == sorted(f'ALARM("{name}")' for name in names)
    assert [alarm.inputs.get("alarmActions") for alarm in graph.of_type(ALARM)] == [None] * 3


def test_an_alarm_that_calls_nobody_has_no_actions(run_program: Any) -> None:
    graph = run_program(lambda: EndpointAlarms("alarms", args()))
    whole = graph.one("aws:cloudwatch/compositeAlarm:CompositeAlarm", "alarms").inputs
    assert "alarmActions" not in whole


def test_full_instances_ring_only_where_a_limit_is_given(run_program: Any) -> None:
    limits = Saturation(cpu_percent=340, gpu_memory_percent=90)
    graph = run_program(lambda: EndpointAlarms("alarms", args(saturation=limits)))
    loads = [one.inputs for one in graph.of_type(ALARM) if one.inputs["namespace"] == "/aws/sagemaker/Endpoints"]
    assert [(one["metricName"], one["threshold"]) for one in loads] == [
        ("CPUUtilization", 340),
        ("GPUMemoryUtilization", 90),
    ]
    for load in loads:
        assert load["dimensions"] == {"EndpointName": "slipway-dev", "VariantName": "primary"}


def test_a_full_instance_takes_no_release_back() -> None:
    (cpu,) = saturation_alarms(Saturation(cpu_percent=90), 1)
    assert not cpu.rolls_back


@pytest.mark.parametrize(("endpoint", "graphs"), [(None, 1), ("slipway-dev", 5)])
def test_the_dashboard_shows_the_endpoint_once_there_is_one(
    run_program: Any, endpoint: str | None, graphs: int
) -> None:
    def program() -> None:
        given = DashboardArgs(
            dashboard_name="slipway-dev",
            region="us-east-1",
            buckets={"raw": "raw-1"},
            endpoint_name=endpoint,
            variant_name="primary",
        )
        Dashboard("dashboard", given)

    body = json.loads(
        run_program(program).one("aws:cloudwatch/dashboard:Dashboard", "dashboard").inputs["dashboardBody"]
    )
    assert len(body["widgets"]) == graphs
    places = [(widget["x"], widget["y"]) for widget in body["widgets"]]
    assert len(places) == len(set(places))
    assert max(x + widget["width"] for (x, _), widget in zip(places, body["widgets"], strict=True)) <= 24


@pytest.fixture
def events(run_program: Any) -> Any:
    given = EndpointEventsArgs(
        account_id="123456789012",
        region="eu-west-1",
        endpoint_name="slipway-dev",
        key_arn="arn:key",
        retention_days=14,
    )
    return run_program(lambda: EndpointEvents("events", given))


def test_the_events_of_one_endpoint_are_kept_and_no_others(events: Any) -> None:
    rule = events.one("aws:cloudwatch/eventRule:EventRule", "events").inputs
    pattern = json.loads(rule["eventPattern"])
    assert pattern["source"] == ["aws.sagemaker"]
    assert pattern["resources"] == ["arn:aws:sagemaker:eu-west-1:123456789012:endpoint/slipway-dev"]
    assert "SageMaker Endpoint State Change" in pattern["detail-type"]
    logs = events.one("aws:cloudwatch/logGroup:LogGroup", "events").inputs
    assert (logs["name"], logs["kmsKeyId"], logs["retentionInDays"]) == ("/aws/events/slipway-dev", "arn:key", 14)


def test_only_the_rule_may_write_events_and_it_may_before_it_does(events: Any) -> None:
    policy = events.one("aws:cloudwatch/logResourcePolicy:LogResourcePolicy", "events").inputs
    group = "arn:of:aws:cloudwatch/logGroup:LogGroup:events"
    assert policy["resourceArn"] == group
    (streams, kept) = json.loads(policy["policyDocument"])["Statement"]
    assert streams["Resource"] == f"{group}:*"
    rule = "arn:of:aws:cloudwatch/eventRule:EventRule:events"
    assert kept["Condition"] == {"ArnEquals": {"aws:SourceArn": rule}}
    target = events.one("aws:cloudwatch/eventTarget:EventTarget", "events")
    assert target.inputs["arn"] == group
    assert "aws:cloudwatch/logResourcePolicy:LogResourcePolicy events" in target.depends_on
