"""Repositories whose images nobody scans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.rule import Asked, Rule, security_hub
from policy.seen import at

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(asked: Asked) -> Iterator[str]:
    """A registry may scan for all its repositories; a stack cannot see whether the account's does."""
    if at(asked.it.properties, "imageScanningConfiguration.scanOnPush") is not True:
        yield "imageScanningConfiguration.scanOnPush is not true: set it"


RULE = Rule(
    name="unscanned-images",
    description="Every image is scanned when it is pushed.",
    severity="high",
    controls=("ECR.1", "CKV_AWS_163"),
    link=security_hub("ECR.1"),
    looks_at=("aws:ecr/repository:Repository",),
    check=check,
    met_by=("slipway:images:ImageRepositories",),
)
