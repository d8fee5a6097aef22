"""S3 buckets: the container itself and its tags; emptying one deletes every version."""

from typing import Any

from slipway.sandbox.provider.declaration import Change, Made, Properties, ResourceType, Update
from slipway.sandbox.provider.naming import AutoName
from slipway.sandbox.provider.problems import GONE, code_of
from slipway.sandbox.provider.scope import Scope

HOSTED_ZONES = {
    # the documented zone of S3's website endpoints, by region
    "us-east-1": "Z3AQBSTGFYJSTF",
    "us-east-2": "Z2O1EMRO9K5GLX",
    "us-west-1": "Z2F56UZL2M1ACD",
    "us-west-2": "Z3BJ6K6RIION7M",
    "eu-west-1": "Z1BKCTXD74EZPE",
    "eu-west-2": "Z3GKZC51ZF0DB4",
    "eu-west-3": "Z3R1K369G5AVDG",
    "eu-central-1": "Z21DNDUVLTQW6Q",
    "eu-north-1": "Z3BAZG2TWCNX0D",
    "ap-northeast-1": "Z2M4EHUR26P7ZW",
    "ap-southeast-1": "Z3O0J2DXBE1FTB",
    "ap-southeast-2": "Z1WCIGYICN2BYD",
}
BATCH = 1000

OF_THEIR_OWN = {
    # settings that the real provider still takes here, deprecated
    "accelerationStatus": "declare an aws.s3.BucketAccelerateConfiguration",
    "acl": "declare an aws.s3.BucketAcl",
    "bucketNamespace": "leave it out",
    "corsRules": "declare an aws.s3.BucketCorsConfiguration",
    "grants": "declare an aws.s3.BucketAcl",
    "lifecycleRules": "declare an aws.s3.BucketLifecycleConfiguration",
    "logging": "declare an aws.s3.BucketLogging",
    "objectLockConfiguration": "declare an aws.s3.BucketObjectLockConfiguration and set objectLockEnabled",
    "policy": "declare an aws.s3.BucketPolicy",
    "replicationConfiguration": "declare an aws.s3.BucketReplicationConfig",
    "requestPayer": "declare an aws.s3.BucketRequestPaymentConfiguration",
    "serverSideEncryptionConfiguration": "declare an aws.s3.BucketServerSideEncryptionConfiguration",
    "versioning": "declare an aws.s3.BucketVersioning",
    "website": "declare an aws.s3.BucketWebsiteConfiguration",
}


def tag_set(tags: Any) -> list[dict[str, str]]:
    """Tags as S3's list of pairs."""
    return [{"Key": key, "Value": value} for key, value in sorted((tags or {}).items())]


def _create(scope: Scope, inputs: Properties) -> Made:
    request: dict[str, Any] = {"Bucket": inputs["bucket"]}
    if scope.region != "us-east-1":  # the one region that may not be named here
        request["CreateBucketConfiguration"] = {"LocationConstraint": scope.region}
    if inputs.get("objectLockEnabled"):
        request["ObjectLockEnabledForBucket"] = True
    scope.client("s3").create_bucket(**request)
    return Made(inputs["bucket"], {"bucketRegion": scope.region, "hostedZoneId": HOSTED_ZONES.get(scope.region, "")})


def _finish(scope: Scope, resource_id: str, inputs: Properties) -> None:
    if inputs.get("tagsAll"):
        scope.client("s3").put_bucket_tagging(Bucket=resource_id, Tagging={"TagSet": tag_set(inputs["tagsAll"])})


def _read(scope: Scope, resource_id: str, _known: Properties) -> dict[str, Any]:
    client = scope.client("s3")
    client.head_bucket(Bucket=resource_id)
    return {
        "bucket": resource_id,
        "arn": f"arn:{scope.partition}:s3:::{resource_id}",
        "bucketDomainName": f"{resource_id}.s3.amazonaws.com",
        "bucketRegionalDomainName": f"{resource_id}.s3.{scope.region}.amazonaws.com",
        "bucketRegion": scope.region,
        "hostedZoneId": HOSTED_ZONES.get(scope.region, ""),
        "tagsAll": _tags(scope, resource_id),
    }


def _tags(scope: Scope, bucket: str) -> dict[str, str]:
    from botocore.exceptions import ClientError  # noqa: PLC0415

    try:
        pairs = scope.client("s3").get_bucket_tagging(Bucket=bucket)["TagSet"]
    except ClientError as error:
        if code_of(error) != "NoSuchTagSet":
            raise
        return {}
    return {pair["Key"]: pair["Value"] for pair in pairs if not pair["Key"].startswith("aws:")}


def _update_tags(scope: Scope, change: Change) -> None:
    client = scope.client("s3")
    if change.news.get("tagsAll"):
        client.put_bucket_tagging(Bucket=change.id, Tagging={"TagSet": tag_set(change.news["tagsAll"])})
    else:
        client.delete_bucket_tagging(Bucket=change.id)


def empty(scope: Scope, bucket: str, prefix: str = "") -> None:
    """Delete every object, every old version and every delete marker (of one exact key, when `prefix` is one)."""
    client = scope.client("s3")
    for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        found = page.get("Versions", []) + page.get("DeleteMarkers", [])
        keys = [
            {"Key": item["Key"], "VersionId": item["VersionId"]}
            for item in found
            if not prefix or item["Key"] == prefix
        ]
        for start in range(0, len(keys), BATCH):
            client.delete_objects(Bucket=bucket, Delete={"Objects": keys[start : start + BATCH], "Quiet": True})


def _delete(scope: Scope, resource_id: str, inputs: Properties) -> None:
    if inputs.get("forceDestroy"):
        scope.tell(f"emptying {resource_id}")
        empty(scope, resource_id)
    scope.client("s3").delete_bucket(Bucket=resource_id)


TYPES = (
    ResourceType(
        type="aws:s3/bucket:Bucket",
        service="s3",
        identity={"bucket": "Bucket"},
        id="{bucket}",
        name=AutoName(property="bucket", limit=63, lower=True, prefix_property="bucketPrefix"),
        create=_create,
        finish=_finish,
        read=_read,
        update=(Update(how=_update_tags, props=frozenset({"tagsAll"})),),
        delete=_delete,
        outputs={
            "arn": "arn:{partition}:s3:::{bucket}",
            "bucketDomainName": "{bucket}.s3.amazonaws.com",
            "bucketRegionalDomainName": "{bucket}.s3.{region}.amazonaws.com",
            "bucketRegion": "@bucketRegion",
            "hostedZoneId": "@hostedZoneId",
        },
        local=frozenset({"forceDestroy"}),
        unsupported=OF_THEIR_OWN,
        gone=GONE,
    ),
)
