"""Who asks, and whether a policy's Principal element means them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

Kind = Literal["administrator", "user", "role", "service", "federated"]
ACCOUNT = re.compile(r"\d{12}")


class Reach(IntEnum):
    """How a Principal element reaches a caller; more is more direct."""

    NONE = 0
    ACCOUNT = 1
    """Its account is named: the account's own IAM policies then decide."""
    ROLE = 2
    """Everybody or its role is named: a boundary and the session's policies still bound it."""
    SELF = 3
    """The user or the session itself is named: nothing implicit bounds it."""


@dataclass(frozen=True)
class Caller:
    """A principal of AWS."""

    kind: Kind
    arn: str
    """As denials name it: the session's ARN for a role, the host name for a service."""
    account: str
    role_arn: str = ""
    """Of a session."""
    provider: str = ""
    """Of a federated caller: the ARN of its identity provider, or its host name."""


def administrator(account: str, partition: str = "aws") -> Caller:
    """Return the caller that an account's own key is."""
    return Caller("administrator", f"arn:{partition}:iam::{account}:root", account)


def service(name: str, account: str) -> Caller:
    """Return a service of AWS that acts for an account."""
    return Caller("service", name, account)


def reach(principals: Mapping[str, tuple[str, ...]], caller: Caller) -> Reach:
    """Tell how directly the principals of a statement name a caller."""
    if caller.kind == "service":
        return _named(principals.get("Service", ()), caller.arn)
    if caller.kind == "federated":
        return _named(principals.get("Federated", ()), caller.provider)
    return max((_reach_of(each, caller) for each in principals.get("AWS", ())), default=Reach.NONE)


def _named(names: tuple[str, ...], wanted: str) -> Reach:
    return Reach.SELF if wanted in names or "*" in names else Reach.NONE


def _reach_of(principal: str, caller: Caller) -> Reach:
    if principal == "*":
        return Reach.ROLE
    if principal == caller.arn:
        return Reach.SELF
    if principal == caller.role_arn:
        return Reach.ROLE
    account = principal if ACCOUNT.fullmatch(principal) else _account_of_root(principal)
    if account is not None and account == caller.account:
        return Reach.SELF if caller.kind == "administrator" else Reach.ACCOUNT
    return Reach.NONE


def _account_of_root(arn: str) -> str | None:
    parts = arn.split(":")
    return parts[4] if len(parts) == 6 and parts[5] == "root" else None  # noqa: PLR2004  (an ARN's parts)
