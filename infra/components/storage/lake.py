"""The lake: four buckets, all versioned, encrypted, private and reachable over TLS only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from infra.components.storage.bucket_policy import tls_only
from infra.components.storage.lifecycle import lifecycle_rules

if TYPE_CHECKING:
    from infra.retention import Retention


@dataclass(frozen=True, kw_only=True)
class LakeArgs:
    """What a Lake is made from."""

    region: str
    """Region of the buckets."""
    key_arn: pulumi.Input[str]
    """KMS key that objects are encrypted with."""
    noncurrent_version_days: int
    """Days until an overwritten or deleted object is really gone."""
    abort_multipart_days: int
    """Days until the parts of an upload that never ended are deleted."""
    captures_expiry_days: int
    """Days until captured requests and answers are deleted."""
    retention: Retention
    """Whether the buckets outlive the stack."""


class Lake(pulumi.ComponentResource):
    """Raw data as it came, curated data as models learn from it, artifacts, and captures of what endpoints answered."""

    raw: pulumi.Output[str]
    """Name of the bucket of data as it came."""
    curated: pulumi.Output[str]
    """Name of the bucket of data that models learn from."""
    artifacts: pulumi.Output[str]
    """Name of the bucket of datasets, code packages and models."""
    captures: pulumi.Output[str]
    """Name of the bucket of captured requests and answers."""

    def __init__(self, name: str, args: LakeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:storage:Lake", name, None, opts)

        self.raw = self._bucket(f"{name}-raw", args, expiry_days=None)
        self.curated = self._bucket(f"{name}-curated", args, expiry_days=None)
        self.artifacts = self._bucket(f"{name}-artifacts", args, expiry_days=None)
        self.captures = self._bucket(f"{name}-captures", args, expiry_days=args.captures_expiry_days)

        self.register_outputs(
            {"raw": self.raw, "curated": self.curated, "artifacts": self.artifacts, "captures": self.captures}
        )

    def _bucket(self, name: str, args: LakeArgs, *, expiry_days: int | None) -> pulumi.Output[str]:
        """Declare one bucket with everything that guards it and return its name."""
        bucket = aws.s3.Bucket(
            name,
            force_destroy=args.retention.force_destroy,
            opts=pulumi.ResourceOptions(
                parent=self, protect=args.retention.protect, retain_on_delete=args.retention.retain_on_delete
            ),
        )
        # A destroy leaves the guards on AWS unless the bucket itself goes: a protected bucket is never left open.
        guard = pulumi.ResourceOptions(parent=self, deleted_with=bucket)
        versioning = aws.s3.BucketVersioning(
            name,
            bucket=bucket.bucket,
            versioning_configuration=aws.s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
            opts=guard,
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            name,
            bucket=bucket.bucket,
            rules=[
                aws.s3.BucketServerSideEncryptionConfigurationRuleArgs(
                    apply_server_side_encryption_by_default=(
                        aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
                            sse_algorithm="aws:kms", kms_master_key_id=args.key_arn
                        )
                    ),
                    # One data key for many objects: S3 asks KMS about once a minute instead of once an object.
                    bucket_key_enabled=True,
                )
            ],
            opts=guard,
        )
        aws.s3.BucketPublicAccessBlock(
            name,
            bucket=bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=guard,
        )
        aws.s3.BucketOwnershipControls(
            name,
            bucket=bucket.bucket,
            rule=aws.s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
            opts=guard,
        )
        aws.s3.BucketLifecycleConfiguration(
            name,
            bucket=bucket.bucket,
            rules=lifecycle_rules(
                noncurrent_version_days=args.noncurrent_version_days,
                abort_multipart_days=args.abort_multipart_days,
                expiry_days=expiry_days,
            ),
            # Rules about noncurrent versions need versioning to be on, and nothing in them names it.
            opts=pulumi.ResourceOptions(parent=self, deleted_with=bucket, depends_on=[versioning]),
        )
        aws.s3.BucketPolicy(
            name,
            bucket=bucket.bucket,
            policy=bucket.bucket.apply(partial(tls_only, args.region)),
            opts=guard,
        )
        return bucket.bucket
