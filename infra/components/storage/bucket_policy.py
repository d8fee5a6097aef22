"""What every bucket of the lake refuses, and who may write to the one of logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.components.security.statements import (
    bucket_arn,
    document,
    keep_access_logs,
    keep_trail,
    refuse_plain_http,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCESS_PREFIX = "access/"
"""Where S3 puts the access logs of the other buckets."""
TRAIL_PREFIX = "trail"
"""Where CloudTrail puts its files; it adds the slash itself."""


def tls_only(region: str, bucket: str) -> str:
    """Return the policy document of a bucket that nobody may reach over plain HTTP."""
    return document([refuse_plain_http(bucket_arn(region, bucket))])


def logs_policy(account_id: str, region: str, trail_arn: str | None, buckets: Mapping[str, str]) -> str:
    """Return the policy document of the bucket `logs`: the others' access logs, and one trail's files if there is one.

    `buckets` holds the names of all buckets of the lake, `logs` among them.
    """
    logs = bucket_arn(region, buckets["logs"])
    sources = [bucket_arn(region, name) for zone, name in sorted(buckets.items()) if zone != "logs"]
    trail = [] if trail_arn is None else keep_trail(logs, TRAIL_PREFIX, account_id, trail_arn)
    return document([refuse_plain_http(logs), keep_access_logs(logs, ACCESS_PREFIX, account_id, sources), *trail])
