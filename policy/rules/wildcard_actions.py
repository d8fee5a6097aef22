"""Permissions for every action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.documents import statements
from policy.identities import IDENTITY_POLICIES, documents_of
from policy.rule import Asked, Rule, security_hub

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(asked: Asked) -> Iterator[str]:
    """`s3:*` also means what AWS adds to S3 next year. NotAction allows all but a few."""
    for path in documents_of(asked.it):
        for one in statements(asked.it.properties, path):
            if not one.allows:
                continue
            wide = [action for action in one.actions if not action.rpartition(":")[2].strip("*")]
            if wide:
                yield f"statement {one.label} allows {', '.join(wide)}: name the actions"
            if one.not_actions:
                yield f"statement {one.label} allows all but {', '.join(one.not_actions)} (NotAction): name the actions"


RULE = Rule(
    name="wildcard-actions",
    description="A policy names the actions that it allows.",
    severity="high",
    controls=("IAM.1", "IAM.21", "CKV_AWS_63", "CKV_AWS_107", "CKV_AWS_109"),
    link=security_hub("IAM.21"),
    looks_at=IDENTITY_POLICIES,
    check=check,
    met_by=("slipway:serving:ServingRole", "slipway:training:TrainingEnvironment"),
)
