"""A code package in the artifacts bucket."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class CodePackageArgs:
    """What a CodePackage is made from."""

    archive: str
    """Path of the archive on this machine."""
    key: str
    """Key in the bucket; it holds the content's digest, so an object never changes."""
    bucket: pulumi.Input[str]
    """Bucket that the package goes to."""
    key_arn: pulumi.Input[str]
    """KMS key that it is encrypted with."""


class CodePackage(pulumi.ComponentResource):
    """The code that training jobs and new releases run, by digest."""

    uri: pulumi.Output[str]
    """S3 URI of the package."""
    stored: pulumi.Resource
    """The object itself, for what has to wait for it."""

    def __init__(self, name: str, args: CodePackageArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:storage:CodePackage", name, None, opts)

        package = aws.s3.BucketObjectv2(
            name,
            bucket=args.bucket,
            key=args.key,
            source=pulumi.FileAsset(args.archive),
            content_type="application/gzip",
            server_side_encryption="aws:kms",
            kms_key_id=args.key_arn,
            bucket_key_enabled=True,
            # Other code has another key, which replaces the object. The old one stays: releases made earlier run it.
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
        )

        self.stored = package
        self.uri = pulumi.Output.concat("s3://", package.bucket, "/", package.key)
        self.register_outputs({"uri": self.uri})
