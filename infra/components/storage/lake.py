"""The lake: six buckets, all versioned, encrypted, private, logged and reachable over TLS only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

import pulumi
import pulumi_aws as aws

from infra.components.storage.bucket_policy import ACCESS_PREFIX, logs_policy, tls_only
from infra.components.storage.lifecycle import lifecycle_rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.retention import Retention

QUERIES_PREFIX = "athena/"
"""Where query results are put in the artifacts bucket; they expire."""


@dataclass(frozen=True, kw_only=True)
class LakeArgs:
    """What a Lake is made from."""

    account_id: str
    """Account of the buckets."""
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
    query_results_expiry_days: int
    """Days until results of queries are deleted."""
    logs_expiry_days: int
    """Days until access logs and a trail's files are deleted."""
    trail_arn: str | None = None
    """Trail that may write to the logs bucket. Left out: none may."""
    retention: Retention
    """Whether the buckets outlive the stack."""


class Lake(pulumi.ComponentResource):
    """Data as it came, as models learn from it and as features; artifacts, captured answers, and logs of all that."""

    raw: pulumi.Output[str]
    """Name of the bucket of data as it came."""
    curated: pulumi.Output[str]
    """Name of the bucket of data that models learn from."""
    features: pulumi.Output[str]
    """Name of the bucket of features, made once for training and serving."""
    artifacts: pulumi.Output[str]
    """Name of the bucket of datasets, code packages and models."""
    captures: pulumi.Output[str]
    """Name of the bucket of captured requests and answers."""
    logs: pulumi.Output[str]
    """Name of the bucket of access logs and a trail's files."""
    buckets: Mapping[str, pulumi.Output[str]]
    """Name of every bucket, by what it is for."""
    logs_open: pulumi.Resource
    """What lets AWS write to the logs bucket, for what is checked against it at once."""

    def __init__(self, name: str, args: LakeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:storage:Lake", name, None, opts)

        # S3 delivers access logs to no bucket whose default encryption is KMS's; a trail brings the key itself.
        logs = self._bucket(f"{name}-logs", args, expiry_days=args.logs_expiry_days, encryption="AES256")
        buckets = {
            "raw": self._bucket(f"{name}-raw", args, logs),
            "curated": self._bucket(f"{name}-curated", args, logs),
            "features": self._bucket(f"{name}-features", args, logs),
            "artifacts": self._bucket(
                f"{name}-artifacts",
                args,
                logs,
                expiry_days=args.query_results_expiry_days,
                expiring_prefix=QUERIES_PREFIX,
            ),
            "captures": self._bucket(f"{name}-captures", args, logs, expiry_days=args.captures_expiry_days),
            "logs": logs,
        }
        self.buckets = {zone: bucket.bucket for zone, bucket in buckets.items()}
        self.logs_open = aws.s3.BucketPolicy(
            f"{name}-logs",
            bucket=self.buckets["logs"],
            policy=pulumi.Output.all(**self.buckets).apply(
                partial(logs_policy, args.account_id, args.region, args.trail_arn)
            ),
            opts=pulumi.ResourceOptions(parent=self, deleted_with=buckets["logs"]),
        )
        for zone, bucket in buckets.items():
            if zone != "logs":
                self._log_access(name, zone, bucket)

        self.raw = self.buckets["raw"]
        self.curated = self.buckets["curated"]
        self.features = self.buckets["features"]
        self.artifacts = self.buckets["artifacts"]
        self.captures = self.buckets["captures"]
        self.logs = self.buckets["logs"]
        self.register_outputs({"buckets": self.buckets})

    def _log_access(self, name: str, zone: str, bucket: aws.s3.Bucket) -> None:
        """Declare that who reads and writes a bucket is logged in the one of logs."""
        aws.s3.BucketLogging(
            f"{name}-{zone}",
            bucket=bucket.bucket,
            target_bucket=self.buckets["logs"],
            target_prefix=f"{ACCESS_PREFIX}{zone}/",
            # S3 refuses a target that it may not write to yet.
            opts=pulumi.ResourceOptions(parent=self, deleted_with=bucket, depends_on=[self.logs_open]),
        )

    def _bucket(
        self,
        name: str,
        args: LakeArgs,
        logs: aws.s3.Bucket | None = None,
        *,
        expiry_days: int | None = None,
        expiring_prefix: str = "",
        encryption: Literal["aws:kms", "AES256"] = "aws:kms",
    ) -> aws.s3.Bucket:
        """Declare one bucket with everything that guards it; the policy of the one of logs names all the others."""
        bucket = aws.s3.Bucket(
            name,
            force_destroy=args.retention.force_destroy,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=args.retention.protect,
                retain_on_delete=args.retention.retain_on_delete,
                # As long as there is a bucket that is logged, logs come: the one of logs is emptied and deleted last.
                depends_on=[] if logs is None else [logs],
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
                            sse_algorithm=encryption,
                            kms_master_key_id=args.key_arn if encryption == "aws:kms" else None,
                        )
                    ),
                    # One data key for many objects: S3 asks KMS about once a minute instead of once an object.
                    bucket_key_enabled=encryption == "aws:kms",
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
                expiring_prefix=expiring_prefix,
            ),
            # Rules about noncurrent versions need versioning to be on, and nothing in them names it.
            opts=pulumi.ResourceOptions(parent=self, deleted_with=bucket, depends_on=[versioning]),
        )
        if encryption == "aws:kms":
            aws.s3.BucketPolicy(
                name,
                bucket=bucket.bucket,
                policy=bucket.bucket.apply(partial(tls_only, args.region)),
                opts=guard,
            )
        return bucket
