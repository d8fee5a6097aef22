"""Buckets whose objects can be overwritten for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.rule import Asked, Rule, security_hub
from policy.seen import at, guards

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(asked: Asked) -> Iterator[str]:
    """Without versions a wrong job destroys what it overwrites."""
    found = guards(asked.stack, "aws:s3/bucketVersioning:BucketVersioning", asked.it, key="bucket", target_key="bucket")
    if not any(at(one.properties, "versioningConfiguration.status") == "Enabled" for one in found):
        yield "its versioning is not Enabled: declare a BucketVersioning"


RULE = Rule(
    name="buckets-without-versions",
    description="A bucket keeps the versions of its objects.",
    severity="medium",
    controls=("S3.14", "CKV_AWS_21"),
    link=security_hub("S3.14"),
    looks_at=("aws:s3/bucket:Bucket",),
    check=check,
    whole_stack=True,
    met_by=("slipway:storage:Lake",),
)
