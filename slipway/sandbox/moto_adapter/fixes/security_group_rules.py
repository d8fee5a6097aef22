"""Descriptions of rules for security groups and prefix lists, which moto keeps for address ranges only.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html
"""

from typing import Any

from moto.ec2.models.security_groups import SecurityGroupRule

from slipway.sandbox.moto_adapter.fixes.replacing import replace


def apply() -> None:
    """Keep it where moto looks for it."""
    make = SecurityGroupRule.__init__

    def __init__(self: Any, *given: Any, **named: Any) -> None:  # noqa: N807 the method's own name
        make(self, *given, **named)
        # in the order of moto's own signature: the group is the 7th, the prefix list the 8th
        others = [*given[6:8], named.get("source_group"), named.get("prefix_list_id")]
        said = next((one["Description"] for one in others if isinstance(one, dict) and one.get("Description")), None)
        if said is not None:
            self.ip_range = {**self.ip_range, "Description": said}

    replace(SecurityGroupRule, __init__=__init__)
