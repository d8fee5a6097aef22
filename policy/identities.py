"""Policies of roles, users and groups: where their documents are, and which actions AWS cannot scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.seen import Seen, entries

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROLE = "aws:iam/role:Role"

IDENTITY_POLICIES = (
    "aws:iam/policy:Policy",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/groupPolicy:GroupPolicy",
    _ROLE,
)

UNSCOPABLE = (
    # The service authorization reference gives these no resource type, or a few of them one that preview cannot know.
    "cloudwatch:PutMetricData",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcs",
    "ecr:GetAuthorizationToken",
    "sts:GetCallerIdentity",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
)
"""Actions that a policy may allow on "*"."""


def documents_of(it: Seen) -> Iterator[str]:
    """Yield the paths of a resource's identity policies; a role may have some of its own."""
    if it.type == _ROLE:
        for number in range(len(entries(it.properties, "inlinePolicies"))):
            yield f"inlinePolicies.{number}.policy"
    else:
        yield "policy"
