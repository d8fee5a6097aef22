"""Keys that everybody may use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.documents import everybody, statements
from policy.rule import Asked, Rule, security_hub

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(asked: Asked) -> Iterator[str]:
    """A key's policy is the last word: what it allows to everybody, it allows to every account."""
    for one in statements(asked.it.properties, "policy"):
        if one.allows and everybody(one):
            yield f"statement {one.label} of its policy is for every principal: name who may"


RULE = Rule(
    name="keys-open-to-everybody",
    description="The policy of a key names who may use it.",
    severity="critical",
    controls=("KMS.5", "CKV_AWS_33", "CKV2_AWS_64"),
    link=security_hub("KMS.5"),
    looks_at=("aws:kms/key:Key", "aws:kms/keyPolicy:KeyPolicy"),
    check=check,
    met_by=("slipway:security:EncryptionKey",),
)
