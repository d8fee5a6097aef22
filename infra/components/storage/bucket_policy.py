"""What every bucket of the lake refuses."""

from __future__ import annotations

from infra.components.security.statements import bucket_arn, document, refuse_plain_http


def tls_only(region: str, bucket: str) -> str:
    """Return the policy document of a bucket that nobody may reach over plain HTTP."""
    return document([refuse_plain_http(bucket_arn(region, bucket))])
