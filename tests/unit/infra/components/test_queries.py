"""What the lake is queried with, and who may."""

from __future__ import annotations

from typing import Any

import pytest

from infra.components.storage.catalogue import Catalogue, CatalogueArgs
from infra.components.storage.lake_grants import LakeGrants, LakeGrantsArgs
from infra.components.storage.query_workgroup import QueryWorkgroup, QueryWorkgroupArgs
from infra.components.storage.tables import Table, Tables, TablesArgs
from infra.retention import retention

GRANT = "aws:lakeformation/permissions:Permissions"


def workgroup(environment: Any = "dev") -> None:
    QueryWorkgroup(
        "queries",
        QueryWorkgroupArgs(
            account_id="123456789012",
            workgroup_name="slipway-dev",
            results_bucket="artifacts",
            results_prefix="athena/",
            key_arn="arn:key",
            bytes_scanned_limit=10 * 1024**3,
            retention=retention(environment),
        ),
    )


def test_every_zone_has_a_database_over_its_bucket(run_program: Any) -> None:
    given = CatalogueArgs(
        database_names={"raw": "slipway_dev_raw"},
        buckets={"raw": "lake-raw-1", "logs": "l"},
        retention=retention("dev"),
    )
    (database,) = run_program(lambda: Catalogue("catalogue", given)).of_type("aws:glue/catalogDatabase:CatalogDatabase")
    assert database.inputs["name"] == "slipway_dev_raw"
    assert database.inputs["locationUri"] == "s3://lake-raw-1/"


def test_a_database_without_a_bucket_is_refused() -> None:
    with pytest.raises(ValueError, match="no bucket is given for curated"):
        CatalogueArgs(database_names={"curated": "c"}, buckets={"raw": "r"}, retention=retention("dev"))


def test_nobody_overrides_what_the_workgroup_enforces(run_program: Any) -> None:
    given = run_program(workgroup).one("aws:athena/workgroup:Workgroup", "queries").inputs["configuration"]
    assert given["enforceWorkgroupConfiguration"] is True
    assert given["bytesScannedCutoffPerQuery"] == 10 * 1024**3
    results = given["resultConfiguration"]
    assert results["outputLocation"] == "s3://artifacts/athena/"
    assert results["expectedBucketOwner"] == "123456789012"
    assert results["encryptionConfiguration"] == {"encryptionOption": "SSE_KMS", "kmsKeyArn": "arn:key"}


@pytest.mark.parametrize(("environment", "forced"), [("dev", True), ("prod", False)])
def test_saved_queries_are_lost_in_dev_only(run_program: Any, environment: str, *, forced: bool) -> None:
    made = run_program(lambda: workgroup(environment)).one("aws:athena/workgroup:Workgroup", "queries")
    assert made.inputs["forceDestroy"] is forced


def grants(*readers: str) -> LakeGrantsArgs:
    return LakeGrantsArgs(
        bucket_arns={"curated": "arn:aws:s3:::c"}, databases={"curated": "slipway_dev_curated"}, reader_arns=readers
    )


def test_a_reader_sees_the_database_and_reads_every_table_and_no_more(run_program: Any) -> None:
    reader = "arn:aws:iam::123456789012:role/analyst"
    graph = run_program(lambda: LakeGrants("grants", grants(reader)))
    (zone,) = graph.of_type("aws:lakeformation/resource:Resource")
    assert zone.inputs["arn"] == "arn:aws:s3:::c"
    given = {one.name: one.inputs["permissions"] for one in graph.of_type(GRANT)}
    assert given == {
        "grants-curated-database-analyst": ["DESCRIBE"],
        "grants-curated-tables-analyst": ["DESCRIBE", "SELECT"],
    }
    assert {one.inputs["principal"] for one in graph.of_type(GRANT)} == {reader}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (grants, "reader_arns is empty"),
        (
            lambda: LakeGrantsArgs(bucket_arns={"raw": "r"}, databases={"curated": "c"}, reader_arns=["a"]),
            "name the same",
        ),
    ],
)
def test_grants_that_grant_nothing_are_refused(given: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        given()


TABLE = "aws:glue/catalogTable:CatalogTable"
FLIGHTS = Table(zone="curated", name="flights", columns={"month": "int", "carrier": "string"})


def tables(environment: Any = "dev", *given: Table) -> TablesArgs:
    return TablesArgs(
        tables=given or [FLIGHTS],
        databases={"curated": "slipway_dev_curated", "raw": "slipway_dev_raw"},
        buckets={"curated": "lake-curated-1", "raw": "lake-raw-1"},
        retention=retention(environment),
    )


def test_a_table_begins_as_an_empty_iceberg_table_apart_from_what_jobs_read(run_program: Any) -> None:
    made = run_program(lambda: Tables("tables", tables())).one(TABLE, "tables-curated-flights")
    assert (made.inputs["name"], made.inputs["databaseName"]) == ("flights", "slipway_dev_curated")
    assert made.inputs["openTableFormatInput"] == {"icebergInput": {"metadataOperation": "CREATE", "version": "2"}}
    assert made.inputs["storageDescriptor"]["location"] == "s3://lake-curated-1/tables/flights"
    columns = [(one["name"], one["type"]) for one in made.inputs["storageDescriptor"]["columns"]]
    assert columns == [("month", "int"), ("carrier", "string")]


@pytest.mark.parametrize(("environment", "kept"), [("dev", False), ("prod", True)])
def test_tables_and_their_database_are_protected_where_data_is(
    run_program: Any, environment: Any, *, kept: bool
) -> None:
    databases = CatalogueArgs(
        database_names={"raw": "slipway_raw"}, buckets={"raw": "r"}, retention=retention(environment)
    )

    def program() -> None:
        Catalogue("catalogue", databases)
        Tables("tables", tables(environment))

    graph = run_program(program)
    for made in (graph.one("aws:glue/catalogDatabase:CatalogDatabase", "catalogue-raw"), *graph.of_type(TABLE)):
        assert (made.protect, made.retain_on_delete) == (kept, kept)


def test_a_table_in_a_zone_without_a_database_is_refused() -> None:
    with pytest.raises(
        ValueError, match="no database and bucket are given for captures; tables can be in curated, raw"
    ):
        tables("dev", Table(zone="captures", name="all", columns={"a": "int"}))
