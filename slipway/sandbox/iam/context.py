"""The condition keys that a request carries: whose it is, what it asks for, and how it came.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from slipway.sandbox.gateway.calls import Call
from slipway.sandbox.iam.keys import RequestKeys, Values
from slipway.sandbox.iam.principals import Caller
from slipway.sandbox.iam.request_tags import tags_of
from slipway.sandbox.iam.resources import Place, values_at

TYPES = {
    "administrator": "Account",
    "user": "User",
    "role": "AssumedRole",
    "service": "AWSService",
    "federated": "WebIdentity",
}
S3_HEADERS = (
    "x-amz-acl", "x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id", "x-amz-storage-class",
    "x-amz-content-sha256", "x-amz-copy-source",
)  # fmt: skip
S3_QUERY = {"Prefix": "s3:prefix", "Delimiter": "s3:delimiter", "MaxKeys": "s3:max-keys", "VersionId": "s3:VersionId"}
PARAMETERS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "sagemaker": {
        "sagemaker:InstanceTypes": (
            "ResourceConfig.InstanceType", "ResourceConfig.InstanceGroups.InstanceType", "InstanceType",
            "ProductionVariants.InstanceType", "ShadowProductionVariants.InstanceType",
            "ProcessingResources.ClusterConfig.InstanceType", "TransformResources.InstanceType",
            "TrainingJobDefinition.ResourceConfig.InstanceType",
        ),
        "sagemaker:VpcSubnets": ("VpcConfig.Subnets", "NetworkConfig.VpcConfig.Subnets", "SubnetId", "SubnetIds"),
        "sagemaker:VpcSecurityGroupIds": (
            "VpcConfig.SecurityGroupIds", "NetworkConfig.VpcConfig.SecurityGroupIds", "SecurityGroupIds",
        ),
        "sagemaker:VolumeKmsKey": (
            "ResourceConfig.VolumeKmsKeyId", "KmsKeyId", "TransformResources.VolumeKmsKeyId",
            "ProcessingResources.ClusterConfig.VolumeKmsKeyId",
        ),
        "sagemaker:OutputKmsKey": (
            "OutputDataConfig.KmsKeyId", "ProcessingOutputConfig.KmsKeyId", "TransformOutput.KmsKeyId",
        ),
        "sagemaker:NetworkIsolation": ("EnableNetworkIsolation", "NetworkConfig.EnableNetworkIsolation"),
        "sagemaker:InterContainerTrafficEncryption": ("EnableInterContainerTrafficEncryption",),
        "sagemaker:MaxRuntimeInSeconds": ("StoppingCondition.MaxRuntimeInSeconds",),
        "sagemaker:ModelApprovalStatus": ("ModelApprovalStatus",),
        "sagemaker:RootAccess": ("RootAccess",),
        "sagemaker:DirectInternetAccess": ("DirectInternetAccess",),
    },
    "cloudwatch": {"cloudwatch:namespace": ("Namespace",)},
    "sts": {"sts:ExternalId": ("ExternalId",), "sts:RoleSessionName": ("RoleSessionName",)},
    "events": {"events:source": ("Entries.Source",), "events:detail-type": ("Entries.DetailType",)},
    "kms": {"kms:GrantOperations": ("Operations",), "kms:GranteePrincipal": ("GranteePrincipal",)},
    "secretsmanager": {"secretsmanager:SecretId": ("SecretId",)},
    "sns": {"sns:Protocol": ("Protocol",), "sns:Endpoint": ("Endpoint",)},
}  # fmt: skip
"""Condition keys that are parameters, by the paths at which the operations of a service have them."""
BOOLEAN = ("sagemaker:NetworkIsolation", "sagemaker:InterContainerTrafficEncryption")


def keys_of(
    call: Call, caller: Caller, place: Place, now: datetime, *, principal_tags: Mapping[str, str], user_id: str = ""
) -> RequestKeys:
    """Return the keys of a request; `aws:ResourceTag/` and the like are added for each resource that it is about."""
    values: dict[str, Values] = {
        "aws:CurrentTime": (now.strftime("%Y-%m-%dT%H:%M:%SZ"),),
        "aws:EpochTime": (str(int(now.timestamp())),),
        # the sandbox speaks plain HTTP on the loopback and stands for endpoints that speak TLS
        "aws:SecureTransport": ("true",),
        "aws:SourceIp": ("127.0.0.1",),
        "aws:UserAgent": (call.headers.get("user-agent", ""),),
        "aws:PrincipalArn": (caller.role_arn or caller.arn,),
        "aws:PrincipalAccount": (caller.account,),
        "aws:SourceOwner": (caller.account,),  # in the policy that SNS gives a new topic
        "aws:PrincipalType": (TYPES[caller.kind],),
        "aws:PrincipalIsAWSService": (str(caller.kind == "service").lower(),),
        "aws:ViaAWSService": ("false",),
        "aws:RequestedRegion": (place.region,),
        **_of_user(caller, user_id),
        **_tags(call),
        **_of_service(call, caller),
    }
    return RequestKeys(values, {"aws:PrincipalTag/": lookup_in(principal_tags)})


def lookup_in(tags: Mapping[str, str]) -> Callable[[str], Values | None]:
    """Return a lookup of tags; their keys are compared without regard to case, as IAM does."""
    lower = {name.lower(): value for name, value in tags.items()}
    return lambda name: (lower[name.lower()],) if name.lower() in lower else None


def _of_user(caller: Caller, user_id: str) -> dict[str, Values]:
    found: dict[str, Values] = {"aws:userid": (user_id,)} if user_id else {}
    if caller.kind == "user":
        found["aws:username"] = (caller.arn.rpartition("/")[2],)
    return found


def _tags(call: Call) -> dict[str, Values]:
    tags = tags_of(call)
    if not tags:
        removed = [str(each) for path in ("TagKeys", "tagKeys") for each in values_at(call.params, path)]
        return {"aws:TagKeys": tuple(dict.fromkeys(removed))} if removed else {}
    return {"aws:TagKeys": tuple(tags)} | {f"aws:RequestTag/{name}": (value,) for name, value in tags.items()}


def _of_service(call: Call, caller: Caller) -> dict[str, Values]:
    found: dict[str, Values] = {}
    for key, paths in PARAMETERS.get(call.prefix, {}).items():
        held = [_text(value) for path in paths for value in values_at(call.params, path) if not isinstance(value, dict)]
        if held:
            found[key] = tuple(dict.fromkeys(held))
        elif key in BOOLEAN and call.operation.startswith("Create"):
            found[key] = ("false",)
    if call.prefix == "s3":
        found |= _of_s3(call)
    elif call.prefix == "kms":
        found |= _of_kms(call, caller)
    return found


def _of_s3(call: Call) -> dict[str, Values]:
    found: dict[str, Values] = {"s3:TlsVersion": ("1.3",), "s3:signatureversion": ("AWS4-HMAC-SHA256",)}
    found |= {f"s3:{name}": (call.headers[name],) for name in S3_HEADERS if name in call.headers}
    found |= {key: (str(call.params[name]),) for name, key in S3_QUERY.items() if name in call.params}
    tags = parse_qsl(call.headers.get("x-amz-tagging", ""), keep_blank_values=True)
    if tags:
        found["s3:RequestObjectTagKeys"] = tuple(name for name, _ in tags)
        found |= {f"s3:RequestObjectTag/{name}": (value,) for name, value in tags}
    return found


def _of_kms(call: Call, caller: Caller) -> dict[str, Values]:
    context = call.params.get("EncryptionContext")
    found: dict[str, Values] = {"kms:CallerAccount": (caller.account,)}
    if isinstance(context, Mapping) and context:
        found |= {f"kms:EncryptionContext:{name}": (str(value),) for name, value in context.items()}
        found["kms:EncryptionContextKeys"] = tuple(context)
    key = call.params.get("KeyId", "")
    if isinstance(key, str) and "alias/" in key:
        found["kms:RequestAlias"] = ("alias/" + key.partition("alias/")[2],)
    if call.operation == "CreateGrant":
        found["kms:GrantIsForAWSResource"] = ("false",)
    return found


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
