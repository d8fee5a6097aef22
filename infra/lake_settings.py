"""`slipway:lake`: how long the buckets keep what nobody needs any more, and the tables that lie in them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from infra.setting_types import Arn, Days, Section

ColumnName = Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_]{0,254}$")]
# What Glue and Iceberg both know: https://iceberg.apache.org/docs/latest/hive/#hive-type-to-iceberg-type
ColumnType = Annotated[
    str,
    StringConstraints(
        pattern=r"^(boolean|int|bigint|float|double|date|timestamp|string|binary|decimal\([0-9]{1,2},[0-9]{1,2}\))$"
    ),
]


class TableSection(Section):
    """One Iceberg table of the lake, as it begins: later the engines that write it change its columns."""

    zone: Literal["raw", "curated", "features"]
    """Zone whose database and bucket it is in."""
    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,99}$")]
    """Name that people write into their queries."""
    columns: Annotated[dict[ColumnName, ColumnType], Field(min_length=1, max_length=1000)]
    """Name to type, in the order of the table as it begins. A later change here changes no table that is there."""


class LakeSection(Section):
    """`slipway:lake`: how long the buckets keep what nobody needs any more, and the tables that lie in them."""

    noncurrent_version_days: Days
    """Days until an overwritten or deleted object is really gone."""
    abort_multipart_days: Days = 7
    """Days until the parts of an upload that never ended are deleted."""
    captures_expiry_days: Days
    """Days until captured requests and answers are deleted."""
    query_results_expiry_days: Days = 30
    """Days until results of Athena's queries are deleted."""
    logs_expiry_days: Days = 400
    """Days until access logs of the buckets, and the trail's files, are deleted."""
    query_scan_limit_gib: Annotated[int, Field(ge=1, le=100_000)] = 100
    """What one query may scan before Athena stops it."""
    reader_arns: Annotated[tuple[Arn, ...], Field(strict=False, max_length=20)] = ()
    """Roles and users that Lake Formation lets read curated and features tables. Left out: it grants nothing."""
    tables: Annotated[tuple[TableSection, ...], Field(strict=False, max_length=100)] = ()
    """Iceberg tables that the stack makes. Left out: none; the engines that write tables can make them, too."""

    @model_validator(mode="after")
    def _tables_differ(self) -> LakeSection:
        places = [f"{one.zone}.{one.name}" for one in self.tables]
        if twice := sorted({place for place in places if places.count(place) > 1}):
            raise ValueError(f"tables names {', '.join(twice)} more than once; give each table of a zone its own name")
        return self
