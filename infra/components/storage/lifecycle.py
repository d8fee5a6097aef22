"""What S3 deletes by itself in a bucket of the lake."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pulumi_aws as aws


def lifecycle_rules(
    *, noncurrent_version_days: int, abort_multipart_days: int, expiry_days: int | None, expiring_prefix: str = ""
) -> list[aws.s3.BucketLifecycleConfigurationRuleArgsDict]:
    """Return the rules of one bucket; without `expiry_days` current objects stay for ever.

    Only objects below `expiring_prefix` expire; left out, all do.
    """
    whole_bucket: aws.s3.BucketLifecycleConfigurationRuleFilterArgsDict = {"prefix": ""}
    rules: list[aws.s3.BucketLifecycleConfigurationRuleArgsDict] = [
        {
            "id": "abort-unfinished-uploads",
            "status": "Enabled",
            "filter": whole_bucket,
            "abort_incomplete_multipart_upload": {"days_after_initiation": abort_multipart_days},
        },
        {
            "id": "expire-noncurrent-versions",
            "status": "Enabled",
            "filter": whole_bucket,
            "noncurrent_version_expiration": {"noncurrent_days": noncurrent_version_days},
        },
    ]
    if expiry_days is not None:
        rules.append(
            {
                "id": "expire-objects",
                "status": "Enabled",
                "filter": {"prefix": expiring_prefix},
                "expiration": {"days": expiry_days},
            }
        )
    return rules
