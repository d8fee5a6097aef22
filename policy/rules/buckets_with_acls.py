"""Buckets in which access control lists count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.rule import Asked, Rule, security_hub
from policy.seen import at, guards

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(asked: Asked) -> Iterator[str]:
    """With BucketOwnerEnforced policies alone decide, and every object is the account's."""
    found = guards(
        asked.stack,
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        asked.it,
        key="bucket",
        target_key="bucket",
    )
    if not any(at(one.properties, "rule.objectOwnership") == "BucketOwnerEnforced" for one in found):
        yield "its ownership is not BucketOwnerEnforced: declare BucketOwnershipControls"


RULE = Rule(
    name="buckets-with-acls",
    description="Policies alone decide who gets at a bucket.",
    severity="medium",
    controls=("S3.12", "CKV2_AWS_65"),
    link=security_hub("S3.12"),
    looks_at=("aws:s3/bucket:Bucket",),
    check=check,
    whole_stack=True,
    met_by=("slipway:storage:Lake",),
)
