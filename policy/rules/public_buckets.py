"""Buckets that could be made public."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.rule import Asked, Rule, security_hub
from policy.seen import at, guards

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEYS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


def check(asked: Asked) -> Iterator[str]:
    """All four switches are needed: two stop new openings, two close those that are there."""
    blocks = guards(
        asked.stack,
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        asked.it,
        key="bucket",
        target_key="bucket",
    )
    if not blocks:
        yield "it has no BucketPublicAccessBlock: declare one with all four switches on"
        return
    off = [key for key in _KEYS if at(blocks[0].properties, key) is not True]
    if off:
        yield f"{', '.join(off)} of its BucketPublicAccessBlock are not on: set all four"


RULE = Rule(
    name="public-buckets",
    description="No bucket can be made public.",
    severity="critical",
    controls=("S3.2", "S3.3", "S3.8", "CKV_AWS_53", "CKV_AWS_54", "CKV_AWS_55", "CKV_AWS_56", "CKV2_AWS_6"),
    link=security_hub("S3.8"),
    looks_at=("aws:s3/bucket:Bucket",),
    check=check,
    whole_stack=True,
    met_by=("slipway:storage:Lake",),
)
