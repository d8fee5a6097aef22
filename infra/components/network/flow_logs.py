"""Who talked to whom in a network, kept."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.components.network.permissions import flow_logs_policy, flow_logs_trust


@dataclass(frozen=True, kw_only=True)
class FlowLogsArgs:
    """What FlowLogs are made from."""

    account_id: str
    """Account of the network."""
    region: str
    """Region of the network."""
    vpc_id: pulumi.Input[str]
    """Network whose traffic is logged, refused and accepted alike."""
    log_group_name: str
    """Name of the log group; the key's policy knows it, so that the group can be encrypted."""
    key_arn: pulumi.Input[str]
    """KMS key of the log group."""
    retention_days: int
    """Days that the flow logs are kept."""
    permissions_boundary_arn: pulumi.Input[str] | None = None
    """IAM policy that bounds the role. Left out: no boundary."""


class FlowLogs(pulumi.ComponentResource):
    """A log group, the role that writes to it and nothing else, and the flow log of a whole VPC."""

    def __init__(self, name: str, args: FlowLogsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:network:FlowLogs", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        logs = aws.cloudwatch.LogGroup(
            name, name=args.log_group_name, retention_in_days=args.retention_days, kms_key_id=args.key_arn, opts=child
        )
        role = aws.iam.Role(
            name,
            description="Writes the flow logs of the network",
            assume_role_policy=flow_logs_trust(args.account_id, args.region),
            permissions_boundary=args.permissions_boundary_arn,
            opts=child,
        )
        written = aws.iam.RolePolicy(
            name,
            role=role.name,
            policy=flow_logs_policy(args.account_id, args.region, args.log_group_name),
            opts=child,
        )
        aws.ec2.FlowLog(
            name,
            vpc_id=args.vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=logs.arn,
            iam_role_arn=role.arn,
            # A flow log whose role may not write yet reports an access error until it may.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[written]),
        )

        self.register_outputs({})
