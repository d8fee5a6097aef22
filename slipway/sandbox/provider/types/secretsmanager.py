"""Secrets Manager: secrets and the versions that hold their values."""

from typing import Any, Final

from slipway.sandbox.provider.declaration import Call, Made, Properties, ResourceType, Tags, Update
from slipway.sandbox.provider.naming import AutoName
from slipway.sandbox.provider.problems import Gone
from slipway.sandbox.provider.scope import Scope

TAGS: Final = Tags(read="describe_secret", add="tag_resource", remove="untag_resource", by="id", parameter="SecretId")
DEFAULT_WINDOW_DAYS: Final = 30
LOCAL: Final = frozenset({"forceOverwriteReplicaSecret", "recoveryWindowInDays"})


def _read(scope: Scope, resource_id: str, _known: Properties) -> dict[str, Any]:
    found = scope.client("secretsmanager").describe_secret(SecretId=resource_id)
    if found.get("DeletedDate"):
        raise Gone
    return {
        "id": found["ARN"],
        "arn": found["ARN"],
        "name": found["Name"],
        "description": found.get("Description") or None,
        "kmsKeyId": found.get("KmsKeyId"),
        "tagsAll": {tag["Key"]: tag["Value"] for tag in found.get("Tags", [])},
    }


def _delete(scope: Scope, resource_id: str, inputs: Properties) -> None:
    _read(scope, resource_id, {})  # one that is scheduled for deletion already is gone
    window = int(inputs.get("recoveryWindowInDays", DEFAULT_WINDOW_DAYS))
    how: dict[str, Any] = {"RecoveryWindowInDays": window} if window else {"ForceDeleteWithoutRecovery": True}
    scope.client("secretsmanager").delete_secret(SecretId=resource_id, **how)


def _put_version(scope: Scope, inputs: Properties) -> Made:
    request = {"SecretId": inputs["secretId"]}
    for name in ("secretString", "secretBinary", "versionStages"):
        if name in inputs:
            request[name[0].upper() + name[1:]] = inputs[name]
    made = scope.client("secretsmanager").put_secret_value(**request)
    return Made(f"{made['ARN']}|{made['VersionId']}", {"arn": made["ARN"], "versionId": made["VersionId"]})


def _read_version(scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    arn, version = resource_id.split("|", 1)
    found = scope.client("secretsmanager").get_secret_value(SecretId=arn, VersionId=version)
    return {
        "secretId": known.get("secretId", arn),
        "secretArn": found["ARN"],
        "hasSecretStringWo": False,
        "arn": found["ARN"],
        "versionId": found["VersionId"],
        "secretString": found.get("SecretString"),
        "versionStages": found.get("VersionStages"),
    }


def _leave_version(_scope: Scope, _resource_id: str, _inputs: Properties) -> None:
    """Do nothing: AWS keeps versions until the secret goes, and drops the unlabelled ones by itself."""


TYPES = (
    ResourceType(
        type="aws:secretsmanager/secret:Secret",
        service="secretsmanager",
        identity={"id": "SecretId"},
        id="@ARN",
        name=AutoName(limit=512),
        create=Call(operation="create_secret", by={}, only=frozenset({"name", "description", "kmsKeyId"})),
        read=_read,
        update=(
            Update(
                how=Call(operation="update_secret", only=frozenset({"description", "kmsKeyId"})),
                props=frozenset({"description", "kmsKeyId"}),
            ),
        ),
        delete=_delete,
        outputs={"arn": "@ARN"},
        tags=TAGS,
        local=LOCAL,
        unsupported={
            "policy": "the sandbox does not judge resource policies of secrets",
            "replicas": "the sandbox keeps a secret in one region",
        },
    ),
    ResourceType(
        type="aws:secretsmanager/secretVersion:SecretVersion",
        service="secretsmanager",
        identity={"id": "VersionId"},
        id="@versionId",
        create=_put_version,
        read=_read_version,
        delete=_leave_version,
        outputs={"arn": "@arn", "versionId": "@versionId", "secretArn": "@secretArn"},
        computed=frozenset({"versionStages"}),
        unsupported=dict.fromkeys(("secretStringWo", "secretStringWoVersion"), "use secretString"),
        quiet={"versionStages": ["AWSCURRENT"]},
    ),
)
