"""What names stand for in moto: the key behind an alias, the ARN's end of a secret, the path of a role."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from slipway.sandbox.iam.dependents import Encryption

if TYPE_CHECKING:
    from slipway.sandbox.iam.resources import Place

KEY_ID = 36
"""Length of a key's id, which moto puts before what it encrypts."""
ARN_PARTS = 6


def looked_up(rule: str, value: str, place: Place) -> str | None:
    """Return what stands in an ARN for a name, None where nothing is known of it."""
    if rule in {"key", "key arn"}:
        return _key(value, place, whole=rule == "key arn")
    if rule == "ciphertext":
        return _key_of_ciphertext(value)
    if rule in {"secret", "secret arn"}:
        return _secret(value, place)
    if rule in {"role", "user", "group"}:
        return _with_path(rule, value, place)
    return None


def _key(name: str, place: Place, *, whole: bool) -> str | None:
    from moto.kms.models import kms_backends  # noqa: PLC0415

    backend = kms_backends[place.account][place.region]
    if whole:
        parts = name.split(":", ARN_PARTS - 1)
        if len(parts) < ARN_PARTS or not parts[5].startswith("alias/"):
            return None
        backend = kms_backends[parts[4]][parts[3]]
        name = parts[5]
    if not name.startswith("alias/"):
        return name
    found = backend.get_key_id_from_alias(name)
    if found is None:
        return None
    key = backend.keys.get(str(found).rpartition("/")[2])
    if key is None:
        return None
    return str(key.arn) if whole else str(key.id)


def _key_of_ciphertext(blob: str) -> str | None:
    try:
        data = base64.b64decode(blob, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data[:KEY_ID].decode("ascii", "replace") if len(data) >= KEY_ID else None


def _secret(name: str, place: Place) -> str | None:
    from moto.secretsmanager.models import secretsmanager_backends  # noqa: PLC0415

    held: Any = list(secretsmanager_backends[place.account][place.region].secrets.values())
    for each in held:
        if name in {each.arn, each.name}:
            return str(each.arn) if name.startswith("arn:") else str(each.arn).rpartition(":")[2]
    return None


def _with_path(kind: str, name: str, place: Place) -> str | None:
    """Return a name with its path before it and no slash in front: `team/role`."""
    from moto.iam.models import iam_backends  # noqa: PLC0415

    for iam in list(iam_backends[place.account].values()):
        held: Any = {"role": iam.roles, "user": iam.users, "group": iam.groups}[kind]
        for each in list(held.values()):
            if each.name == name:
                return f"{each.path}{each.name}".lstrip("/")
    return None


def is_absent(bucket: str, key: str) -> bool:
    """Tell whether a bucket that is there has no such object."""
    held, _ = _bucket(bucket)
    return held is not None and held.keys.get(key) is None


def stored_encryption(bucket: str, key: str) -> Encryption | None:
    """Return the key of KMS that an object is encrypted with."""
    held, backend = _bucket(bucket)
    found = None if held is None else held.keys.get(key)
    if found is None or found.encryption not in {"aws:kms", "aws:kms:dsse"} or not found.kms_key_id:
        return None
    return _encryption(found.kms_key_id, bucket, key, backend, bucket_key=bool(found.bucket_key_enabled))


def default_encryption(bucket: str, key: str, named: str, asked: bool) -> Encryption | None:  # noqa: FBT001
    """Return the key of KMS that a new object gets: the one that is named, else the bucket's."""
    held, backend = _bucket(bucket)
    if held is None:
        return None
    rule = (held.encryption or {}).get("Rule", {})
    if isinstance(rule, list):
        rule = rule[0] if rule else {}
    chosen = rule.get("ApplyServerSideEncryptionByDefault", {})
    if not asked and chosen.get("SSEAlgorithm") not in {"aws:kms", "aws:kms:dsse"}:
        return None
    wanted = named or chosen.get("KMSMasterKeyID") or ""
    bucket_key = str(rule.get("BucketKeyEnabled", "false")).lower() == "true"
    return _encryption(wanted, bucket, key, backend, bucket_key=bucket_key) if wanted else None


def _bucket(name: str) -> tuple[Any, Any]:
    from moto.s3.models import s3_backends  # noqa: PLC0415

    place = s3_backends.bucket_accounts.get(name)
    if place is None:
        return None, None
    partition, account = place
    backend = s3_backends[account][partition]
    return backend.buckets.get(name), backend


def _encryption(key: str, bucket: str, name: str, backend: Any, *, bucket_key: bool) -> Encryption | None:
    arn = key if key.startswith("arn:") else None
    if arn is None:
        region = backend.buckets[bucket].region_name
        arn = f"arn:{backend.partition}:kms:{region}:{backend.account_id}:key/{key}"
    context = f"arn:{backend.partition}:s3:::{bucket}"
    return Encryption(arn, context if bucket_key else f"{context}/{name}")
