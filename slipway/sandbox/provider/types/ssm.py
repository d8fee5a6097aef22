"""Systems Manager: parameters."""

from typing import Any, Final

from slipway.sandbox.provider.declaration import Change, Made, Properties, ResourceType, Update
from slipway.sandbox.provider.naming import AutoName
from slipway.sandbox.provider.problems import GONE, Gone
from slipway.sandbox.provider.scope import Scope

MEMBERS: Final = {
    "type": "Type",
    "description": "Description",
    "tier": "Tier",
    "keyId": "KeyId",
    "allowedPattern": "AllowedPattern",
    "dataType": "DataType",
}


def _put(scope: Scope, inputs: Properties, *, overwrite: bool, tags: Properties) -> None:
    request: dict[str, Any] = {member: inputs[name] for name, member in MEMBERS.items() if name in inputs}
    # AWS takes tags only for a parameter that is new
    if tags:
        request["Tags"] = [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
    value = inputs["value"] if "value" in inputs else inputs.get("insecureValue", "")
    scope.client("ssm").put_parameter(Name=inputs["name"], Value=value, Overwrite=overwrite, **request)


def _create(scope: Scope, inputs: Properties) -> Made:
    overwrite = bool(inputs.get("overwrite"))
    _put(scope, inputs, overwrite=overwrite, tags={} if overwrite else inputs.get("tagsAll") or {})
    return Made(inputs["name"])


def _read(scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    client = scope.client("ssm")
    found = client.get_parameter(Name=resource_id, WithDecryption=True)["Parameter"]
    filters: Any = [{"Key": "Name", "Option": "Equals", "Values": [resource_id]}]
    listed = client.describe_parameters(ParameterFilters=filters)["Parameters"]
    if not listed:
        raise Gone
    tags = client.list_tags_for_resource(ResourceType="Parameter", ResourceId=resource_id)["TagList"]
    insecure = "insecureValue" in known
    return {
        "id": resource_id,
        "name": resource_id,
        "arn": found["ARN"],
        "version": found["Version"],
        "hasValueWo": False,
        "type": found["Type"],
        "value": None if insecure else found["Value"],
        "insecureValue": found["Value"] if insecure else None,
        "dataType": found.get("DataType"),
        **{name: listed[0].get(MEMBERS[name]) or None for name in ("description", "tier", "allowedPattern")},
        "keyId": listed[0].get("KeyId") if found["Type"] == "SecureString" else None,
        "tagsAll": {tag["Key"]: tag["Value"] for tag in tags},
    }


def _change(scope: Scope, change: Change) -> None:
    if change.changed - {"tags", "tagsAll"}:
        _put(scope, change.news, overwrite=True, tags={})
    old, new = change.olds.get("tagsAll") or {}, change.news.get("tagsAll") or {}
    client = scope.client("ssm")
    removed = sorted(old.keys() - new.keys())
    if removed:
        client.remove_tags_from_resource(ResourceType="Parameter", ResourceId=change.id, TagKeys=removed)
    added: Any = [{"Key": key, "Value": value} for key, value in sorted(new.items()) if old.get(key) != value]
    if added:
        client.add_tags_to_resource(ResourceType="Parameter", ResourceId=change.id, Tags=added)


def _delete(scope: Scope, resource_id: str, _inputs: Properties) -> None:
    scope.client("ssm").delete_parameter(Name=resource_id)


TYPES = (
    ResourceType(
        type="aws:ssm/parameter:Parameter",
        service="ssm",
        identity={"name": "Name"},
        id="{name}",
        name=AutoName(limit=1011),
        create=_create,
        read=_read,
        update=(Update(how=_change),),
        delete=_delete,
        outputs={"version": "@version", "hasValueWo": "@hasValueWo"},
        computed=frozenset({"dataType", "tier", "keyId", "insecureValue"}),
        local=frozenset({"overwrite", "arn"}),
        unsupported=dict.fromkeys(("valueWo", "valueWoVersion"), "use value, which is kept as a secret"),
        exactly_one=frozenset({"value", "insecureValue"}),
        quiet={"dataType": "text", "tier": "Standard"},
        gone=GONE | {"ParameterNotFound"},
    ),
)
