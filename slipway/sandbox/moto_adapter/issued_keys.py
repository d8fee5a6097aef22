"""Access keys that the sandbox's own STS and IAM gave out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slipway.sandbox.moto_adapter.mount import Moto


def issued_key(moto: Moto, access_key: str) -> tuple[str, str] | None:
    """(secret, account) of a key from sts:AssumeRole or iam:CreateAccessKey, or None."""
    moto.load()
    from moto.iam.models import iam_backends  # noqa: PLC0415
    from moto.sts.models import sts_backends  # noqa: PLC0415

    for account, by_partition in list(sts_backends.items()):
        for backend in list(by_partition.values()):
            for role in list(backend.assumed_roles):
                if role.access_key_id == access_key:
                    return role.secret_access_key, account
    for account, by_partition in list(iam_backends.items()):
        for backend in list(by_partition.values()):
            key = backend.access_keys.get(access_key)
            if key is not None and key.status == "Active":
                return key.secret_access_key, account
    return None
