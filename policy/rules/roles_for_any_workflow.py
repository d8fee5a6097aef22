"""Roles that workflows of other repositories may take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.documents import Statement, statements
from policy.rule import Asked, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

_GITHUB = "token.actions.githubusercontent.com"
_AUDIENCE = "sts.amazonaws.com"


def check(asked: Asked) -> Iterator[str]:
    """GitHub signs tokens for everybody's workflows: what the claims say is all that tells ours from theirs."""
    for one in statements(asked.it.properties, "assumeRolePolicy"):
        federated = one.principals.get("Federated", ())
        if one.allows and any(_GITHUB in who for who in federated):
            yield from _loose(one)


def _loose(one: Statement) -> Iterator[str]:
    if one.condition_values("StringEquals", f"{_GITHUB}:aud") != (_AUDIENCE,):
        yield f"statement {one.label} does not ask for aud = {_AUDIENCE}: add it under StringEquals"
    subjects = one.condition_values("StringEquals", f"{_GITHUB}:sub")
    loose = [value for value in subjects if "*" in value or "?" in value]
    if not subjects:
        yield f"statement {one.label} does not ask for an exact sub: list the subjects under StringEquals"
    elif loose:
        yield f"statement {one.label} has wildcards in sub ({', '.join(loose)}), which StringEquals takes literally"
    numbers = one.condition_values("StringEquals", f"{_GITHUB}:repository_id")
    if not numbers or not all(number.isdigit() for number in numbers):
        yield (
            f"statement {one.label} does not ask for repository_id: add the repository's number under StringEquals; a "
            "name can be taken by somebody else once it is free"
        )


RULE = Rule(
    name="roles-for-any-workflow",
    description="A role for GitHub's workflows asks for the exact audience, subject and repository.",
    severity="critical",
    controls=("CKV_AWS_358",),
    link="https://docs.github.com/en/actions/concepts/security/openid-connect",
    looks_at=("aws:iam/role:Role",),
    check=check,
)
