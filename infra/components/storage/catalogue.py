"""The lake's zones in the Glue catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.retention import Retention


@dataclass(frozen=True, kw_only=True)
class CatalogueArgs:
    """What a Catalogue is made from."""

    database_names: Mapping[str, str]
    """Zone to name of its database; people and engines write it into their queries."""
    buckets: Mapping[str, pulumi.Input[str]]
    """Zone to name of its bucket."""
    retention: Retention
    """Whether the databases outlive the stack: Glue deletes the tables of a database with it."""

    def __post_init__(self) -> None:
        """Refuse a database of a zone that has no bucket."""
        if missing := sorted(set(self.database_names) - set(self.buckets)):
            msg = f"no bucket is given for {', '.join(missing)}; every zone with a database has one"
            raise ValueError(msg)


class Catalogue(pulumi.ComponentResource):
    """One Glue database a zone; Athena, Spark and pyiceberg find tables in it, and make some themselves."""

    databases: Mapping[str, pulumi.Output[str]]
    """Zone to name of its database."""

    def __init__(self, name: str, args: CatalogueArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:storage:Catalogue", name, None, opts)

        databases: dict[str, pulumi.Output[str]] = {}
        for zone, database_name in sorted(args.database_names.items()):
            database = aws.glue.CatalogDatabase(
                f"{name}-{zone}",
                name=database_name,
                description=f"Tables of the lake's {zone} zone",
                location_uri=pulumi.Output.concat("s3://", args.buckets[zone], "/"),
                opts=pulumi.ResourceOptions(
                    parent=self, protect=args.retention.protect, retain_on_delete=args.retention.retain_on_delete
                ),
            )
            databases[zone] = database.name

        self.databases = databases
        self.register_outputs({"databases": databases})
