"""Where the states of an account's stacks are kept, and the key of their secrets."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.components.security.statements import administer_key, document
from infra.components.storage.bucket_policy import tls_only
from infra.components.storage.lifecycle import lifecycle_rules

_LONGEST_WINDOW = 30  # days in which a deleted key can be restored; with it go the secrets of every stack
_ABORT_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class StateStoreArgs:
    """What a StateStore is made from."""

    account_id: str
    """Account whose IAM policies decide about the key."""
    region: str
    """Region of bucket and key."""
    bucket_name: str
    """Name of the bucket: people and workflows log in to it by name."""
    noncurrent_version_days: int
    """Days until an overwritten or deleted state is really gone."""


class StateStore(pulumi.ComponentResource):
    """A bucket with versions under a key of its own, which an alias names. Pulumi deletes neither."""

    bucket: pulumi.Output[str]
    """Name of the bucket."""
    key_arn: pulumi.Output[str]
    """ARN of the key."""
    alias: pulumi.Output[str]
    """Name of the key for `--secrets-provider`."""

    def __init__(self, name: str, args: StateStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:delivery:StateStore", name, None, opts)
        kept = pulumi.ResourceOptions(parent=self, protect=True)
        child = pulumi.ResourceOptions(parent=self)

        key = aws.kms.Key(
            name,
            description="States and secrets of Pulumi's stacks",
            enable_key_rotation=True,
            deletion_window_in_days=_LONGEST_WINDOW,
            policy=document([administer_key(args.region, args.account_id)]),
            opts=kept,
        )
        alias = aws.kms.Alias(name, name=f"alias/{args.bucket_name}", target_key_id=key.key_id, opts=child)
        bucket = aws.s3.Bucket(name, bucket=args.bucket_name, opts=kept)
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
                {
                    "apply_server_side_encryption_by_default": {
                        "sse_algorithm": "aws:kms",
                        "kms_master_key_id": key.arn,
                    },
                    "bucket_key_enabled": True,
                }
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
                abort_multipart_days=_ABORT_DAYS,
                expiry_days=None,
            ),
            # Rules about old versions mean nothing before there are versions.
            opts=pulumi.ResourceOptions(parent=self, deleted_with=bucket, depends_on=[versioning]),
        )
        aws.s3.BucketPolicy(name, bucket=bucket.bucket, policy=tls_only(args.region, args.bucket_name), opts=guard)

        self.bucket, self.key_arn, self.alias = bucket.bucket, key.arn, alias.name
        self.register_outputs({"bucket": self.bucket, "key_arn": self.key_arn})
