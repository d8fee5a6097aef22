"""Permissions on every resource."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from policy.documents import statements
from policy.identities import IDENTITY_POLICIES, UNSCOPABLE, documents_of
from policy.rule import Asked, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


_SHOWN = 3


def check(asked: Asked) -> Iterator[str]:
    """Some actions cannot be scoped: AWS's authorization reference gives them no resource type."""
    allowed = (*UNSCOPABLE, *asked.settings["unscopable_actions"])
    for path in documents_of(asked.it):
        for one in statements(asked.it.properties, path):
            if not one.allows:
                continue
            if one.not_resources:
                yield f"statement {one.label} allows all but a few resources (NotResource): name the resources"
            if not any(_every(resource) for resource in one.resources):
                continue
            scopable = [action for action in one.actions if not any(fnmatchcase(action, known) for known in allowed)]
            if scopable:
                shown = ", ".join(scopable[:_SHOWN])
                more = f" and {len(scopable) - _SHOWN} more" if len(scopable) > _SHOWN else ""
                yield (
                    f"statement {one.label} allows {shown}{more} on every resource: name the ARNs, or add to "
                    "unscopable_actions what AWS cannot scope"
                )


def _every(resource: str) -> bool:
    """Say whether a resource is "*", or an ARN that is about everything of a service, such as arn:aws:s3:::*."""
    return resource == "*" or (resource.startswith("arn:") and resource.split(":", 5)[-1] == "*")


RULE = Rule(
    name="wildcard-resources",
    description="A policy names the resources that it is about, where AWS can tell them apart.",
    severity="high",
    controls=("CKV_AWS_111", "CKV_AWS_356"),
    link="https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
    looks_at=IDENTITY_POLICIES,
    check=check,
    settings={"unscopable_actions": []},
    met_by=("slipway:serving:ServingRole", "slipway:training:TrainingEnvironment"),
    remark="actions that AWS cannot scope are listed in `policy/identities.py`; `unscopable_actions` adds to them",
)
