"""Keys that never rotate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.rule import Asked, Rule, security_hub
from policy.seen import at

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(asked: Asked) -> Iterator[str]:
    """AWS rotates symmetric keys for encryption only; others and those with material of one's own it cannot."""
    it = asked.it.properties
    spec, usage = at(it, "customerMasterKeySpec"), at(it, "keyUsage")
    if spec not in (None, "", "SYMMETRIC_DEFAULT") or usage not in (None, "", "ENCRYPT_DECRYPT"):
        return
    if at(it, "enableKeyRotation") is not True:
        yield "enableKeyRotation is not true: set it"


RULE = Rule(
    name="keys-without-rotation",
    description="A key rotates every year.",
    severity="medium",
    controls=("KMS.4", "CKV_AWS_7"),
    link=security_hub("KMS.4"),
    looks_at=("aws:kms/key:Key",),
    check=check,
    met_by=("slipway:security:EncryptionKey",),
)
