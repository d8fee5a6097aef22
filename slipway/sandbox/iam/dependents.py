"""What a request needs beside its own action: a role to pass, a key to encrypt with, a source to copy from.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from slipway.sandbox.iam.calls import Call
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


Stored = Callable[[str, str], Encryption | None]
"""(bucket, key) -> how an object that is there is encrypted."""
Default = Callable[[str, str, str], Encryption | None]
"""(bucket, key, key of KMS that the request names or "") -> how a new object will be encrypted with KMS."""


def dependents_of(
    call: Call, place: Place, stored: Stored, default: Default, own: Sequence[Need] = ()
) -> list[Dependent]:
    """Return everything that a request needs beside its `own` actions."""
    if call.prefix == "s3":
        return _of_s3(call, place, stored, default)
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


def _of_s3(call: Call, place: Place, stored: Stored, default: Default) -> list[Dependent]:
    bucket, key = str(call.params.get("Bucket", "")), str(call.params.get("Key", ""))
    found: list[Dependent] = []
    arn = f"arn:{place.partition}:s3:::{bucket}/{key}"
    if call.operation in READS:
        found += _key_use("kms:Decrypt", stored(bucket, key), place)
    elif call.operation in WRITES:
        found += _key_use("kms:GenerateDataKey", _wanted(call, bucket, key, default), place)
        if "x-amz-tagging" in call.headers:
            found.append(Dependent(Need("s3:PutObjectTagging", arn)))
        if "x-amz-acl" in call.headers:
            found.append(Dependent(Need("s3:PutObjectAcl", arn)))
        if "x-amz-copy-source" in call.headers:
            found += _source(call, place, stored)
    return found


def _source(call: Call, place: Place, stored: Stored) -> list[Dependent]:
    source, _, version = call.headers["x-amz-copy-source"].partition("?versionId=")
    bucket, _, key = unquote(source).lstrip("/").partition("/")
    action = "s3:GetObjectVersion" if version else "s3:GetObject"
    need = Dependent(Need(action, f"arn:{place.partition}:s3:::{bucket}/{key}"))
    return [need, *_key_use("kms:Decrypt", stored(bucket, key), place)]


def _wanted(call: Call, bucket: str, key: str, default: Default) -> Encryption | None:
    if call.headers.get(HEADER, "aws:kms") not in {"aws:kms", "aws:kms:dsse"}:
        return None
    return default(bucket, key, call.headers.get(f"{HEADER}-aws-kms-key-id", ""))


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
