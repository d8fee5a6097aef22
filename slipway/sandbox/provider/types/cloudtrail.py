"""CloudTrail: trails."""

from typing import Any, Final

from slipway.sandbox.provider.casing import members_of, properties_of
from slipway.sandbox.provider.declaration import Change, Made, Properties, ResourceType, Update
from slipway.sandbox.provider.facts import facts_of
from slipway.sandbox.provider.naming import AutoName
from slipway.sandbox.provider.problems import GONE
from slipway.sandbox.provider.scope import Scope

TRAIL: Final = "aws:cloudtrail/trail:Trail"
RENAMES: Final = {
    "cloudWatchLogsGroupArn": "CloudWatchLogsLogGroupArn",
    "cloudWatchLogsRoleArn": "CloudWatchLogsRoleArn",
    "enableLogFileValidation": "EnableLogFileValidation",
    "isMultiRegionTrail": "IsMultiRegionTrail",
}
DEFAULT_SELECTORS: Final = [{"readWriteType": "All", "includeManagementEvents": True}]
"""What CloudTrail selects when nothing was asked for."""
SELECTORS: Final = frozenset({"eventSelectors", "advancedEventSelectors", "insightSelectors"})
APART: Final = SELECTORS | {"name", "enableLogging", "tags", "tagsAll", "region"}


def _request(scope: Scope, operation: str, inputs: Properties) -> dict[str, Any]:
    shape = scope.client("cloudtrail").meta.service_model.operation_model(operation).input_shape
    plain = {name: value for name, value in inputs.items() if name not in APART}
    return members_of(plain, shape, RENAMES)


def _create(scope: Scope, inputs: Properties) -> Made:
    tags: Any = [{"Key": key, "Value": value} for key, value in sorted((inputs.get("tagsAll") or {}).items())]
    request = _request(scope, "CreateTrail", inputs)
    made = scope.client("cloudtrail").create_trail(Name=inputs["name"], TagsList=tags, **request)
    return Made(made["TrailARN"])


def _finish(scope: Scope, resource_id: str, inputs: Properties) -> None:
    client = scope.client("cloudtrail")
    start = client.start_logging if inputs.get("enableLogging", True) else client.stop_logging
    start(Name=resource_id)
    _select(scope, resource_id, inputs)


def _select(scope: Scope, trail: str, inputs: Properties) -> None:
    client = scope.client("cloudtrail")
    shape = client.meta.service_model.operation_model("PutEventSelectors").input_shape
    given = {name: inputs[name] for name in ("eventSelectors", "advancedEventSelectors") if inputs.get(name)}
    if given:
        client.put_event_selectors(TrailName=trail, **members_of(given, shape, {}))
    if inputs.get("insightSelectors"):
        shape = client.meta.service_model.operation_model("PutInsightSelectors").input_shape
        picked = members_of({"insightSelectors": inputs["insightSelectors"]}, shape, {})
        client.put_insight_selectors(TrailName=trail, **picked)


def _change(scope: Scope, change: Change) -> None:
    client = scope.client("cloudtrail")
    if change.changed - SELECTORS - {"enableLogging", "tags", "tagsAll"}:
        client.update_trail(Name=change.id, **_request(scope, "UpdateTrail", change.news))
    if change.changed & (SELECTORS | {"enableLogging"}):
        _finish(scope, change.id, change.news)
    old, new = change.olds.get("tagsAll") or {}, change.news.get("tagsAll") or {}
    removed: Any = [{"Key": key, "Value": old[key]} for key in sorted(old.keys() - new.keys())]
    if removed:
        client.remove_tags(ResourceId=change.id, TagsList=removed)
    added: Any = [{"Key": key, "Value": value} for key, value in sorted(new.items()) if old.get(key) != value]
    if added:
        client.add_tags(ResourceId=change.id, TagsList=added)


def _read(scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    client = scope.client("cloudtrail")
    found = client.get_trail(Name=resource_id)["Trail"]
    facts = facts_of(TRAIL)
    shape = client.meta.service_model.operation_model("GetTrail").output_shape.members["Trail"]
    seen = properties_of(found, facts.shape, shape, {**RENAMES, "enableLogFileValidation": "LogFileValidationEnabled"})
    seen.pop("eventSelectors", None)
    if not known or known.keys() & {"eventSelectors", "advancedEventSelectors"}:
        told = client.get_event_selectors(TrailName=resource_id)
        shape = client.meta.service_model.operation_model("GetEventSelectors").output_shape
        selected = properties_of(told, facts.shape, shape, {})
        seen |= {name: selected[name] for name in ("eventSelectors", "advancedEventSelectors") if selected.get(name)}
        if not known and seen.get("eventSelectors") == DEFAULT_SELECTORS:
            del seen["eventSelectors"]
    pairs = client.list_tags(ResourceIdList=[found["TrailARN"]])["ResourceTagList"]
    tags = pairs[0].get("TagsList", []) if pairs else []
    return {
        **seen,
        "id": found["TrailARN"],
        "name": found["Name"],
        "arn": found["TrailARN"],
        "homeRegion": found.get("HomeRegion", scope.region),
        "snsTopicArn": found.get("SnsTopicARN", ""),
        "enableLogging": bool(client.get_trail_status(Name=resource_id)["IsLogging"]),
        "tagsAll": {tag["Key"]: tag["Value"] for tag in tags},
    }


def _delete(scope: Scope, resource_id: str, _inputs: Properties) -> None:
    client = scope.client("cloudtrail")
    client.delete_trail(Name=client.get_trail(Name=resource_id)["Trail"]["Name"])


TYPES = (
    ResourceType(
        type=TRAIL,
        service="cloudtrail",
        identity={"id": "Name"},
        id="@id",
        name=AutoName(limit=128),
        create=_create,
        finish=_finish,
        read=_read,
        update=(Update(how=_change),),
        delete=_delete,
        outputs={name: f"@{name}" for name in ("arn", "homeRegion", "snsTopicArn")},
        gone=GONE | {"TrailNotFoundException"},
    ),
)
