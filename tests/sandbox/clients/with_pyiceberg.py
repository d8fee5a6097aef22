"""An Iceberg table in S3 that the Glue catalogue knows: written, appended to, changed in its schema, read as it was."""

import os

import boto3
import pyarrow as pa
from pyiceberg.catalog import load_catalog
from pyiceberg.exceptions import NoSuchTableError, TableAlreadyExistsError
from pyiceberg.expressions import EqualTo
from pyiceberg.types import StringType

boto3.client("s3").create_bucket(Bucket="icy")
# pyiceberg reads S3's endpoint from its own property, not from AWS_ENDPOINT_URL
catalog = load_catalog("glue", type="glue", **{"s3.endpoint": os.environ["AWS_ENDPOINT_URL"]})
catalog.create_namespace("lake", {"location": "s3://icy/lake"})
assert catalog.list_namespaces() == [("lake",)]

flights = pa.table({"carrier": ["AA", "UA"], "delay": [1.5, -2.0]})
table = catalog.create_table("lake.flights", flights.schema)
table.append(flights)
first = table.current_snapshot()
assert first is not None
table.append(pa.table({"carrier": ["DL"], "delay": [9.0]}))
assert table.scan().to_arrow().num_rows == 3
assert table.scan(row_filter=EqualTo("carrier", "UA")).to_arrow().column("delay").to_pylist() == [-2.0]

with table.update_schema() as change:
    change.add_column("origin", StringType())
again = catalog.load_table("lake.flights")
assert [field.name for field in again.schema().fields] == ["carrier", "delay", "origin"]
assert again.scan(snapshot_id=first.snapshot_id).to_arrow().num_rows == 2

# two writers: the one that comes second must notice that the table has moved on
other = catalog.load_table("lake.flights")
again.append(pa.table({"carrier": ["B6"], "delay": [0.0], "origin": ["JFK"]}))
other.append(pa.table({"carrier": ["WN"], "delay": [1.0], "origin": ["LGA"]}))
assert catalog.load_table("lake.flights").scan().to_arrow().num_rows == 5

try:
    catalog.create_table("lake.flights", flights.schema)
except TableAlreadyExistsError:
    catalog.rename_table("lake.flights", "lake.departures")
assert catalog.list_tables("lake") == [("lake", "departures")]
catalog.drop_table("lake.departures")
try:
    catalog.load_table("lake.departures")
except NoSuchTableError:
    catalog.drop_namespace("lake")
assert catalog.list_namespaces() == []
print("done")
