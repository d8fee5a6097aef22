"""Users, groups, roles and sessions as moto keeps them, with the texts of their policies."""

from __future__ import annotations

import dataclasses
from datetime import UTC
from typing import Any

from slipway.sandbox.iam.holdings import Identity
from slipway.sandbox.iam.principals import Caller, administrator

ARN_PARTS = 6


def identity_of(access_key: str, account: str) -> Identity:
    """Return whose access key it is: a session's, a user's, or the account's own."""
    from moto.sts.models import sts_backends  # noqa: PLC0415

    if access_key == account:
        return Identity(administrator(account))
    for of_sts in list(sts_backends[account].values()):
        session = of_sts.get_assumed_role_from_access_key(access_key)
        if session is not None:
            return _of_session(session)
    for iam in _backends(account):
        user = iam.get_user_from_access_key_id(access_key)
        if user is not None:
            return _of_user(iam, user)
    # a key that was valid a moment ago, and is gone: it may do nothing
    return Identity(Caller("user", f"arn:aws:iam::{account}:user/unknown", account))


def principal_of(arn: str) -> Identity | None:
    """Return a user, group or role with its policies, None when there is none."""
    parts = arn.split(":", ARN_PARTS - 1)
    if len(parts) != ARN_PARTS or parts[2] != "iam":
        return None
    kind, _, path = parts[5].partition("/")
    name = path.rpartition("/")[2]
    for iam in _backends(parts[4]):
        if kind == "role" and (role := role_of(iam, name)) is not None:
            return _of_role(iam, role, Caller("role", role.arn, role.account_id, role_arn=role.arn))
        if kind == "user" and name in iam.users:
            return _of_user(iam, iam.users[name])
        if kind == "group" and name in iam.groups:
            group = iam.groups[name]
            return Identity(Caller("user", group.arn, parts[4]), _texts(group))
    return None


def role_of(iam: Any, name: str) -> Any:
    """Return moto's role of a name, None when there is none."""
    return next((role for role in list(iam.roles.values()) if role.name == name), None)


def roles_of(account: str) -> list[Any]:
    """Return an account's roles."""
    return [role for iam in _backends(account) for role in list(iam.roles.values())]


def _backends(account: str) -> list[Any]:
    from moto.iam.models import iam_backends  # noqa: PLC0415

    return list(iam_backends[account].values())


def _of_session(session: Any) -> Identity:
    name = session.role_arn.rpartition("/")[2]
    caller = Caller("role", session.arn, session.account_id, role_arn=session.role_arn)
    found = Identity(caller)  # a session of a role that is gone may do nothing
    for iam in _backends(session.account_id):
        role = role_of(iam, name)
        if role is not None:
            found = _of_role(iam, role, caller)
            break
    return dataclasses.replace(
        found,
        session=(session.policy,) if session.policy else None,
        user_id=f"{found.user_id}:{session.session_name}",
        token=session.session_token,
        expires=session.expiration.replace(tzinfo=UTC),
    )


def _of_role(iam: Any, role: Any, caller: Caller) -> Identity:
    boundary = _boundary(iam, role.permissions_boundary_arn)
    return Identity(caller, _texts(role), boundary, None, _pairs(role.tags), role.id)


def _of_user(iam: Any, user: Any) -> Identity:
    groups = [group for group in list(iam.groups.values()) if user in group.users]
    texts = tuple(text for each in (user, *groups) for text in _texts(each))
    boundary = _boundary(iam, getattr(user, "permissions_boundary_arn", None))
    caller = Caller("user", user.arn, user.account_id)
    return Identity(caller, texts, boundary, None, _pairs(user.tags), user.id)


def _texts(holder: Any) -> tuple[str, ...]:
    attached = [text for policy in list(holder.managed_policies.values()) if (text := _current(policy))]
    return (*holder.policies.values(), *attached)


def _boundary(iam: Any, arn: str | None) -> tuple[str, ...] | None:
    if not arn:
        return None
    policy = iam.managed_policies.get(arn)
    text = None if policy is None else _current(policy)
    return () if text is None else (text,)


def _current(policy: Any) -> str | None:
    """Return the text of a managed policy's default version."""
    return next((each.document for each in policy.versions if each.version_id == policy.default_version_id), None)


def _pairs(tags: Any) -> dict[str, str]:
    """Return tags as a dictionary; moto keeps pairs in a list, or by key."""
    listed = list(tags.values()) if isinstance(tags, dict) else list(tags or [])
    return {each["Key"]: each["Value"] for each in listed}
