"""Access keys that the sandbox's own STS and IAM gave out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slipway.sandbox.moto_adapter.mount import Moto


DURATION = 10 * 365 * 86_400
"""Seconds: on AWS a container is given new keys before its old ones expire, here the old ones last."""


def issue_session(moto: Moto, role: str, name: str, region: str) -> tuple[str, str, str]:
    """Return (access key, secret, token) of a new session of a role; whether it may be had is for others to decide."""
    moto.load()
    from moto.sts.models import sts_backends  # noqa: PLC0415
    from moto.utilities.utils import get_partition  # noqa: PLC0415

    account = role.split(":")[4]
    session = sts_backends[account][get_partition(region)].assume_role(
        region_name=region,
        role_session_name=name,
        role_arn=role,
        policy="",
        duration=DURATION,
        external_id="",
    )
    return session.access_key_id, session.secret_access_key, session.session_token


def issued_key(moto: Moto, access_key: str) -> tuple[str, str] | None:
    """(secret, account) of a key from sts:AssumeRole or iam:CreateAccessKey, or None."""
    moto.load()
    from moto.iam.models import iam_backends  # noqa: PLC0415
    from moto.sts.models import sts_backends  # noqa: PLC0415

    for account, of_sts in list(sts_backends.items()):
        for sts in list(of_sts.values()):
            role = sts.get_assumed_role_from_access_key(access_key)
            if role is not None:
                return role.secret_access_key, account
    for account, of_iam in list(iam_backends.items()):
        for iam in list(of_iam.values()):
            key = iam.access_keys.get(access_key)
            if key is not None and key.status == "Active":
                return key.secret_access_key, account
    return None
