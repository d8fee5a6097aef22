"""Who may read the lake's tables through Lake Formation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, kw_only=True)
class LakeGrantsArgs:
    """What LakeGrants are made from."""

    bucket_arns: Mapping[str, pulumi.Input[str]]
    """Zone to ARN of its bucket, which Lake Formation hands out access to."""
    databases: Mapping[str, pulumi.Input[str]]
    """Zone to name of its database."""
    reader_arns: Sequence[str]
    """Roles and users that may read every table of these zones."""

    def __post_init__(self) -> None:
        """Refuse grants to nobody, and zones that are no pair of bucket and database."""
        if not self.reader_arns:
            raise ValueError("reader_arns is empty; name who may read, or declare no grants")
        if set(self.bucket_arns) != set(self.databases):
            msg = f"bucket_arns names {sorted(self.bucket_arns)}, databases {sorted(self.databases)}; name the same"
            raise ValueError(msg)


class LakeGrants(pulumi.ComponentResource):
    """Zones registered with Lake Formation, and the right to see and read their tables."""

    def __init__(self, name: str, args: LakeGrantsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:storage:LakeGrants", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        for zone, bucket_arn in sorted(args.bucket_arns.items()):
            aws.lakeformation.Resource(f"{name}-{zone}", arn=bucket_arn, use_service_linked_role=True, opts=child)
            for reader in sorted(args.reader_arns):
                role = reader.rpartition("/")[2]
                aws.lakeformation.Permissions(
                    f"{name}-{zone}-database-{role}",
                    principal=reader,
                    permissions=["DESCRIBE"],
                    database=aws.lakeformation.PermissionsDatabaseArgs(name=args.databases[zone]),
                    opts=child,
                )
                aws.lakeformation.Permissions(
                    f"{name}-{zone}-tables-{role}",
                    principal=reader,
                    permissions=["DESCRIBE", "SELECT"],
                    table=aws.lakeformation.PermissionsTableArgs(database_name=args.databases[zone], wildcard=True),
                    opts=child,
                )

        self.register_outputs({})
