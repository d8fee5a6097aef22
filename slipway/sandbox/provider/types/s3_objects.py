"""S3 objects made from a file, a text or base64; the id is the key, an import names bucket/key."""

import base64
import urllib.request
from pathlib import Path
from typing import Any, Final

import grpc

from slipway.sandbox.provider.casing import members_of, properties_of
from slipway.sandbox.provider.declaration import Change, Made, Properties, ResourceType, Update
from slipway.sandbox.provider.facts import facts_of
from slipway.sandbox.provider.problems import Problem
from slipway.sandbox.provider.scope import Scope
from slipway.sandbox.provider.types.s3_buckets import empty, tag_set

OBJECT: Final = "aws:s3/bucketObjectv2:BucketObjectv2"
RENAMES: Final = {
    "acl": "ACL", "kmsKeyId": "SSEKMSKeyId", "etag": "", "websiteRedirect": "WebsiteRedirectLocation",
    "objectLockLegalHoldStatus": "ObjectLockLegalHoldStatus",
}  # fmt: skip
CONTENT: Final = frozenset({"source", "content", "contentBase64"})
NOT_SENT: Final = CONTENT | {
    "bucket",
    "key",
    "etag",
    "sourceHash",
    "tags",
    "tagsAll",
    "region",
    "forceDestroy",
    "overrideProvider",
}


def _body(inputs: Properties) -> bytes:
    if "contentBase64" in inputs:
        return base64.b64decode(inputs["contentBase64"])
    if "content" in inputs:
        return str(inputs["content"]).encode()
    source = inputs.get("source") or {}
    if "text" in source:
        return str(source["text"]).encode()
    if "path" in source:
        return Path(source["path"]).read_bytes()
    if str(source.get("uri", "")).startswith("file:"):
        with urllib.request.urlopen(source["uri"]) as opened:  # noqa: S310  file: only
            return bytes(opened.read())
    raise Problem(
        grpc.StatusCode.INVALID_ARGUMENT,
        f"{OBJECT}: nothing to upload: give source (a file asset or a string asset), content or contentBase64",
    )


def _put(scope: Scope, inputs: Properties) -> dict[str, Any]:
    client = scope.client("s3")
    shape = client.meta.service_model.operation_model("PutObject").input_shape
    request = members_of({name: value for name, value in inputs.items() if name not in NOT_SENT}, shape, RENAMES)
    if inputs.get("tagsAll"):
        request["Tagging"] = _query(inputs["tagsAll"])
    if "kmsKeyId" in inputs:
        request.setdefault("ServerSideEncryption", "aws:kms")
    answer: dict[str, Any] = client.put_object(
        Bucket=inputs["bucket"], Key=inputs["key"], Body=_body(inputs), **request
    )
    return answer


def _query(tags: Properties) -> str:
    from urllib.parse import urlencode  # noqa: PLC0415

    return urlencode(sorted(tags.items()))


def _create(scope: Scope, inputs: Properties) -> Made:
    return Made(str(inputs["key"]), _put(scope, inputs))


def _read(scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    bucket, key = (known["bucket"], known["key"]) if known else resource_id.removeprefix("s3://").split("/", 1)
    client = scope.client("s3")
    answer = client.head_object(Bucket=bucket, Key=key)
    shape = client.meta.service_model.operation_model("HeadObject").output_shape
    seen = properties_of(answer, facts_of(OBJECT).shape, shape, RENAMES)
    pairs = client.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]
    etag = answer["ETag"].strip('"')
    found = {name: value for name, value in seen.items() if name not in NOT_SENT}
    return {
        **found,
        "id": key,
        "bucket": bucket,
        "key": key,
        "arn": f"arn:{scope.partition}:s3:::{bucket}/{key}",
        "etag": etag,
        "versionId": answer.get("VersionId", ""),
        "tagsAll": {pair["Key"]: pair["Value"] for pair in pairs},
    }


def _update(scope: Scope, change: Change) -> None:
    if change.changed <= {"tags", "tagsAll"}:
        scope.client("s3").put_object_tagging(
            Bucket=change.news["bucket"], Key=change.id, Tagging={"TagSet": tag_set(change.news.get("tagsAll"))}
        )
    else:
        _put(scope, change.news)


def _delete(scope: Scope, resource_id: str, inputs: Properties) -> None:
    # the older versions go too, as with the real provider: a versioned bucket could not be deleted otherwise
    empty(scope, str(inputs["bucket"]), resource_id)


TYPES = (
    ResourceType(
        type=OBJECT,
        service="s3",
        identity={"bucket": "Bucket", "key": "Key"},
        id="{key}",
        create=_create,
        read=_read,
        update=(Update(how=_update),),
        delete=_delete,
        outputs={"arn": "arn:{partition}:s3:::{bucket}/{key}"},
        computed=frozenset({"etag", "versionId", "contentType", "storageClass"}),
        local=frozenset({"forceDestroy", "overrideProvider", "sourceHash"}),
        write_only=CONTENT | {"acl", "checksumAlgorithm", "etag"},
        renames=RENAMES,
        quiet={"contentType": "binary/octet-stream", "storageClass": "STANDARD", "serverSideEncryption": "AES256"},
    ),
)
