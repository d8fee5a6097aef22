"""S3 bucket settings that are resources of their own: put whole, read whole, deleted back to S3's default."""

from typing import Any

from slipway.sandbox.provider.declaration import Call, Properties, ResourceType, Update
from slipway.sandbox.provider.scope import Scope

BUCKET = {"bucket": "Bucket"}


def _put(operation: str, body: str = "") -> dict[str, Any]:
    call = Call(operation=operation, body=body)
    return {"create": call, "update": (Update(how=call),)}


def _suspend(scope: Scope, resource_id: str, _inputs: Properties) -> None:
    # versioning can't be removed, only suspended; a bucket that is gone is gone with it
    scope.client("s3").put_bucket_versioning(Bucket=resource_id, VersioningConfiguration={"Status": "Suspended"})


TYPES = (
    ResourceType(
        type="aws:s3/bucketVersioning:BucketVersioning",
        service="s3",
        identity=BUCKET,
        id="{bucket}",
        **_put("put_bucket_versioning"),
        read=Call(operation="get_bucket_versioning", into="versioningConfiguration"),
        delete=_suspend,
    ),
    ResourceType(
        type="aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        service="s3",
        identity=BUCKET,
        id="{bucket}",
        **_put("put_bucket_encryption", "ServerSideEncryptionConfiguration"),
        read=Call(operation="get_bucket_encryption", at="ServerSideEncryptionConfiguration"),
        delete=Call(operation="delete_bucket_encryption"),
    ),
    ResourceType(
        type="aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        service="s3",
        identity=BUCKET,
        id="{bucket}",
        **_put("put_public_access_block", "PublicAccessBlockConfiguration"),
        read=Call(operation="get_public_access_block", at="PublicAccessBlockConfiguration"),
        delete=Call(operation="delete_public_access_block"),
        local=frozenset({"skipDestroy"}),
    ),
    ResourceType(
        type="aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        service="s3",
        identity=BUCKET,
        id="{bucket}",
        **_put("put_bucket_lifecycle_configuration", "LifecycleConfiguration"),
        read=Call(operation="get_bucket_lifecycle_configuration"),
        delete=Call(operation="delete_bucket_lifecycle"),
        local=frozenset({"timeouts"}),
        # the one default of the service; an endpoint that does not tell it has it
        write_only=frozenset({"transitionDefaultMinimumObjectSize"}),
        unordered=frozenset({"rules"}),
    ),
    ResourceType(
        type="aws:s3/bucketPolicy:BucketPolicy",
        service="s3",
        identity=BUCKET,
        id="{bucket}",
        **_put("put_bucket_policy"),
        read=Call(operation="get_bucket_policy"),
        delete=Call(operation="delete_bucket_policy"),
        documents=frozenset({"policy"}),
    ),
    ResourceType(
        type="aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        service="s3",
        identity=BUCKET,
        id="{bucket}",
        **_put("put_bucket_ownership_controls", "OwnershipControls"),
        read=Call(operation="get_bucket_ownership_controls", at="OwnershipControls"),
        delete=Call(operation="delete_bucket_ownership_controls"),
    ),
)
