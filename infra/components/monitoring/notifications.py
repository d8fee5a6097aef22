"""The topic that the stack calls people by."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from infra.components.monitoring.topic_policy import topic_policy

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHOWN_DIGITS = 8


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """One who hears from the topic."""

    protocol: str
    """SNS's word for how: email, https, sqs, lambda and the like."""
    endpoint: str
    """Where to: an address, or the ARN of a queue or function."""

    @property
    def role(self) -> str:
        """What tells subscribers apart in logical names, without writing addresses there."""
        digest = hashlib.sha256(self.endpoint.encode("utf-8")).hexdigest()
        return f"{self.protocol}-{digest[:_SHOWN_DIGITS]}"


@dataclass(frozen=True, kw_only=True)
class NotificationsArgs:
    """What Notifications are made from."""

    account_id: str
    """Account whose alarms and rules may publish."""
    region: str
    """Region of the topic."""
    key_arn: pulumi.Input[str]
    """KMS key of the messages; its policy must let CloudWatch and EventBridge use it."""
    subscribers: Sequence[Subscriber] = ()
    """Who hears from the topic. Left out: nobody."""

    def __post_init__(self) -> None:
        """Refuse the same subscriber twice."""
        roles = [one.role for one in self.subscribers]
        twice = sorted({one.endpoint for one in self.subscribers if roles.count(one.role) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} subscribes twice by one protocol; name each subscriber once")


class Notifications(pulumi.ComponentResource):
    """One encrypted topic that alarms and rules of this account publish to, over TLS only."""

    topic_arn: pulumi.Output[str]
    """ARN of the topic."""

    def __init__(self, name: str, args: NotificationsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:monitoring:Notifications", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        topic = aws.sns.Topic(name, kms_master_key_id=args.key_arn, opts=child)
        aws.sns.TopicPolicy(
            name,
            arn=topic.arn,
            policy=topic.arn.apply(partial(topic_policy, args.account_id, args.region)),
            opts=child,
        )
        for subscriber in sorted(args.subscribers, key=lambda one: one.role):
            aws.sns.TopicSubscription(
                f"{name}-{subscriber.role}",
                topic=topic.arn,
                protocol=subscriber.protocol,
                endpoint=subscriber.endpoint,
                opts=child,
            )

        self.topic_arn = topic.arn
        self.register_outputs({"topic_arn": self.topic_arn})
