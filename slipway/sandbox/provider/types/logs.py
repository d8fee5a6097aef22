"""CloudWatch Logs: log groups."""

from typing import Any, Final

from slipway.sandbox.provider.declaration import Call, Change, Properties, ResourceType, Tags, Update
from slipway.sandbox.provider.naming import AutoName
from slipway.sandbox.provider.problems import Gone
from slipway.sandbox.provider.scope import Scope

TAGS: Final = Tags(
    read="list_tags_for_resource", add="tag_resource", remove="untag_resource", by="arn", parameter="resourceArn"
)
ARN: Final = "arn:{partition}:logs:{region}:{account}:log-group:{name}"


def _retain(scope: Scope, name: str, days: int) -> None:
    client = scope.client("logs")
    if days:
        client.put_retention_policy(logGroupName=name, retentionInDays=days)
    else:  # 0 is "for ever"
        client.delete_retention_policy(logGroupName=name)


def _finish(scope: Scope, resource_id: str, inputs: Properties) -> None:
    if inputs.get("retentionInDays"):
        _retain(scope, resource_id, int(inputs["retentionInDays"]))


def _change_retention(scope: Scope, change: Change) -> None:
    _retain(scope, change.id, int(change.news.get("retentionInDays") or 0))


def _change_key(scope: Scope, change: Change) -> None:
    client, key = scope.client("logs"), change.news.get("kmsKeyId")
    if key:
        client.associate_kms_key(logGroupName=change.id, kmsKeyId=key)
    else:
        client.disassociate_kms_key(logGroupName=change.id)


def _read(scope: Scope, resource_id: str, _known: Properties) -> dict[str, Any]:
    client = scope.client("logs")
    for page in client.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=resource_id):
        for group in page["logGroups"]:
            if group["logGroupName"] == resource_id:
                arn = str(group["arn"]).removesuffix(":*")
                return {
                    "name": resource_id,
                    "arn": arn,
                    "retentionInDays": group.get("retentionInDays", 0),
                    "kmsKeyId": group.get("kmsKeyId"),
                    "logGroupClass": group.get("logGroupClass"),
                    "tagsAll": client.list_tags_for_resource(resourceArn=arn)["tags"],
                }
    raise Gone


def _delete(scope: Scope, resource_id: str, inputs: Properties) -> None:
    if not inputs.get("skipDestroy"):
        scope.client("logs").delete_log_group(logGroupName=resource_id)


TYPES = (
    ResourceType(
        type="aws:cloudwatch/logGroup:LogGroup",
        service="logs",
        identity={"name": "logGroupName"},
        id="{name}",
        name=AutoName(limit=512),
        create=Call(
            operation="create_log_group", only=frozenset({"kmsKeyId", "logGroupClass", "deletionProtectionEnabled"})
        ),
        finish=_finish,
        read=_read,
        update=(
            Update(how=_change_retention, props=frozenset({"retentionInDays"})),
            Update(how=_change_key, props=frozenset({"kmsKeyId"})),
        ),
        delete=_delete,
        outputs={"arn": ARN},
        tags=TAGS,
        local=frozenset({"skipDestroy"}),
        write_only=frozenset({"deletionProtectionEnabled"}),
        quiet={"logGroupClass": "STANDARD"},
    ),
)
