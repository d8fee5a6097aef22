"""Buckets that nothing ever leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.rule import PROD_ONLY, Asked, Rule, security_hub
from policy.seen import at, entries, guards, is_given

if TYPE_CHECKING:
    from collections.abc import Iterator

_LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"


def check(asked: Asked) -> Iterator[str]:
    """Old versions and the parts of uploads that never ended are paid for and invisible."""
    found = guards(asked.stack, _LIFECYCLE, asked.it, key="bucket", target_key="bucket")
    rules = [rule for one in found for rule in entries(one.properties, "rules") if at(rule, "status") == "Enabled"]
    if not rules:
        yield "it has no lifecycle: declare a BucketLifecycleConfiguration"
        return
    if not any(is_given(rule, "abortIncompleteMultipartUpload") for rule in rules):
        yield "its lifecycle ends no unfinished upload: add abortIncompleteMultipartUpload"
    if not any(is_given(rule, "noncurrentVersionExpiration") for rule in rules):
        yield "its lifecycle deletes no old version: add noncurrentVersionExpiration"


RULE = Rule(
    name="buckets-that-keep-everything",
    description="A bucket deletes old versions and unfinished uploads by itself.",
    severity="low",
    controls=("S3.10", "S3.13", "CKV2_AWS_61", "CKV_AWS_300"),
    link=security_hub("S3.13"),
    looks_at=("aws:s3/bucket:Bucket",),
    check=check,
    whole_stack=True,
    levels=PROD_ONLY,
    met_by=("slipway:storage:Lake",),
)
