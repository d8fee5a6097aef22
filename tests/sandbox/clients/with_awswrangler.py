"""Run by awswrangler's own environment: files in S3, and tables of them that the Glue catalogue knows."""

import awswrangler as wr
import boto3
import pandas as pd

frame = pd.DataFrame({"carrier": ["AA", "UA", "UA"], "delay": [1.5, -2.0, 7.25], "month": [1, 1, 2]})
boto3.client("s3").create_bucket(Bucket="wrangled")

wr.s3.to_parquet(frame, "s3://wrangled/plain/flights.parquet")
assert wr.s3.read_parquet("s3://wrangled/plain/flights.parquet").to_dict() == frame.to_dict()
wr.s3.to_csv(frame, "s3://wrangled/plain/flights.csv", index=False)
assert wr.s3.read_csv("s3://wrangled/plain/flights.csv").to_dict() == frame.to_dict()
assert wr.s3.list_objects("s3://wrangled/plain/") == [
    "s3://wrangled/plain/flights.csv",
    "s3://wrangled/plain/flights.parquet",
]
assert wr.s3.does_object_exist("s3://wrangled/plain/flights.csv")
assert not wr.s3.does_object_exist("s3://wrangled/plain/nothing.csv")

wr.catalog.create_database("lake")
wr.s3.to_parquet(
    frame,
    "s3://wrangled/table/",
    dataset=True,
    mode="overwrite",
    database="lake",
    table="flights",
    partition_cols=["month"],
)
assert wr.catalog.does_table_exist("lake", "flights")
assert wr.catalog.get_table_types("lake", "flights") == {"carrier": "string", "delay": "double", "month": "bigint"}
assert sorted(wr.catalog.get_partitions("lake", "flights").values()) == [["1"], ["2"]]
back = wr.s3.read_parquet_table(database="lake", table="flights").sort_values("delay")
assert list(back["carrier"]) == ["UA", "AA", "UA"]
wr.s3.to_parquet(
    frame.assign(month=3), "s3://wrangled/table/", dataset=True, mode="append", database="lake", table="flights",
    partition_cols=["month"],
)  # fmt: skip
assert len(wr.catalog.get_partitions("lake", "flights")) == 3
wr.catalog.delete_table_if_exists("lake", "flights")
wr.catalog.delete_database("lake")
wr.s3.delete_objects("s3://wrangled/")
assert wr.s3.list_objects("s3://wrangled/") == []
print("done")
