"""Rules and schedules fire on the clock, in order, as EventBridge's guides say."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ROLE = "arn:aws:iam::123456789012:role/scheduler"


@pytest.fixture(autouse=True)
def _nothing_left(world: Any) -> Iterator[None]:
    yield
    events, scheduler = world.client("events"), world.client("scheduler")
    for rule in events.list_rules()["Rules"]:
        if "ScheduleExpression" in rule:
            ids = [target["Id"] for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]]
            events.remove_targets(Rule=rule["Name"], Ids=ids)
            events.delete_rule(Name=rule["Name"])
    for schedule in scheduler.list_schedules()["Schedules"]:
        scheduler.delete_schedule(GroupName=schedule["GroupName"], Name=schedule["Name"])
    world.notice_schedules()


def rule(world: Any, expression: str, queue: str, **more: Any) -> str:
    name: str = world.name("rule")
    world.client("events").put_rule(Name=name, ScheduleExpression=expression)
    targets = [{"Id": "1", "Arn": world.arn_of(queue), **more}]
    world.client("events").put_targets(Rule=name, Targets=targets)
    world.notice_schedules()
    return name


def schedule(world: Any, expression: str, target: dict[str, Any], **more: Any) -> str:
    name: str = world.name("schedule")
    settings: dict[str, Any] = {"FlexibleTimeWindow": {"Mode": "OFF"}, "Target": {"RoleArn": ROLE, **target}}
    world.client("scheduler").create_schedule(Name=name, ScheduleExpression=expression, **settings | more)
    world.notice_schedules()
    return name


def times(events: list[Any]) -> list[datetime]:
    return [datetime.fromisoformat(event["time"]) for event in events]


def test_a_rule_with_a_rate_fires_every_period_from_when_it_was_made(world: Any) -> None:
    queue, start = world.queue(), world.clock()
    name = rule(world, "rate(10 minutes)", queue)
    world.advance(35 * MINUTE)
    events = world.received(queue)
    assert [round((time - start) / MINUTE) for time in times(events)] == [10, 20, 30]
    event = events[0]
    assert (event["source"], event["detail-type"], event["detail"]) == ("aws.events", "Scheduled Event", {})
    assert event["resources"] == [f"arn:aws:events:us-east-1:123456789012:rule/{name}"]


def test_a_rule_with_cron_fires_in_utc_and_gives_its_target_what_it_says(world: Any) -> None:
    queue = world.queue()
    rule(world, "cron(0 6 * * ? *)", queue, Input='{"run": "nightly"}')
    world.advance(timedelta(days=3))
    assert world.received(queue) == [{"run": "nightly"}] * 3


def test_a_disabled_rule_waits_and_a_deleted_one_is_forgotten(world: Any) -> None:
    queue, events = world.queue(), world.client("events")
    name = rule(world, "rate(1 hour)", queue)
    events.disable_rule(Name=name)
    world.notice_schedules()
    world.advance(3 * HOUR)
    assert world.received(queue) == []
    events.enable_rule(Name=name)
    world.notice_schedules()
    world.advance(HOUR + MINUTE)
    assert len(world.received(queue)) == 1
    events.remove_targets(Rule=name, Ids=["1"])
    events.delete_rule(Name=name)
    world.notice_schedules()
    assert world.rules.busy is False


def test_several_schedules_fire_in_the_order_of_their_times(world: Any) -> None:
    queue = world.queue()
    for minutes, text in ((20, "b"), (15, "a")):
        schedule(world, f"rate({minutes} minutes)", {"Arn": world.arn_of(queue), "Input": json.dumps(text)})
    world.advance(41 * MINUTE)
    assert world.received(queue) == ["a", "b", "a", "b"]


def test_a_schedule_once_fires_in_its_zone_and_is_deleted_when_it_says_so(world: Any) -> None:
    queue = world.queue()
    there = (world.clock() + 2 * HOUR).astimezone(UTC) + timedelta(hours=9)  # Tokyo has no daylight saving time
    target = {"Arn": world.arn_of(queue), "Input": '{"at": "<aws.scheduler.scheduled-time>"}'}
    name = schedule(
        world,
        f"at({there:%Y-%m-%dT%H:%M:%S})",
        target,
        ScheduleExpressionTimezone="Asia/Tokyo",
        ActionAfterCompletion="DELETE",
    )
    world.advance(HOUR)
    assert world.received(queue) == []
    world.advance(HOUR + MINUTE)
    assert world.received(queue) == [{"at": f"{there - timedelta(hours=9):%Y-%m-%dT%H:%M:%SZ}"}]
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        world.client("scheduler").get_schedule(Name=name)


def test_a_schedule_keeps_to_its_start_and_its_end_and_to_its_state(world: Any) -> None:
    queue, now = world.queue(), world.clock().replace(microsecond=0)
    target = {"Arn": world.arn_of(queue)}
    name = schedule(world, "rate(1 hour)", target, StartDate=now + 2 * HOUR, EndDate=now + 4 * HOUR)
    schedule(world, "rate(1 hour)", target, State="DISABLED")
    world.advance(10 * HOUR)
    events = world.received(queue)
    assert [(time - now) / HOUR for time in times(events)] == [2, 3, 4]
    assert events[0]["source"] == "aws.scheduler"
    assert events[0]["resources"] == [f"arn:aws:scheduler:us-east-1:123456789012:schedule/default/{name}"]


def test_a_schedule_puts_an_event_of_its_own_on_a_bus(world: Any) -> None:
    queue, pattern = world.queue(), world.name("source")
    world.client("events").put_rule(Name=pattern, EventPattern=json.dumps({"source": [pattern]}))
    world.client("events").put_targets(Rule=pattern, Targets=[{"Id": "1", "Arn": world.arn_of(queue)}])
    target = {
        "Arn": "arn:aws:events:us-east-1:123456789012:event-bus/default",
        "EventBridgeParameters": {"DetailType": "Tick", "Source": pattern},
        "Input": '{"n": 1}',
    }
    schedule(world, "rate(1 hour)", target)
    world.advance(HOUR + MINUTE)
    (event,) = world.received(queue)
    assert (event["detail-type"], event["detail"]) == ("Tick", {"n": 1})


def test_a_universal_target_calls_the_operation_and_one_that_only_reads_is_refused(world: Any) -> None:
    queue, dead = world.queue(), world.queue()
    prefix = "arn:aws:scheduler:::aws-sdk"
    parameters = {"QueueUrl": queue, "MessageBody": '"hello"'}
    schedule(world, "rate(1 hour)", {"Arn": f"{prefix}:sqs:sendMessage", "Input": json.dumps(parameters)})
    letters = {"DeadLetterConfig": {"Arn": world.arn_of(dead)}}
    for wrong in ("sqs:listQueues", "sqs:sendNothing", "nowhere:sendMessage", "sqs:sendMessage"):
        schedule(world, "rate(1 hour)", {"Arn": f"{prefix}:{wrong}", "Input": '{"Wrong": 1}', **letters})
    world.advance(HOUR + MINUTE)
    assert world.waited_for(queue, 1) == ["hello"]
    assert len(world.waited_for(dead, 4)) == 4


def test_a_schedule_that_is_changed_begins_anew_and_one_that_is_not_does_not(world: Any) -> None:
    queue, target = world.queue(), {"RoleArn": ROLE}
    target["Arn"] = world.arn_of(queue)
    name = schedule(world, "rate(1 hour)", target)
    world.advance(40 * MINUTE)
    world.notice_schedules()
    world.advance(30 * MINUTE)
    assert len(world.received(queue)) == 1
    world.client("scheduler").update_schedule(
        Name=name, ScheduleExpression="rate(2 hours)", FlexibleTimeWindow={"Mode": "OFF"}, Target=target
    )
    assert world.client("scheduler").get_schedule(Name=name)["State"] == "ENABLED"
    world.notice_schedules()
    world.advance(119 * MINUTE)
    assert world.received(queue) == []
    world.advance(2 * MINUTE)
    assert len(world.received(queue)) == 1


@pytest.mark.parametrize("expression", ["cron(0 10 * * * *)", "rate(5 fortnights)", "rate(0 minutes)"])
def test_an_expression_that_cannot_be_read_is_refused_by_both(world: Any, expression: str) -> None:
    with pytest.raises(ClientError, match="ValidationException"):
        world.client("events").put_rule(Name="wrong", ScheduleExpression=expression)
    with pytest.raises(ClientError, match="ValidationException"):
        schedule(world, expression, {"Arn": "arn:aws:sqs:us-east-1:123456789012:q"})


def test_a_pipeline_is_started_by_an_event_and_by_a_schedule_with_the_parameters_that_they_name(world: Any) -> None:
    pipeline = {"Arn": "arn:aws:sagemaker:us-east-1:123456789012:pipeline/retrain"}
    parameters = [{"Name": "Rows", "Value": "10"}, {"Name": "Key", "Value": "$.detail.key"}]
    target = pipeline | {"SageMakerPipelineParameters": {"PipelineParameterList": parameters}}
    source, world.pipelines.started = world.name("source"), []
    world.client("events").put_rule(Name=source, EventPattern=json.dumps({"source": [source]}))
    targets = [{"Id": "1", "RoleArn": ROLE, **target}]
    assert world.client("events").put_targets(Rule=source, Targets=targets)["FailedEntryCount"] == 0
    world.client("events").put_events(Entries=[{"Source": source, "DetailType": "D", "Detail": '{"key": "a/b"}'}])
    world.until(lambda: len(world.pipelines.started) == 1, "the pipeline")
    (started,) = world.pipelines.started
    assert started["PipelineName"] == "retrain"
    assert started["PipelineParameters"] == [{"Name": "Rows", "Value": "10"}, {"Name": "Key", "Value": "a/b"}]
    schedule(world, "rate(1 day)", pipeline)
    world.advance(timedelta(days=2))
    world.until(lambda: len(world.pipelines.started) == 3, "the pipeline again")
    assert "PipelineParameters" not in world.pipelines.started[-1]
