"""An endpoint that is there in office hours only."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from infra.components.cost.permissions import endpoint_hours_policy, grant_key_policy
from infra.components.schedules.trust import schedule_trust

if TYPE_CHECKING:
    from collections.abc import Mapping

# Scheduler calls any operation of any service; the names are those of AWS's SDK for Java.
_TARGET = "arn:{partition}:scheduler:::aws-sdk:sagemaker:{operation}"


@dataclass(frozen=True, kw_only=True)
class OfficeHoursArgs:
    """What OfficeHours are made from."""

    account_id: str
    """Account of the endpoint."""
    region: str
    """Region of the endpoint."""
    partition: str
    """AWS partition: the second word of every ARN there."""
    group_name: pulumi.Input[str]
    """Group of the schedules."""
    known_group_name: str
    """The same name as it is known before the group exists: the role trusts the scheduler for this group only."""
    endpoint_name: pulumi.Input[str]
    """Endpoint that is deleted in the evening and made again in the morning."""
    known_endpoint_name: str
    """The same name as it is known before the endpoint exists, for the role's policy."""
    endpoint_config_name: pulumi.Input[str]
    """Configuration that the endpoint is made with in the morning."""
    key_arn: pulumi.Input[str]
    """KMS key of the endpoint's disks."""
    endpoint_tags: Mapping[str, str]
    """Tags that the endpoint is made with, the same that Pulumi gives it."""
    start_hour: int
    """Hour of the day at which the endpoint is made, Monday to Friday."""
    stop_hour: int
    """Hour of the day at which it is deleted, every day."""
    timezone: str
    """Time zone of the hours, by IANA's name."""
    permissions_boundary_arn: pulumi.Input[str] | None = None
    """IAM policy that bounds the role. Left out: no boundary."""

    def __post_init__(self) -> None:
        """Refuse hours in which the endpoint would never be there."""
        if not 0 <= self.start_hour < self.stop_hour <= 23:  # noqa: PLR2004 hours of a day
            msg = (
                f"hours must be 0 to 23 and start before they stop, got {self.start_hour} to {self.stop_hour}; "
                "give office hours like 8 to 19"
            )
            raise ValueError(msg)


class OfficeHours(pulumi.ComponentResource):
    """Two schedules and their role: a real-time endpoint costs the same at night, and cannot scale to zero."""

    def __init__(self, name: str, args: OfficeHoursArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:cost:OfficeHours", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        role = aws.iam.Role(
            name,
            description="Stops and starts the endpoint by the clock",
            assume_role_policy=schedule_trust(args.account_id, args.region, args.known_group_name),
            permissions_boundary=args.permissions_boundary_arn,
            opts=child,
        )
        allowed = aws.iam.RolePolicy(
            f"{name}-endpoint",
            role=role.name,
            policy=endpoint_hours_policy(args.account_id, args.region, args.known_endpoint_name),
            opts=child,
        )
        granted = aws.iam.RolePolicy(
            f"{name}-key",
            role=role.name,
            policy=pulumi.Output.from_input(args.key_arn).apply(grant_key_policy),
            opts=child,
        )
        made = pulumi.Output.all(endpoint=args.endpoint_name, config=args.endpoint_config_name)
        for part, operation, when, given in (
            ("start", "createEndpoint", f"cron(0 {args.start_hour} ? * MON-FRI *)", partial(start, args.endpoint_tags)),
            ("stop", "deleteEndpoint", f"cron(0 {args.stop_hour} ? * * *)", stop),
        ):
            aws.scheduler.Schedule(
                f"{name}-{part}",
                group_name=args.group_name,
                description=f"{operation} in office hours",
                schedule_expression=when,
                schedule_expression_timezone=args.timezone,
                flexible_time_window=aws.scheduler.ScheduleFlexibleTimeWindowArgs(mode="OFF"),
                target=aws.scheduler.ScheduleTargetArgs(
                    arn=_TARGET.format(partition=args.partition, operation=operation),
                    role_arn=role.arn,
                    input=made.apply(given),
                    # An endpoint that is there already, or is not, stays so: trying again changes nothing.
                    retry_policy=aws.scheduler.ScheduleTargetRetryPolicyArgs(maximum_retry_attempts=0),
                ),
                # Scheduler takes a role that may not do it yet, and the first call would be refused.
                opts=pulumi.ResourceOptions(parent=self, depends_on=[allowed, granted]),
            )

        self.register_outputs({})


def start(tags: Mapping[str, str], names: Mapping[str, str]) -> str:
    """Return the input of CreateEndpoint, of `endpoint` and `config`, as JSON text."""
    listed = [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
    return json.dumps({"EndpointName": names["endpoint"], "EndpointConfigName": names["config"], "Tags": listed})


def stop(names: Mapping[str, str]) -> str:
    """Return the input of DeleteEndpoint as JSON text."""
    return json.dumps({"EndpointName": names["endpoint"]})
