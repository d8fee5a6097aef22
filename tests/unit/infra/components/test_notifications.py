"""The topic that calls people."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.components.monitoring.notifications import Notifications, NotificationsArgs, Subscriber

TOPIC = "arn:of:aws:sns/topic:Topic:notifications"
TEAM = Subscriber(protocol="email", endpoint="team@example.com")


def args(*subscribers: Subscriber) -> NotificationsArgs:
    return NotificationsArgs(account_id="123456789012", region="eu-west-1", key_arn="arn:key", subscribers=subscribers)


def test_messages_are_encrypted_and_travel_over_tls_only(run_program: Any) -> None:
    graph = run_program(lambda: Notifications("notifications", args()))
    assert graph.one("aws:sns/topic:Topic", "notifications").inputs["kmsMasterKeyId"] == "arn:key"
    policy = json.loads(graph.one("aws:sns/topicPolicy:TopicPolicy", "notifications").inputs["policy"])
    by_sid = {one["Sid"]: one for one in policy["Statement"]}
    plain = by_sid["RefusePlainHttp"]
    assert (plain["Effect"], plain["Principal"]) == ("Deny", "*")
    assert plain["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert {one["Resource"] for one in by_sid.values()} == {TOPIC}


def test_only_alarms_and_rules_of_the_account_may_publish(run_program: Any) -> None:
    graph = run_program(lambda: Notifications("notifications", args()))
    policy = json.loads(graph.one("aws:sns/topicPolicy:TopicPolicy", "notifications").inputs["policy"])
    allowed = [one for one in policy["Statement"] if one["Effect"] == "Allow"]
    assert [(one["Principal"]["Service"], one["Condition"]) for one in allowed] == [
        ("cloudwatch.amazonaws.com", {"StringEquals": {"aws:SourceAccount": "123456789012"}}),
        ("events.amazonaws.com", {"ArnLike": {"aws:SourceArn": "arn:aws:events:eu-west-1:123456789012:rule/*"}}),
    ]


def test_nobody_hears_anything_unless_somebody_is_named(run_program: Any) -> None:
    assert (
        run_program(lambda: Notifications("notifications", args())).of_type(
            "aws:sns/topicSubscription:TopicSubscription"
        )
        == []
    )


def test_a_subscriber_keeps_its_name_whoever_stands_beside_it(run_program: Any) -> None:
    queue = Subscriber(protocol="sqs", endpoint="arn:aws:sqs:eu-west-1:123456789012:calls")
    alone, both = (
        run_program(lambda given=given: Notifications("notifications", args(*given))).of_type(
            "aws:sns/topicSubscription:TopicSubscription"
        )
        for given in ([TEAM], [queue, TEAM])
    )
    assert alone[0].name in [one.name for one in both]
    assert "example.com" not in alone[0].name
    assert [one.inputs["endpoint"] for one in both] == [TEAM.endpoint, queue.endpoint]


def test_a_subscriber_named_twice_is_refused() -> None:
    with pytest.raises(ValueError, match=r"team@example.com subscribes twice"):
        args(TEAM, TEAM)
