"""The lake's Iceberg tables, as they begin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from infra.retention import Retention

TABLES_PREFIX = "tables/"
"""Where the files of tables are in a zone's bucket; what jobs read by prefix lies elsewhere."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table."""

    zone: str
    """Zone whose database and bucket it is in."""
    name: str
    """Name that people write into their queries."""
    columns: Mapping[str, str]
    """Name to type, in the order of the table."""


@dataclass(frozen=True, kw_only=True)
class TablesArgs:
    """What Tables are made from."""

    tables: Sequence[Table]
    """The tables."""
    databases: Mapping[str, pulumi.Input[str]]
    """Zone to name of its Glue database."""
    buckets: Mapping[str, pulumi.Input[str]]
    """Zone to name of its bucket."""
    retention: Retention
    """Whether the tables outlive the stack: without its entry a table's files are only files."""

    def __post_init__(self) -> None:
        """Refuse a table of a zone that has no database or no bucket."""
        known = set(self.databases) & set(self.buckets)
        if missing := sorted({table.zone for table in self.tables} - known):
            msg = (
                f"no database and bucket are given for {', '.join(missing)}; "
                f"tables can be in {', '.join(sorted(known))}"
            )
            raise ValueError(msg)


class Tables(pulumi.ComponentResource):
    """Glue makes each an empty Iceberg table of version 2; what it becomes is told by the engines that write it."""

    def __init__(self, name: str, args: TablesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:storage:Tables", name, None, opts)

        for table in sorted(args.tables, key=lambda one: (one.zone, one.name)):
            location = pulumi.Output.concat("s3://", args.buckets[table.zone], "/", TABLES_PREFIX, table.name)
            aws.glue.CatalogTable(
                f"{name}-{table.zone}-{table.name}",
                name=table.name,
                database_name=args.databases[table.zone],
                table_type="EXTERNAL_TABLE",
                open_table_format_input={"iceberg_input": {"metadata_operation": "CREATE", "version": "2"}},
                storage_descriptor={
                    "location": location,
                    "columns": [{"name": column, "type": kind} for column, kind in table.columns.items()],
                },
                opts=pulumi.ResourceOptions(
                    parent=self,
                    protect=args.retention.protect,
                    retain_on_delete=args.retention.retain_on_delete,
                    # Every commit of an engine writes a new metadata file and names it in `parameters`; a changed
                    # schema is one, too. Going back to what is written here would lose both.
                    ignore_changes=["parameters", "storageDescriptor"],
                ),
            )

        self.register_outputs({})
