"""What an environment keeps when somebody tears it down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Environment = Literal["dev", "staging", "prod"]


@dataclass(frozen=True, kw_only=True)
class Retention:
    """How the stateful leaves of a stack (buckets, keys, repositories, package groups) meet a destroy."""

    protect: bool
    """Whether Pulumi refuses to delete or replace them."""
    retain_on_delete: bool
    """Whether they stay on AWS even when they leave the stack's state."""
    force_destroy: bool
    """Whether what is in them may be deleted with them."""
    key_deletion_window_in_days: int
    """How long a deleted KMS key can still be restored; AWS allows 7 to 30."""


_NOTHING = Retention(protect=False, retain_on_delete=False, force_destroy=True, key_deletion_window_in_days=7)
_EVERYTHING = Retention(protect=True, retain_on_delete=True, force_destroy=False, key_deletion_window_in_days=30)


def retention(environment: Environment) -> Retention:
    """Return what an environment keeps: dev nothing, staging and prod everything."""
    return _NOTHING if environment == "dev" else _EVERYTHING
