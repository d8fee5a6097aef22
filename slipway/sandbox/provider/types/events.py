"""EventBridge: rules and their targets."""

from typing import Any, Final

from slipway.sandbox.provider.casing import members_of, properties_of
from slipway.sandbox.provider.declaration import Change, Made, Properties, ResourceType, Tags, Update
from slipway.sandbox.provider.facts import facts_of
from slipway.sandbox.provider.naming import AutoName
from slipway.sandbox.provider.problems import Gone
from slipway.sandbox.provider.regular import NEVER_SENT
from slipway.sandbox.provider.scope import Scope

RULE: Final = "aws:cloudwatch/eventRule:EventRule"
TARGET: Final = "aws:cloudwatch/eventTarget:EventTarget"
TAGS: Final = Tags(
    read="list_tags_for_resource", add="tag_resource", remove="untag_resource", by="arn", parameter="ResourceARN"
)
DEFAULT_BUS: Final = "default"
TARGET_PLACE: Final = frozenset({"rule", "eventBusName", "targetId", "forceDestroy"})
TARGET_RENAMES: Final = {
    "targetId": "Id",
    "sqsTarget": "SqsParameters",
    "sagemakerPipelineTarget": "SageMakerPipelineParameters",
}
OTHER_TARGETS: Final = (
    "appsyncTarget", "batchTarget", "ecsTarget", "httpTarget", "kinesisTarget", "redshiftTarget", "runCommandTargets",
)  # fmt: skip


def _place(resource_id: str) -> tuple[str, str]:
    """Give bus and rule of an id: `rule` on the default bus, else `bus/rule`."""
    bus, _, rule = resource_id.rpartition("/")
    return bus or DEFAULT_BUS, rule


def _rule(inputs: Properties) -> dict[str, Any]:
    state = inputs.get("state") or ("DISABLED" if inputs.get("isEnabled") is False else "ENABLED")
    given = {"EventPattern": "eventPattern", "ScheduleExpression": "scheduleExpression", "RoleArn": "roleArn"}
    return {
        "Name": inputs["name"],
        "EventBusName": inputs.get("eventBusName", DEFAULT_BUS),
        "Description": inputs.get("description", ""),
        "State": state,
        **{member: inputs[name] for member, name in given.items() if name in inputs},
    }


def _create_rule(scope: Scope, inputs: Properties) -> Made:
    tags = [{"Key": key, "Value": value} for key, value in sorted((inputs.get("tagsAll") or {}).items())]
    answer = scope.client("events").put_rule(**_rule(inputs), **({"Tags": tags} if tags else {}))
    bus = inputs.get("eventBusName", DEFAULT_BUS)
    return Made(
        inputs["name"] if bus == DEFAULT_BUS else f"{bus}/{inputs['name']}",
        {"arn": answer["RuleArn"]},
    )


def _read_rule(scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    bus, name = _place(resource_id)
    client = scope.client("events")
    found = client.describe_rule(Name=name, EventBusName=bus)
    enabled = found.get("State", "ENABLED") == "ENABLED"
    tags = client.list_tags_for_resource(ResourceARN=found["Arn"])["Tags"]
    return {
        "id": resource_id,
        "name": name,
        "eventBusName": bus,
        "arn": found["Arn"],
        "description": found.get("Description") or None,
        "eventPattern": found.get("EventPattern"),
        "scheduleExpression": found.get("ScheduleExpression"),
        "roleArn": found.get("RoleArn"),
        "isEnabled": enabled if "isEnabled" in known else None,
        "state": found.get("State"),
        "tagsAll": {tag["Key"]: tag["Value"] for tag in tags},
    }


def _change_rule(scope: Scope, change: Change) -> None:
    scope.client("events").put_rule(**_rule(change.news))


def _delete_rule(scope: Scope, resource_id: str, inputs: Properties) -> None:
    bus, name = _place(resource_id)
    client = scope.client("events")
    client.describe_rule(Name=name, EventBusName=bus)  # AWS deletes what is not there without a word
    if inputs.get("forceDestroy"):
        targets = client.list_targets_by_rule(Rule=name, EventBusName=bus)["Targets"]
        if targets:
            client.remove_targets(Rule=name, EventBusName=bus, Ids=[target["Id"] for target in targets])
    client.delete_rule(Name=name, EventBusName=bus)


def _put_target(scope: Scope, inputs: Properties) -> None:
    client = scope.client("events")
    shape = client.meta.service_model.operation_model("PutTargets").input_shape.members["Targets"].member
    plain = {name: value for name, value in inputs.items() if name not in NEVER_SENT | TARGET_PLACE}
    target = {**members_of(plain, shape, TARGET_RENAMES), "Id": inputs["targetId"]}
    bus = inputs.get("eventBusName", DEFAULT_BUS)
    client.put_targets(Rule=inputs["rule"], EventBusName=bus, Targets=[target])


def _create_target(scope: Scope, inputs: Properties) -> Made:
    _put_target(scope, inputs)
    return Made(f"{inputs['rule']}-{inputs['targetId']}")


def _read_target(scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    if known:
        bus, rule, wanted = known.get("eventBusName", DEFAULT_BUS), known["rule"], known["targetId"]
    else:  # an import names [bus/]rule/target
        *place, rule, wanted = resource_id.split("/")
        bus = "/".join(place) or DEFAULT_BUS
    client = scope.client("events")
    found = client.list_targets_by_rule(Rule=rule, EventBusName=bus)["Targets"]
    target = next((item for item in found if item["Id"] == wanted), None)
    if target is None:
        raise Gone
    shape = client.meta.service_model.operation_model("PutTargets").input_shape.members["Targets"].member
    seen = properties_of(target, facts_of(TARGET).shape, shape, TARGET_RENAMES)
    return {**seen, "id": f"{rule}-{wanted}", "rule": rule, "eventBusName": bus, "targetId": wanted}


def _delete_target(scope: Scope, _resource_id: str, inputs: Properties) -> None:
    bus = inputs.get("eventBusName", DEFAULT_BUS)
    scope.client("events").remove_targets(Rule=inputs["rule"], EventBusName=bus, Ids=[inputs["targetId"]])


TYPES = (
    ResourceType(
        type=RULE,
        service="events",
        identity={"name": "Name", "eventBusName": "EventBusName"},
        id="@id",
        name=AutoName(limit=64),
        create=_create_rule,
        read=_read_rule,
        update=(Update(how=_change_rule),),
        delete=_delete_rule,
        outputs={"arn": "@arn"},
        tags=TAGS,
        documents=frozenset({"eventPattern"}),
        computed=frozenset({"state"}),
        local=frozenset({"forceDestroy"}),
        quiet={"state": "ENABLED"},
    ),
    ResourceType(
        type=TARGET,
        service="events",
        identity={"rule": "Rule", "eventBusName": "EventBusName", "targetId": "Id"},
        id="@id",
        name=AutoName(property="targetId", limit=64),
        create=_create_target,
        read=_read_target,
        update=(Update(how=lambda scope, change: _put_target(scope, change.news)),),
        delete=_delete_target,
        documents=frozenset({"input"}),
        local=frozenset({"forceDestroy"}),
        unsupported=dict.fromkeys(OTHER_TARGETS, "leave it out, the sandbox has no such targets"),
    ),
)
