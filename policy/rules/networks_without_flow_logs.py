"""Networks whose traffic nobody sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.rule import Asked, Rule, security_hub
from policy.seen import guards

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(asked: Asked) -> Iterator[str]:
    """Afterwards is too late to begin with them."""
    if not guards(asked.stack, "aws:ec2/flowLog:FlowLog", asked.it, key="vpcId", target_key="id"):
        yield "it has no flow log: declare a FlowLog of it"


RULE = Rule(
    name="networks-without-flow-logs",
    description="The traffic of a network is logged.",
    severity="medium",
    controls=("EC2.6", "CKV2_AWS_11"),
    link=security_hub("EC2.6"),
    looks_at=("aws:ec2/vpc:Vpc",),
    check=check,
    whole_stack=True,
)
