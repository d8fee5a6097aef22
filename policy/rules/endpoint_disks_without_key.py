"""Disks behind endpoints that no key of ours encrypts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from policy.rule import Asked, Rule
from policy.seen import at, entries, is_given

if TYPE_CHECKING:
    from collections.abc import Iterator

# Instance families with NVMe disks of their own: hardware encrypts those, and SageMaker refuses a key for them.
# The others carry a `d` after the generation (m5d, c6gd, r7gd).
_OWN_DISKS = re.compile(
    r"ml\.(g4dn|g[5-7]e?|p3dn|p4de?|p5(e|en)?|p6e?-.+|trn[12]n?|dl1|inf[12]|[a-z]+\d[a-z]*d[a-z]*)\..+"
)


def check(asked: Asked) -> Iterator[str]:
    """A configuration has one key for the disks of all its variants."""
    if is_given(asked.it.properties, "kmsKeyArn"):
        return
    types = [
        at(variant, "instanceType")
        for variant in entries(asked.it.properties, "productionVariants")
        if not is_given(variant, "serverlessConfig")
    ]
    plain = sorted({one for one in types if one is not None and not _OWN_DISKS.fullmatch(one)})
    if plain:
        yield f"kmsKeyArn is not given and {', '.join(plain)} has disks on the network: name the stack's key"


RULE = Rule(
    name="endpoint-disks-without-key",
    description="The disks behind an endpoint are encrypted under a key of ours.",
    severity="medium",
    controls=("CKV_AWS_98",),
    link="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html",
    looks_at=("aws:sagemaker/endpointConfiguration:EndpointConfiguration",),
    check=check,
    met_by=("slipway:serving:Endpoint",),
)
