"""Feature groups with what DeleteFeatureGroup keeps: the offline store's objects and its table in the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from slipway.ephemeral.inventory.kind import Kind, Thing, pages, tags_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.ephemeral.account import Account
    from slipway.ephemeral.inventory.owner import Owner

_GONE = frozenset({"NoSuchBucket", "EntityNotFoundException"})


def _groups(account: Account, owner: Owner) -> Iterator[Thing]:
    for item in pages(account, "sagemaker", "list_feature_groups", "FeatureGroupSummaries"):
        name, state = item["FeatureGroupName"], item.get("FeatureGroupStatus", "")
        tags = tags_of(account, "sagemaker", "list_tags", "Tags", ResourceArn=item["FeatureGroupArn"])
        if owner.owns(name, tags):
            yield Thing(
                kind="feature groups",
                name=name,
                command=f"aws sagemaker delete-feature-group --feature-group-name {name}",
                busy=state if state in {"Creating", "Deleting"} else "",
            )


def _delete_group(account: Account, thing: Thing) -> None:
    """Delete what the group would leave behind, then the group: killed in between, the next sweep still finds it."""
    if thing.busy:
        return
    sagemaker = account.client("sagemaker")
    store = sagemaker.describe_feature_group(FeatureGroupName=thing.name).get("OfflineStoreConfig") or {}
    place = store.get("S3StorageConfig") or {}
    if resolved := place.get("ResolvedOutputS3Uri"):
        _delete_objects(account, resolved)
    if table := store.get("DataCatalogConfig"):
        _delete_table(account, table)
    sagemaker.delete_feature_group(FeatureGroupName=thing.name)


def _delete_objects(account: Account, uri: str) -> None:
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    if not prefix.strip("/"):  # never a whole bucket: it goes with the stack, or is somebody else's
        return
    s3 = account.client("s3")
    try:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=f"{prefix.rstrip('/')}/"):
            objects = [
                {"Key": one["Key"], "VersionId": one["VersionId"]}
                for one in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            ]
            if objects:
                s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
    except ClientError as error:
        if error.response["Error"]["Code"] not in _GONE:
            raise


def _delete_table(account: Account, table: dict[str, Any]) -> None:
    try:
        account.client("glue").delete_table(DatabaseName=table["Database"], Name=table["TableName"])
    except ClientError as error:
        if error.response["Error"]["Code"] not in _GONE:
            raise


KINDS = (
    Kind(name="feature groups", order=15, find=_groups, delete=_delete_group, covers=("sagemaker:feature-group/",)),
)
