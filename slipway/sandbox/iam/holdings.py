"""What the evaluation must be told of what exists: who a key belongs to, and which policies stand where."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from slipway.sandbox.iam.dependents import Objects
from slipway.sandbox.iam.principals import Caller
from slipway.sandbox.iam.resources import Place


@dataclass(frozen=True)
class Identity:
    """A caller with its own policies, as texts."""

    caller: Caller
    policies: tuple[str, ...] = ()
    boundary: tuple[str, ...] | None = None
    session: tuple[str, ...] | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    user_id: str = ""
    token: str | None = None
    """The session token that must come with each of its requests; None for a user."""
    expires: datetime | None = None
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Condition keys that come with who it is: the claims of a web identity's token."""


@dataclass(frozen=True)
class Guarded:
    """A resource as its own policy sees it."""

    owner: str
    """The account that it belongs to."""
    policies: tuple[str, ...] = ()
    decides: bool = False
    """Whether its own policy must allow: keys of KMS, and roles that are to be assumed."""


@dataclass(frozen=True)
class Grant:
    """A grant of KMS: who may do what under which encryption context."""

    grantee: str
    operations: tuple[str, ...]
    context_equals: Mapping[str, str] = field(default_factory=dict)
    context_holds: Mapping[str, str] = field(default_factory=dict)


class Holdings(Objects, Protocol):
    """The stores of the sandbox, asked for what bears on a permission."""

    def identity(self, access_key: str, account: str) -> Identity:
        """Return whose key it is; the account's own is its administrator's."""

    def principal(self, arn: str) -> Identity | None:
        """Return a user, group or role by ARN, None when there is none."""

    def guarded(self, action: str, resource: str, place: Place) -> Guarded:
        """Return the policies of a resource for an action."""

    def grants(self, key: str) -> tuple[Grant, ...]:
        """Return the grants of a key of KMS by ARN."""

    def tags(self, arn: str) -> Mapping[str, str]:
        """Return a resource's tags."""

    def lookup(self, rule: str, value: str, place: Place) -> str | None:
        """Return what stands in ARNs for a name: a key's id, a role's path and name."""
