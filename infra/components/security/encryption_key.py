"""The key that everything of a stack is encrypted with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from infra.components.security.statements import administer_key, document, encrypt_logs, encrypt_trail

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.retention import Retention


@dataclass(frozen=True, kw_only=True)
class EncryptionKeyArgs:
    """What an EncryptionKey is made from."""

    account_id: str
    """Account whose IAM policies decide about the key."""
    region: str
    """Region of the key."""
    log_group_prefixes: Sequence[str]
    """CloudWatch Logs may encrypt log groups whose names begin with one of these."""
    trail_arn: str | None = None
    """Trail whose files CloudTrail may encrypt. Left out: none."""
    retention: Retention
    """Whether the key outlives the stack, and how long a deleted one can be restored."""


class EncryptionKey(pulumi.ComponentResource):
    """One customer managed key, rotated every year, with an alias for people."""

    arn: pulumi.Output[str]
    """ARN of the key."""

    def __init__(self, name: str, args: EncryptionKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:security:EncryptionKey", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        trail = [] if args.trail_arn is None else encrypt_trail(args.account_id, args.region, args.trail_arn)
        key = aws.kms.Key(
            name,
            description=f"Data, models, images, volumes and logs of {pulumi.get_project()} {pulumi.get_stack()}",
            enable_key_rotation=True,
            deletion_window_in_days=args.retention.key_deletion_window_in_days,
            policy=document(
                [
                    administer_key(args.region, args.account_id),
                    encrypt_logs(args.region, args.account_id, args.log_group_prefixes),
                    *trail,
                ]
            ),
            opts=pulumi.ResourceOptions(
                parent=self, protect=args.retention.protect, retain_on_delete=args.retention.retain_on_delete
            ),
        )
        aws.kms.Alias(name, target_key_id=key.key_id, opts=child)

        self.arn = key.arn
        self.register_outputs({"arn": self.arn})
