"""What a request needs beside its own action: a role to pass, a key to encrypt with, a source to copy from.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote

from slipway.sandbox.gateway.calls import Call
from slipway.sandbox.iam.request_tags import tags_of
from slipway.sandbox.iam.resources import Need, Place, values_at

WRITES = ("PutObject", "CopyObject", "CreateMultipartUpload", "UploadPart", "UploadPartCopy")
READS = ("GetObject", "HeadObject", "SelectObjectContent")
READING_A_ROLE = ("Describe", "List", "Get", "Delete", "Stop", "Search")
"""Operations that begin so name a role only to find something by it."""
TAGGING = {
    "sagemaker": "sagemaker:AddTags",
    "ec2": "ec2:CreateTags",
    "ecr": "ecr:TagResource",
    "events": "events:TagResource",
    "kms": "kms:TagResource",
    "logs": "logs:TagResource",
    "secretsmanager": "secretsmanager:TagResource",
    "sns": "sns:TagResource",
    "sqs": "sqs:TagQueue",
    "application-autoscaling": "application-autoscaling:TagResource",
}
"""What making something with tags needs beside making it; IAM's own are `iam:TagRole` for CreateRole and so on."""
MAKING = ("Create", "Put", "Register", "Run", "Allocate", "Replicate")
HEADER = "x-amz-server-side-encryption"


@dataclass(frozen=True)
class Encryption:
    """The key of KMS under which S3 keeps an object."""

    key: str
    """Its ARN."""
    context: str
    """The value of the encryption context `aws:s3:arn`: the object's ARN, or the bucket's with a bucket key."""


@dataclass(frozen=True)
class Dependent:
    """A permission of another kind, and the condition keys that come with it."""

    need: Need
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Objects(Protocol):
    """What S3 keeps, as far as it bears on permissions."""

    def absent(self, bucket: str, key: str) -> bool:
        """Tell whether a bucket that is there has no such object."""

    def stored(self, bucket: str, key: str) -> Encryption | None:
        """Return the key under which an object that is there is encrypted, if it is one of KMS."""

    def default(self, bucket: str, key: str, named: str, place: Place) -> Encryption | None:
        """Return the key under which a new object will be encrypted, if it is one of KMS that can be told.

        `named` is the key that the request names, or empty.
        """


def dependents_of(call: Call, place: Place, objects: Objects, own: Sequence[Need] = ()) -> list[Dependent]:
    """Return everything that a request needs beside its `own` actions."""
    if call.prefix == "s3":
        return _of_s3(call, place, objects)
    if call.operation.startswith(READING_A_ROLE):
        return []
    return [*_passed(call), *_of_a_profile(call, place), *_tagged(call, own)]


def _passed(call: Call) -> list[Dependent]:
    rule = _pass_role().get(call.prefix)
    if rule is None:
        return []
    roles = [role for path in rule["parameters"] for role in values_at(call.params, path)]
    keys = {"iam:PassedToService": (str(rule["service"]),)}
    return [Dependent(Need("iam:PassRole", str(role)), keys) for role in dict.fromkeys(roles) if ":role/" in str(role)]


def _tagged(call: Call, own: Sequence[Need]) -> list[Dependent]:
    if not call.operation.startswith(MAKING) or not own or not tags_of(call):
        return []
    iam = f"iam:Tag{call.operation.removeprefix('Create')}" if call.prefix == "iam" else None
    action = TAGGING.get(call.prefix, iam)
    resource = own[0].resource.removesuffix(":log-stream:")
    return [] if action is None else [Dependent(Need(action, resource))]


def _of_a_profile(call: Call, place: Place) -> list[Dependent]:
    """Return nothing but for IAM: a role in an instance profile is passed to EC2."""
    if (call.prefix, call.operation) != ("iam", "AddRoleToInstanceProfile"):
        return []
    role = str(call.params.get("RoleName", ""))
    return [
        Dependent(
            Need("iam:PassRole", f"arn:{place.partition}:iam::{place.account}:role/{role}"),
            {"iam:PassedToService": ("ec2.amazonaws.com",)},
        )
    ]


def _of_s3(call: Call, place: Place, objects: Objects) -> list[Dependent]:
    bucket, key = str(call.params.get("Bucket", "")), str(call.params.get("Key", ""))
    found: list[Dependent] = []
    arn = f"arn:{place.partition}:s3:::{bucket}/{key}"
    if call.operation in READS:
        found += _key_use("kms:Decrypt", objects.stored(bucket, key), place)
        if objects.absent(bucket, key):  # only who may list a bucket is told that something is not in it
            found.append(Dependent(Need("s3:ListBucket", f"arn:{place.partition}:s3:::{bucket}")))
    elif call.operation in WRITES:
        found += _key_use("kms:GenerateDataKey", _wanted(call, place, objects), place)
        if "x-amz-tagging" in call.headers:
            found.append(Dependent(Need("s3:PutObjectTagging", arn)))
        if "x-amz-acl" in call.headers:
            found.append(Dependent(Need("s3:PutObjectAcl", arn)))
        if "x-amz-copy-source" in call.headers:
            found += _source(call, place, objects)
    return found


def _source(call: Call, place: Place, objects: Objects) -> list[Dependent]:
    source, _, version = call.headers["x-amz-copy-source"].partition("?versionId=")
    bucket, _, key = unquote(source).lstrip("/").partition("/")
    action = "s3:GetObjectVersion" if version else "s3:GetObject"
    need = Dependent(Need(action, f"arn:{place.partition}:s3:::{bucket}/{key}"))
    return [need, *_key_use("kms:Decrypt", objects.stored(bucket, key), place)]


def _wanted(call: Call, place: Place, objects: Objects) -> Encryption | None:
    if call.headers.get(HEADER, "aws:kms") not in {"aws:kms", "aws:kms:dsse"}:
        return None
    bucket, key = str(call.params.get("Bucket", "")), str(call.params.get("Key", ""))
    return objects.default(bucket, key, call.headers.get(f"{HEADER}-aws-kms-key-id", ""), place)


def _key_use(action: str, encryption: Encryption | None, place: Place) -> list[Dependent]:
    if encryption is None:
        return []
    keys = {
        "kms:ViaService": (f"s3.{place.region}.amazonaws.com",),
        "kms:EncryptionContext:aws:s3:arn": (encryption.context,),
        "kms:EncryptionContextKeys": ("aws:s3:arn",),
    }
    return [Dependent(Need(action, encryption.key), keys)]


@cache
def _pass_role() -> Mapping[str, Any]:
    read: Mapping[str, Any] = json.loads(Path(__file__).with_name("pass_role.json").read_text(encoding="utf-8"))
    return read
