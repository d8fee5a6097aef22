"""Who may publish to the stack's topic, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.components.security.statements import document
from infra.naming import partition

if TYPE_CHECKING:
    from infra.components.security.statements import Statement


def topic_policy(account_id: str, region: str, topic_arn: str) -> str:
    """Return the policy document of a topic: this account's alarms and rules publish, everybody over TLS only."""
    return document(
        [
            publish_alarms(account_id, topic_arn),
            publish_events(account_id, region, topic_arn),
            refuse_plain_publishing(topic_arn),
        ]
    )


def publish_alarms(account_id: str, topic_arn: str) -> Statement:
    """Let CloudWatch publish for alarms of this account."""
    return {
        "Sid": "PublishAlarms",
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": ["sns:Publish"],
        "Resource": topic_arn,
        "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
    }


def publish_events(account_id: str, region: str, topic_arn: str) -> Statement:
    """Let EventBridge publish what rules of this account match."""
    rules = f"arn:{partition(region)}:events:{region}:{account_id}:rule/*"
    return {
        "Sid": "PublishEvents",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": ["sns:Publish"],
        "Resource": topic_arn,
        "Condition": {"ArnLike": {"aws:SourceArn": rules}},
    }


def refuse_plain_publishing(topic_arn: str) -> Statement:
    """Refuse what does not come over TLS, to everybody."""
    return {
        "Sid": "RefusePlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["sns:Publish"],
        "Resource": topic_arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
