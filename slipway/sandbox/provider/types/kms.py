"""KMS keys and aliases. A deleted key stays, PendingDeletion, for its window: that counts as gone."""

import json
from typing import Any, Final

from slipway.sandbox.provider.declaration import Call, Change, Made, Properties, ResourceType, Tags, Update
from slipway.sandbox.provider.naming import AutoName
from slipway.sandbox.provider.problems import Gone
from slipway.sandbox.provider.scope import Scope

DEFAULT_WINDOW_DAYS: Final = 30
TAGS: Final = Tags(read="list_resource_tags", add="tag_resource", remove="untag_resource", by="id", parameter="KeyId")


def _create(scope: Scope, inputs: Properties) -> Made:
    request: dict[str, Any] = {
        "Description": inputs.get("description", ""),
        "KeyUsage": inputs.get("keyUsage", "ENCRYPT_DECRYPT"),
        "KeySpec": inputs.get("customerMasterKeySpec", "SYMMETRIC_DEFAULT"),
        "MultiRegion": bool(inputs.get("multiRegion", False)),
        "BypassPolicyLockoutSafetyCheck": bool(inputs.get("bypassPolicyLockoutSafetyCheck", False)),
    }
    given = {"policy": "Policy", "customKeyStoreId": "CustomKeyStoreId", "xksKeyId": "XksKeyId"}
    request.update({member: inputs[name] for name, member in given.items() if name in inputs})
    if inputs.get("tagsAll"):
        request["Tags"] = [{"TagKey": key, "TagValue": value} for key, value in sorted(inputs["tagsAll"].items())]
    made = scope.client("kms").create_key(**request)["KeyMetadata"]
    return Made(made["KeyId"], made)


def _finish(scope: Scope, resource_id: str, inputs: Properties) -> None:
    if inputs.get("enableKeyRotation"):
        _set_rotation(scope, resource_id, inputs)
    if inputs.get("isEnabled") is False:
        scope.client("kms").disable_key(KeyId=resource_id)


def _set_rotation(scope: Scope, key: str, inputs: Properties) -> None:
    client = scope.client("kms")
    if not inputs.get("enableKeyRotation"):
        client.disable_key_rotation(KeyId=key)
        return
    days = {"RotationPeriodInDays": inputs["rotationPeriodInDays"]} if "rotationPeriodInDays" in inputs else {}
    client.enable_key_rotation(KeyId=key, **days)


def _read(scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    client = scope.client("kms")
    found = client.describe_key(KeyId=resource_id)["KeyMetadata"]
    if found["KeyState"] in {"PendingDeletion", "PendingReplicaDeletion"}:
        raise Gone
    key = found["KeyId"]
    policy = client.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
    pairs = client.list_resource_tags(KeyId=key)["Tags"]
    return {
        "id": key,
        "keyId": key,
        "arn": found["Arn"],
        "description": found.get("Description"),
        "isEnabled": bool(found["Enabled"]),
        "keyUsage": found["KeyUsage"],
        "customerMasterKeySpec": found["KeySpec"],
        "multiRegion": bool(found.get("MultiRegion", False)),
        "enableKeyRotation": bool(client.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]),
        # AWS fills in a policy of its own: only a key that was given one, or an import of another policy, states it
        "policy": None if not known and _is_aws_own(policy, scope.account) else policy,
        "tagsAll": {pair["TagKey"]: pair["TagValue"] for pair in pairs},
    }


def _is_aws_own(policy: str, account: str) -> bool:
    statements = json.loads(policy).get("Statement", [])
    return len(statements) == 1 and statements[0].get("Sid") == "Enable IAM User Permissions" and account in policy


def _change_enabled(scope: Scope, change: Change) -> None:
    client = scope.client("kms")
    (client.enable_key if change.news.get("isEnabled", True) else client.disable_key)(KeyId=change.id)


def _change_policy(scope: Scope, change: Change) -> None:
    if "policy" in change.news:
        scope.client("kms").put_key_policy(KeyId=change.id, PolicyName="default", Policy=change.news["policy"])


def _delete(scope: Scope, resource_id: str, inputs: Properties) -> None:
    from botocore.exceptions import ClientError  # noqa: PLC0415

    from slipway.sandbox.provider.problems import code_of  # noqa: PLC0415

    window = int(inputs.get("deletionWindowInDays") or DEFAULT_WINDOW_DAYS)
    try:
        scope.client("kms").schedule_key_deletion(KeyId=resource_id, PendingWindowInDays=window)
    except ClientError as error:
        if code_of(error) not in {"KMSInvalidStateException", "NotFoundException"}:
            raise
        _read(scope, resource_id, {"known": True})  # raises Gone when the key is on its way out already
        raise


def _read_alias(scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    for page in scope.client("kms").get_paginator("list_aliases").paginate():
        for alias in page["Aliases"]:
            if alias["AliasName"] == resource_id and alias.get("TargetKeyId"):
                arn, target = alias["AliasArn"], alias["TargetKeyId"]
                key_arn = f"{arn.rsplit(':', 1)[0]}:key/{target}"
                # a program may name the key by its id or by its ARN
                given = key_arn if known.get("targetKeyId") == key_arn else target
                return {"name": resource_id, "arn": arn, "targetKeyId": given, "targetKeyArn": key_arn}
    raise Gone


ALIAS: Final = {"name": "AliasName"}

TYPES = (
    ResourceType(
        type="aws:kms/key:Key",
        service="kms",
        identity={"id": "KeyId"},
        id="@KeyId",
        create=_create,
        finish=_finish,
        read=_read,
        update=(
            Update(
                how=Call(operation="update_key_description", only=frozenset({"description"})),
                props=frozenset({"description"}),
            ),
            Update(how=_change_policy, props=frozenset({"policy"})),
            Update(
                how=lambda scope, change: _set_rotation(scope, change.id, change.news),
                props=frozenset({"enableKeyRotation", "rotationPeriodInDays"}),
            ),
            Update(how=_change_enabled, props=frozenset({"isEnabled"})),
        ),
        delete=_delete,
        outputs={"arn": "@Arn", "keyId": "@KeyId"},
        tags=TAGS,
        documents=frozenset({"policy"}),
        local=frozenset({"deletionWindowInDays", "bypassPolicyLockoutSafetyCheck"}),
        write_only=frozenset({"rotationPeriodInDays", "customKeyStoreId", "xksKeyId"}),
        quiet={"multiRegion": False},
    ),
    ResourceType(
        type="aws:kms/alias:Alias",
        service="kms",
        identity=ALIAS,
        id="{name}",
        name=AutoName(limit=256, prefix="alias/"),
        create=Call(operation="create_alias"),
        read=_read_alias,
        update=(Update(how=Call(operation="update_alias")),),
        delete=Call(operation="delete_alias"),
        outputs={
            "arn": "arn:{partition}:kms:{region}:{account}:{name}",
            "targetKeyArn": "@targetKeyArn",
        },
    ),
)
