"""Repositories that no image ever leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.rule import PROD_ONLY, Asked, Rule, security_hub
from policy.seen import guards

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(asked: Asked) -> Iterator[str]:
    """Images without a tag pile up with every build."""
    if not guards(
        asked.stack, "aws:ecr/lifecyclePolicy:LifecyclePolicy", asked.it, key="repository", target_key="name"
    ):
        yield "it has no lifecycle policy: declare one that deletes images without a tag"


RULE = Rule(
    name="images-that-stay-for-ever",
    description="A repository deletes by itself what nobody can run any more.",
    severity="low",
    controls=("ECR.3",),
    link=security_hub("ECR.3"),
    looks_at=("aws:ecr/repository:Repository",),
    check=check,
    whole_stack=True,
    levels=PROD_ONLY,
    met_by=("slipway:images:ImageRepositories",),
)
