"""The stack that is running, as everything that declares it needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.retention import retention

if TYPE_CHECKING:
    import pulumi

    from infra.naming import Names
    from infra.retention import Retention
    from infra.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Stack:
    """What the stack file sets, what the stack is called, and the provider that makes it."""

    settings: Settings
    """What the stack file sets."""
    names: Names
    """The physical names that someone outside addresses."""
    ours: pulumi.ResourceOptions
    """The options of every component: the stack's own provider."""

    @property
    def account_id(self) -> str:
        """The only account that the stack may touch."""
        return self.settings.stack.account

    @property
    def region(self) -> str:
        """The region that everything is made in."""
        return self.settings.stack.region

    @property
    def kept(self) -> Retention:
        """What the stack's environment keeps when it is destroyed."""
        return retention(self.settings.stack.environment)
