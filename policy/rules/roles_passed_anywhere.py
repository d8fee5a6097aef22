"""Roles that may be passed to any service."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from policy.documents import statements
from policy.identities import IDENTITY_POLICIES, documents_of
from policy.rule import Asked, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPERATORS = ("StringEquals", "StringLike", "ForAnyValue:StringEquals")


def check(asked: Asked) -> Iterator[str]:
    """Whoever passes a role to a service of his choice does there what the role may."""
    for path in documents_of(asked.it):
        for one in statements(asked.it.properties, path):
            if not one.allows or not any(fnmatchcase("iam:passrole", action.lower()) for action in one.actions):
                continue
            to = [value for kind in _OPERATORS for value in one.condition_values(kind, "iam:PassedToService")]
            if not to or any("*" in value for value in to):
                yield f"statement {one.label} passes roles to any service: name it in an iam:PassedToService condition"
            if any(resource == "*" or resource.endswith(":role/*") for resource in one.resources):
                yield f"statement {one.label} passes any role: name the roles"


RULE = Rule(
    name="roles-passed-anywhere",
    description="A permission to pass a role names the role and the service that gets it.",
    severity="high",
    controls=("CKV_AWS_110", "CKV_AWS_286"),
    link="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
    looks_at=IDENTITY_POLICIES,
    check=check,
)
