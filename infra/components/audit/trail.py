"""Who read and wrote the lake's objects, and who changed the account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, kw_only=True)
class TrailArgs:
    """What a Trail is made from."""

    trail_name: str
    """Name of the trail: bucket policy and key policy allow it by its ARN, before it exists."""
    watched_buckets: Sequence[pulumi.Input[str]]
    """Buckets whose every read and write of an object is kept. The one that the trail writes to is not among them."""
    logs_bucket: pulumi.Input[str]
    """Bucket that the trail's files go to."""
    logs_prefix: str
    """Prefix of the files, without a slash."""
    logs_open: pulumi.Resource
    """The bucket's policy: CloudTrail checks it before it makes the trail."""
    key_arn: pulumi.Input[str]
    """KMS key that the files are encrypted with."""
    partition: str
    """AWS partition of the buckets: the second word of their ARNs."""
    management_events: bool
    """Whether calls that change the account are kept too; models and their approval are among these."""

    def __post_init__(self) -> None:
        """Refuse a trail of nothing."""
        if not self.watched_buckets:
            raise ValueError("watched_buckets is empty; name a bucket, or declare no trail")


class Trail(pulumi.ComponentResource):
    """A CloudTrail trail of the stack's region: encrypted files, and digests that tell when one was changed."""

    arn: pulumi.Output[str]
    """ARN of the trail."""

    def __init__(self, name: str, args: TrailArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:audit:Trail", name, None, opts)

        trail = aws.cloudtrail.Trail(
            name,
            name=args.trail_name,
            s3_bucket_name=args.logs_bucket,
            s3_key_prefix=args.logs_prefix,
            kms_key_id=args.key_arn,
            enable_log_file_validation=True,
            include_global_service_events=args.management_events,
            event_selectors=[
                aws.cloudtrail.TrailEventSelectorArgs(
                    read_write_type="All",
                    include_management_events=args.management_events,
                    data_resources=[
                        aws.cloudtrail.TrailEventSelectorDataResourceArgs(
                            type="AWS::S3::Object",
                            values=[
                                pulumi.Output.concat("arn:", args.partition, ":s3:::", bucket, "/")
                                for bucket in args.watched_buckets
                            ],
                        )
                    ],
                )
            ],
            # CloudTrail tries the bucket when the trail is made, and nothing in the trail names the bucket's policy.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.logs_open]),
        )

        self.arn = trail.arn
        self.register_outputs({"arn": self.arn})
