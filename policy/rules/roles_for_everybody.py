"""Roles that everybody may take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.documents import everybody, statements
from policy.rule import Asked, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(asked: Asked) -> Iterator[str]:
    """A trust policy for everybody is one for every AWS account."""
    for one in statements(asked.it.properties, "assumeRolePolicy"):
        if one.allows and everybody(one):
            yield f"statement {one.label} of its trust policy is for every principal: name who may take the role"


RULE = Rule(
    name="roles-for-everybody",
    description="The trust policy of a role names who may take it.",
    severity="critical",
    controls=("CKV_AWS_60", "CKV_AWS_61"),
    link="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_terms-and-concepts.html",
    looks_at=("aws:iam/role:Role",),
    check=check,
    met_by=("slipway:serving:ServingRole", "slipway:training:TrainingEnvironment"),
)
