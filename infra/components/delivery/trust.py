"""Which jobs of which repository may take a role.

Since 2026-07-15 the subject of new repositories carries the ids of owner and repository, which GitHub never gives to
another one: a repository that is renamed, deleted and made again by somebody else has the same name and other ids.
https://docs.github.com/en/actions/reference/security/oidc
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.components.security.statements import document
from infra.naming import partition

if TYPE_CHECKING:
    from collections.abc import Sequence

ISSUER = "token.actions.githubusercontent.com"
"""Host that GitHub's tokens come from; also the beginning of IAM's condition keys for them."""
AUDIENCE = "sts.amazonaws.com"
"""Whom the tokens are for."""


@dataclass(frozen=True, kw_only=True)
class Repository:
    """A GitHub repository, by name for people and by ids for IAM."""

    name: str
    """OWNER/NAME."""
    repository_id: str
    """Id of the repository."""
    owner_id: str
    """Id of its owner."""

    def subject(self, context: str) -> str:
        """Return the immutable subject of a token; the context is `pull_request`, `ref:REF` or `environment:NAME`."""
        owner, _, repository = self.name.partition("/")
        return f"repo:{owner}@{self.owner_id}/{repository}@{self.repository_id}:{context}"


def provider_arn(account_id: str, region: str) -> str:
    """Return the ARN of GitHub's identity provider; an account has one."""
    return f"arn:{partition(region)}:iam::{account_id}:oidc-provider/{ISSUER}"


def github_trust(repository: Repository, contexts: Sequence[str], provider_arn: str) -> str:
    """Return the trust policy of a role for a few contexts of one repository; every condition is exact."""
    return document(
        [
            {
                "Sid": "AssumeByGithub",
                "Effect": "Allow",
                "Principal": {"Federated": provider_arn},
                "Action": ["sts:AssumeRoleWithWebIdentity"],
                "Condition": {
                    "StringEquals": {
                        f"{ISSUER}:aud": AUDIENCE,
                        f"{ISSUER}:sub": [repository.subject(context) for context in contexts],
                        f"{ISSUER}:repository_id": repository.repository_id,
                        f"{ISSUER}:repository_owner_id": repository.owner_id,
                    }
                },
            }
        ]
    )
