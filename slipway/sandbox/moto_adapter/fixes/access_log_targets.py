"""Bucket policies that let S3 deliver access logs: moto understands one form only, and fails on a principal "*".

https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
"""

import json
from fnmatch import fnmatchcase
from typing import Any

from moto.s3.models import FakeBucket

from slipway.sandbox.moto_adapter.fixes.replacing import replace

LOG_DELIVERY = "logging.s3.amazonaws.com"


def apply() -> None:
    """Take every policy that allows the delivery below the prefix."""
    replace(FakeBucket, _log_permissions_enabled_policy=staticmethod(_delivers))


def _delivers(target_bucket: Any, target_prefix: str | None) -> bool:
    if not target_bucket.policy:
        return False
    wanted = f"arn:{target_bucket.partition}:s3:::{target_bucket.name}/{target_prefix or ''}"
    return any(_allows(one, wanted) for one in json.loads(target_bucket.policy.decode())["Statement"])


def _allows(statement: Any, wanted: str) -> bool:
    principal = statement.get("Principal", {})
    services = _listed(principal.get("Service", [])) if isinstance(principal, dict) else []
    return (
        statement.get("Effect") == "Allow"
        and LOG_DELIVERY in services
        and any(fnmatchcase("s3:PutObject", action) for action in _listed(statement.get("Action", [])))
        and any(fnmatchcase(wanted, resource) for resource in _listed(statement.get("Resource", [])))
    )


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
