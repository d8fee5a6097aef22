"""What holds data: buckets with every version, the catalogue, workgroups, image repositories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from slipway.ephemeral.inventory.kind import DENIED, Kind, Thing, pages, tags_of
from slipway.ephemeral.inventory.regular import Regular

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.ephemeral.account import Account
    from slipway.ephemeral.inventory.owner import Owner

_AT_ONCE = 1000
"""Objects that one call deletes at most."""


def _buckets(account: Account, owner: Owner) -> Iterator[Thing]:
    for item in pages(account, "s3", "list_buckets", "Buckets"):
        name = item["Name"]
        try:
            tags = tags_of(account, "s3", "get_bucket_tagging", "TagSet", Bucket=name)
        except ClientError as error:
            # a bucket may hide its tags from its own account; one of the stack's own is known by the state
            if error.response["Error"]["Code"] not in DENIED:
                raise
            tags = {}
        if owner.owns(name, tags) or (name in owner.buckets and "stack" not in tags):
            yield Thing(kind="buckets", name=name, command=f"aws s3 rb s3://{name} --force")


def _delete_bucket(account: Account, thing: Thing) -> None:
    """Delete a bucket with every version of every object and every unfinished upload."""
    s3 = account.client("s3")
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=thing.name):
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        for start in range(0, len(found), _AT_ONCE):
            objects = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found[start : start + _AT_ONCE]]
            s3.delete_objects(Bucket=thing.name, Delete={"Objects": objects, "Quiet": True})
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=thing.name):
        for upload in page.get("Uploads", []):
            s3.abort_multipart_upload(Bucket=thing.name, Key=upload["Key"], UploadId=upload["UploadId"])
    s3.delete_bucket(Bucket=thing.name)


def _databases(account: Account, owner: Owner) -> Iterator[Thing]:
    for item in pages(account, "glue", "get_databases", "DatabaseList"):
        name = item["Name"]
        arn = f"arn:{account.partition}:glue:{owner.region}:{owner.account}:database/{name}"
        if owner.owns(name, tags_of(account, "glue", "get_tags", "Tags", ResourceArn=arn)):
            yield Thing(kind="databases", name=name, command=f"aws glue delete-database --name {name}")


def _delete_database(account: Account, thing: Thing) -> None:
    # DeleteDatabase takes the tables along, sooner or later
    account.client("glue").delete_database(Name=thing.name)


def _workgroups(account: Account, owner: Owner) -> Iterator[Thing]:
    for item in pages(account, "athena", "list_work_groups", "WorkGroups"):
        name = item["Name"]
        if name == "primary":  # every account has it
            continue
        arn = f"arn:{account.partition}:athena:{owner.region}:{owner.account}:workgroup/{name}"
        if owner.owns(name, tags_of(account, "athena", "list_tags_for_resource", "Tags", ResourceARN=arn)):
            command = f"aws athena delete-work-group --work-group {name} --recursive-delete-option"
            yield Thing(kind="workgroups", name=name, command=command)


def _delete_workgroup(account: Account, thing: Thing) -> None:
    account.client("athena").delete_work_group(WorkGroup=thing.name, RecursiveDeleteOption=True)


REPOSITORIES = Regular(
    kind="repositories",
    order=80,
    service="ecr",
    listing="describe_repositories",
    items="repositories",
    name="repositoryName",
    arn="repositoryArn",
    deleting="delete_repository",
    parameter="repositoryName",
    extra=(("force", True),),
    tagging=("list_tags_for_resource", "resourceArn", "tags"),
    covers=("ecr:repository/",),
)
KINDS = (
    Kind(name="buckets", order=80, find=_buckets, delete=_delete_bucket, covers=("s3:",)),
    Kind(
        name="databases", order=80, find=_databases, delete=_delete_database, covers=("glue:database/", "glue:table/")
    ),
    Kind(name="workgroups", order=80, find=_workgroups, delete=_delete_workgroup, covers=("athena:workgroup/",)),
    REPOSITORIES.made(),
)
