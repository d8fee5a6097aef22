"""Repositories that no key of ours encrypts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.rule import Asked, Rule, security_hub
from policy.seen import at, entries, is_given

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(asked: Asked) -> Iterator[str]:
    """It can be set only when a repository is made."""
    found = entries(asked.it.properties, "encryptionConfigurations")
    if not any(str(at(one, "encryptionType")).startswith("KMS") and is_given(one, "kmsKey") for one in found):
        yield "encryptionConfigurations names no KMS key: set encryptionType KMS and kmsKey"


RULE = Rule(
    name="images-without-key",
    description="Images are encrypted under a key of ours.",
    severity="medium",
    controls=("ECR.5", "CKV_AWS_136"),
    link=security_hub("ECR.5"),
    looks_at=("aws:ecr/repository:Repository",),
    check=check,
    met_by=("slipway:images:ImageRepositories",),
)
