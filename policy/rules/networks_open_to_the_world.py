"""Security groups with a rule for the whole world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from policy.rule import Asked, Rule, security_hub
from policy.seen import at, entries

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORLD = ("0.0.0.0/0", "::/0")
_LISTS = ("cidrBlocks", "ipv6CidrBlocks")
_SINGLE = ("cidrIpv4", "cidrIpv6")


def check(asked: Asked) -> Iterator[str]:
    """Egress counts as well: with endpoints of the VPC nothing of a stack needs the whole world."""
    it = asked.it.properties
    if asked.it.type == "aws:ec2/securityGroup:SecurityGroup":
        for direction in ("ingress", "egress"):
            for rule in entries(it, direction):
                yield from _open(rule, direction)
        return
    yield from _open(it, at(it, "type") or ("egress" if "Egress" in asked.it.type else "ingress"))


def _open(rule: Any, direction: str) -> Iterator[str]:
    ranges = [one for key in _LISTS for one in entries(rule, key)] + [at(rule, key) for key in _SINGLE]
    world = [one for one in ranges if one in _WORLD]
    if world:
        yield f"its {direction} is open to {', '.join(world)}: name the range, prefix list or security group it is for"


RULE = Rule(
    name="networks-open-to-the-world",
    description="No security group lets the whole world in or out.",
    severity="high",
    controls=("EC2.18", "EC2.19", "CKV_AWS_24", "CKV_AWS_25", "CKV_AWS_260", "CKV_AWS_382"),
    link=security_hub("EC2.18"),
    looks_at=(
        "aws:ec2/securityGroup:SecurityGroup",
        "aws:ec2/securityGroupRule:SecurityGroupRule",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    ),
    check=check,
)
