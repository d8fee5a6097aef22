"""Athena: work groups and named queries. The sandbox keeps them and runs no query."""

from typing import Any, Final

from slipway.sandbox.provider.casing import members_of, properties_of
from slipway.sandbox.provider.declaration import Call, Change, Doubtful, Made, Properties, ResourceType, Tags, Update
from slipway.sandbox.provider.facts import facts_of
from slipway.sandbox.provider.naming import AutoName
from slipway.sandbox.provider.scope import Scope

WORKGROUP: Final = "aws:athena/workgroup:Workgroup"
TAGS: Final = Tags(
    read="list_tags_for_resource", add="tag_resource", remove="untag_resource", by="arn", parameter="ResourceARN"
)
ARN: Final = "arn:{partition}:athena:{region}:{account}:workgroup/{name}"
ENABLED: Final = "ENABLED"
UNLESS_SAID: Final = {"enforceWorkgroupConfiguration": True, "publishCloudwatchMetricsEnabled": True}
"""Defaults of the real provider inside `configuration`."""
QUIET: Final = {**UNLESS_SAID, "enableMinimumEncryptionConfiguration": False, "requesterPaysEnabled": False}
REMOVED: Final = {
    "bytesScannedCutoffPerQuery": "RemoveBytesScannedCutoffPerQuery",
    "customerContentEncryptionConfiguration": "RemoveCustomerContentEncryptionConfiguration",
}
REMOVED_OF_RESULTS: Final = {
    "aclConfiguration": "RemoveAclConfiguration",
    "encryptionConfiguration": "RemoveEncryptionConfiguration",
    "expectedBucketOwner": "RemoveExpectedBucketOwner",
    "outputLocation": "RemoveOutputLocation",
}


def _shape(scope: Scope, operation: str) -> Any:
    return scope.client("athena").meta.service_model.operation_model(operation).input_shape


def _create(scope: Scope, inputs: Properties) -> Made:
    given = {**UNLESS_SAID, **(inputs.get("configuration") or {})}
    scope.client("athena").create_work_group(
        Name=inputs["name"],
        Description=inputs.get("description", ""),
        Configuration=members_of(given, _shape(scope, "CreateWorkGroup").members["Configuration"]),
        Tags=[{"Key": key, "Value": value} for key, value in sorted((inputs.get("tagsAll") or {}).items())],
    )
    return Made(inputs["name"])


def _finish(scope: Scope, resource_id: str, inputs: Properties) -> None:
    if inputs.get("state", ENABLED) != ENABLED:  # a new one is enabled
        scope.client("athena").update_work_group(WorkGroup=resource_id, State=inputs["state"])


def _change(scope: Scope, change: Change) -> None:
    old = change.olds.get("configuration") or {}
    new = {**UNLESS_SAID, **(change.news.get("configuration") or {})}
    shape = _shape(scope, "UpdateWorkGroup").members["ConfigurationUpdates"]
    updates = members_of({name: value for name, value in new.items() if name != "resultConfiguration"}, shape)
    updates |= {member: True for name, member in REMOVED.items() if name in old and name not in new}
    results, had = new.get("resultConfiguration") or {}, old.get("resultConfiguration") or {}
    updates["ResultConfigurationUpdates"] = {
        **members_of(results, shape.members["ResultConfigurationUpdates"]),
        **{member: True for name, member in REMOVED_OF_RESULTS.items() if name in had and name not in results},
    }
    scope.client("athena").update_work_group(
        WorkGroup=change.id,
        Description=change.news.get("description", ""),
        State=change.news.get("state", ENABLED),
        ConfigurationUpdates=updates,
    )


def _read(scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    client = scope.client("athena")
    found = client.get_work_group(WorkGroup=resource_id)["WorkGroup"]
    shape = client.meta.service_model.operation_model("GetWorkGroup").output_shape.members["WorkGroup"]
    seen = properties_of(found, facts_of(WORKGROUP).shape, shape)
    if not known:  # an import tells what a program would: nothing that AWS or the real provider fills in
        told = seen["configuration"] or {}
        seen["configuration"] = {
            name: value for name, value in told.items() if QUIET.get(name) != value and name != "engineVersion"
        }
    arn = f"arn:{scope.partition}:athena:{scope.region}:{scope.account}:workgroup/{resource_id}"
    pairs = client.list_tags_for_resource(ResourceARN=arn)["Tags"]
    return {
        **seen,
        "description": found.get("Description") or None,
        "arn": arn,
        "tagsAll": {pair["Key"]: pair["Value"] for pair in pairs},
    }


def _delete(scope: Scope, resource_id: str, inputs: Properties) -> None:
    recursive = bool(inputs.get("forceDestroy"))
    scope.client("athena").delete_work_group(WorkGroup=resource_id, RecursiveDeleteOption=recursive)


def _group_exists(scope: Scope, name: str) -> bool:
    client = scope.client("athena")
    token: dict[str, str] = {}
    while True:
        page = client.list_work_groups(**token)
        if any(group["Name"] == name for group in page["WorkGroups"]):
            return True
        if not page.get("NextToken"):
            return False
        token = {"NextToken": page["NextToken"]}


def _query_exists(scope: Scope, query_id: str) -> bool:
    found = scope.client("athena").batch_get_named_query(NamedQueryIds=[query_id])
    return bool(found.get("NamedQueries"))


INVALID: Final = frozenset({"InvalidRequestException"})

TYPES = (
    ResourceType(
        type=WORKGROUP,
        service="athena",
        identity={"name": "WorkGroup"},
        id="{name}",
        name=AutoName(limit=128),
        create=_create,
        finish=_finish,
        read=_read,
        update=(Update(how=_change, props=frozenset({"configuration", "description", "state"})),),
        delete=_delete,
        outputs={"arn": ARN},
        renames={"name": "Name"},
        local=frozenset({"forceDestroy"}),
        tags=TAGS,
        doubtful=Doubtful(codes=INVALID, exists=_group_exists),
    ),
    ResourceType(
        type="aws:athena/namedQuery:NamedQuery",
        service="athena",
        identity={"id": "NamedQueryId"},
        id="@NamedQueryId",
        name=AutoName(limit=128),
        create=Call(operation="create_named_query", by={}),
        read=Call(operation="get_named_query", at="NamedQuery"),
        delete=Call(operation="delete_named_query"),
        renames={"query": "QueryString"},
        doubtful=Doubtful(codes=INVALID, exists=_query_exists),
    ),
)
