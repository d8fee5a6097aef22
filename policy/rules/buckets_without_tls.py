"""Buckets that answer over plain HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.documents import Statement, everybody, statements
from policy.rule import Asked, Rule, security_hub
from policy.seen import guards

if TYPE_CHECKING:
    from collections.abc import Iterator

_ALL = ("s3:*", "*")


def check(asked: Asked) -> Iterator[str]:
    """S3 answers both ways unless a policy refuses one, to everybody and for everything in the bucket."""
    policies = guards(asked.stack, "aws:s3/bucketPolicy:BucketPolicy", asked.it, key="bucket", target_key="bucket")
    if not policies:
        yield "it has no BucketPolicy: declare one that denies s3:* where aws:SecureTransport is false"
        return
    if not any(_refuses(one) for policy in policies for one in statements(policy.properties, "policy")):
        yield "no statement of its policy denies s3:* to everybody where aws:SecureTransport is false: add one"


def _refuses(one: Statement) -> bool:
    plain = one.condition_values("Bool", "aws:SecureTransport")
    return (
        not one.allows
        and everybody(one)
        and any(action in _ALL for action in one.actions)
        and any(resource == "*" or resource.endswith("/*") for resource in one.resources)
        and [value.lower() for value in plain] == ["false"]
    )


RULE = Rule(
    name="buckets-without-tls",
    description="A bucket answers over TLS only.",
    severity="medium",
    controls=("S3.5", "CKV_AWS_379"),
    link=security_hub("S3.5"),
    looks_at=("aws:s3/bucket:Bucket",),
    check=check,
    whole_stack=True,
    met_by=("slipway:storage:Lake",),
)
