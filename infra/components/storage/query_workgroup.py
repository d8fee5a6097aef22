"""Where people query the lake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from infra.retention import Retention


@dataclass(frozen=True, kw_only=True)
class QueryWorkgroupArgs:
    """What a QueryWorkgroup is made from."""

    account_id: str
    """Account that must own the results' bucket."""
    workgroup_name: str
    """Name of the workgroup; people choose it in Athena."""
    results_bucket: pulumi.Input[str]
    """Bucket of the results."""
    results_prefix: str
    """Prefix of the results, ending in a slash."""
    key_arn: pulumi.Input[str]
    """KMS key that results are encrypted with."""
    bytes_scanned_limit: int
    """Bytes that one query may scan before Athena stops it; Athena's least is 10 MB."""
    retention: Retention
    """Whether queries that were saved in it may be deleted with it."""


class QueryWorkgroup(pulumi.ComponentResource):
    """An Athena workgroup whose settings nobody can override: encrypted results, and a limit of what a query costs."""

    workgroup_name: pulumi.Output[str]
    """Name of the workgroup."""

    def __init__(self, name: str, args: QueryWorkgroupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:storage:QueryWorkgroup", name, None, opts)

        workgroup = aws.athena.Workgroup(
            name,
            name=args.workgroup_name,
            description="Queries over the lake",
            configuration=aws.athena.WorkgroupConfigurationArgs(
                enforce_workgroup_configuration=True,
                publish_cloudwatch_metrics_enabled=True,
                bytes_scanned_cutoff_per_query=args.bytes_scanned_limit,
                result_configuration=aws.athena.WorkgroupConfigurationResultConfigurationArgs(
                    output_location=pulumi.Output.concat("s3://", args.results_bucket, "/", args.results_prefix),
                    expected_bucket_owner=args.account_id,
                    encryption_configuration=(
                        aws.athena.WorkgroupConfigurationResultConfigurationEncryptionConfigurationArgs(
                            encryption_option="SSE_KMS", kms_key_arn=args.key_arn
                        )
                    ),
                ),
            ),
            force_destroy=args.retention.force_destroy,
            opts=pulumi.ResourceOptions(parent=self),
        )

        self.workgroup_name = workgroup.name
        self.register_outputs({"workgroup_name": self.workgroup_name})
