"""What happens to an endpoint, kept: every state it passes through, in a log group."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from infra.components.security.statements import document, keep_events
from infra.naming import endpoint_arn, endpoint_events_log_group

if TYPE_CHECKING:
    from collections.abc import Mapping

DETAIL_TYPES = ("SageMaker Endpoint State Change", "SageMaker Endpoint Deployment State Change")
"""EventBridge's names for them; the second one also says what an update in progress leads to."""


@dataclass(frozen=True, kw_only=True)
class EndpointEventsArgs:
    """What EndpointEvents are made from."""

    account_id: str
    """Account of the endpoint."""
    region: str
    """Region of the endpoint."""
    endpoint_name: str
    """Endpoint that is listened to; it need not exist yet."""
    key_arn: pulumi.Input[str]
    """KMS key of the log group."""
    retention_days: int
    """Days that the events are kept: as far back as `slipway history` sees what really served."""


class EndpointEvents(pulumi.ComponentResource):
    """A rule that writes the endpoint's state changes to a log group of its own."""

    log_group: pulumi.Output[str]
    """Name of the log group."""

    def __init__(self, name: str, args: EndpointEventsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:monitoring:EndpointEvents", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        logs = aws.cloudwatch.LogGroup(
            name,
            name=endpoint_events_log_group(args.endpoint_name),
            retention_in_days=args.retention_days,
            kms_key_id=args.key_arn,
            opts=child,
        )
        pattern = {
            "source": ["aws.sagemaker"],
            "detail-type": list(DETAIL_TYPES),
            "resources": [endpoint_arn(args.account_id, args.region, args.endpoint_name)],
        }
        rule = aws.cloudwatch.EventRule(
            name,
            description=f"State changes of endpoint {args.endpoint_name}",
            event_pattern=json.dumps(pattern),
            opts=child,
        )
        # A policy of the log group itself: of those for a whole account there are ten at most.
        allowed = aws.cloudwatch.LogResourcePolicy(
            name,
            resource_arn=logs.arn,
            policy_document=pulumi.Output.all(log_group_arn=logs.arn, rule_arn=rule.arn).apply(events_policy),
            opts=child,
        )
        aws.cloudwatch.EventTarget(
            name,
            rule=rule.name,
            arn=logs.arn,
            # PutTargets takes a log group that EventBridge may not write to yet, and then loses the events.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[allowed]),
        )

        self.log_group = logs.name
        self.register_outputs({"log_group": self.log_group})


def events_policy(arns: Mapping[str, str]) -> str:
    """Return the log group's policy document, of `log_group_arn` and `rule_arn`: the rule may write, nobody else."""
    return document(keep_events(**arns))
