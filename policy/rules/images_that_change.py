"""Repositories whose tags can move."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.rule import Asked, Rule, security_hub
from policy.seen import at

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(asked: Asked) -> Iterator[str]:
    """IMMUTABLE_WITH_EXCLUSION lets some tags move, which is what the control forbids."""
    if at(asked.it.properties, "imageTagMutability") != "IMMUTABLE":
        yield "imageTagMutability is not IMMUTABLE: set it, so that a tag means one image"


RULE = Rule(
    name="images-that-change",
    description="The tags of a repository never move.",
    severity="medium",
    controls=("ECR.2", "CKV_AWS_51"),
    link=security_hub("ECR.2"),
    looks_at=("aws:ecr/repository:Repository",),
    check=check,
    met_by=("slipway:images:ImageRepositories",),
)
