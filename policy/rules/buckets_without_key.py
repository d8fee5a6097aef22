"""Buckets that no key of ours encrypts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.rule import Asked, Rule, security_hub
from policy.seen import at, entries, guards, is_given

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONFIGURATION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"

_LOGGING = "aws:s3/bucketLogging:BucketLogging"


def check(asked: Asked) -> Iterator[str]:
    """S3 encrypts under its own key by default: whoever may read the object may then read it in plain."""
    logs = guards(asked.stack, _LOGGING, asked.it, key="targetBucket", target_key="bucket")
    found = guards(asked.stack, _CONFIGURATION, asked.it, key="bucket", target_key="bucket")
    rules = [rule for one in found for rule in entries(one.properties, "rules")]
    defaults = [at(rule, "applyServerSideEncryptionByDefault") for rule in rules]
    if logs and any(at(one, "sseAlgorithm") == "AES256" for one in defaults):
        return  # S3 delivers access logs to no bucket that a key of KMS encrypts by default
    if not any(
        str(at(one, "sseAlgorithm")).startswith("aws:kms") and is_given(one, "kmsMasterKeyId") for one in defaults
    ):
        yield "its default encryption names no KMS key: declare aws:kms with kmsMasterKeyId"


RULE = Rule(
    name="buckets-without-key",
    description="The objects of a bucket are encrypted under a key of ours.",
    severity="medium",
    controls=("S3.17", "CKV_AWS_19", "CKV_AWS_145"),
    link=security_hub("S3.17"),
    looks_at=("aws:s3/bucket:Bucket",),
    check=check,
    whole_stack=True,
    met_by=("slipway:storage:Lake",),
    remark="a bucket that takes the access logs of others may have S3's own key: S3 delivers to no other",
)
