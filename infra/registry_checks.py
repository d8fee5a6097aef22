"""What registry settings must be beside the rest of a stack file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.problems import Problem
from infra.settings_report import NAMESPACE

if TYPE_CHECKING:
    from infra.settings import Settings


def problems_of_registry(settings: Settings) -> list[Problem]:
    """Refuse the stack's own account among those that may read its registry."""
    account = settings.stack.account
    if account not in settings.registry.reader_accounts:
        return []
    return [
        Problem(
            key=f"{NAMESPACE}registry.reader_accounts",
            rule="must name other accounts than the stack's own, where IAM decides",
            value=account,
            way_out="remove it",
        )
    ]
