"""Bucket policies that let everybody in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.documents import everybody, statements
from policy.rule import Asked, Rule, security_hub

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(asked: Asked) -> Iterator[str]:
    """A condition may narrow everybody; AWS's own idea of public ignores few, so none is taken here."""
    for one in statements(asked.it.properties, "policy"):
        if one.allows and everybody(one):
            yield f"statement {one.label} allows {', '.join(one.actions) or 'something'} to everybody: name who may"


RULE = Rule(
    name="buckets-open-to-everybody",
    description="The policy of a bucket names whom it lets in.",
    severity="critical",
    controls=("S3.2", "S3.3", "CKV_AWS_70"),
    link=security_hub("S3.2"),
    looks_at=("aws:s3/bucketPolicy:BucketPolicy",),
    check=check,
    met_by=("slipway:storage:Lake",),
)
