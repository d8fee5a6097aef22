"""How jobs and models join a network: where, and what their roles need for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pulumi

from infra.components.security.statements import document
from infra.naming import partition

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, kw_only=True)
class Subnets:
    """Where jobs and models join a network."""

    subnet_ids: Sequence[pulumi.Input[str]]
    """Ids of private subnets, 1 to 16."""
    security_group_ids: Sequence[pulumi.Input[str]]
    """Ids of security groups, 1 to 5."""


def joined(subnets: Subnets | None) -> dict[str, pulumi.Output[list[str]]]:
    """Return `subnet_ids` and `security_group_ids`, to be known together with others; nothing for no network."""
    if subnets is None:
        return {}
    return {
        "subnet_ids": pulumi.Output.all(*subnets.subnet_ids),
        "security_group_ids": pulumi.Output.all(*subnets.security_group_ids),
    }


def joining_policy(account_id: str, region: str, subnets: Subnets | None) -> pulumi.Output[str] | None:
    """Return the policy document that a role needs to join a network; None for no network."""
    network = joined(subnets)
    return pulumi.Output.all(**network).apply(partial(join_network_policy, account_id, region)) if network else None


def join_network_policy(account_id: str, region: str, ids: Mapping[str, Sequence[str]]) -> str:
    """Return the policy document that lets SageMaker put a role's jobs or models into some subnets and no others.

    `ids` holds `subnet_ids` and `security_group_ids`, which a preview of a new network does not know: the policy stands
    alone. `"*"` stands for what describes networks, which AWS cannot scope. What is needed: SageMaker developer guide,
    roles of jobs and models with VpcConfig.
    """
    start = f"arn:{partition(region)}:ec2:{region}:{account_id}"
    interfaces = f"{start}:network-interface/*"
    subnets = [f"{start}:subnet/{one}" for one in ids["subnet_ids"]]
    groups = [f"{start}:security-group/{one}" for one in ids["security_group_ids"]]
    return document(
        [
            {
                "Sid": "JoinSubnets",
                "Effect": "Allow",
                "Action": ["ec2:CreateNetworkInterface"],
                "Resource": [interfaces, *subnets, *groups],
            },
            {
                "Sid": "UseInterfaces",
                "Effect": "Allow",
                "Action": ["ec2:CreateNetworkInterfacePermission", "ec2:DeleteNetworkInterface"],
                "Resource": interfaces,
                "Condition": {"ArnEquals": {"ec2:Subnet": subnets}},
            },
            {
                "Sid": "GiveInterfacesBack",
                "Effect": "Allow",
                "Action": ["ec2:DeleteNetworkInterfacePermission"],
                "Resource": interfaces,
            },
            {
                "Sid": "SeeNetworks",
                "Effect": "Allow",
                "Action": [
                    "ec2:DescribeDhcpOptions",
                    "ec2:DescribeNetworkInterfaces",
                    "ec2:DescribeSecurityGroups",
                    "ec2:DescribeSubnets",
                    "ec2:DescribeVpcs",
                ],
                "Resource": "*",
            },
        ]
    )
