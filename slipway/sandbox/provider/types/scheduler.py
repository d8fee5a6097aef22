"""EventBridge Scheduler: schedules and their groups."""

from typing import Any, Final

from slipway.sandbox.provider.casing import members_of, properties_of
from slipway.sandbox.provider.declaration import Call, Change, Made, Properties, ResourceType, Tags, Update
from slipway.sandbox.provider.facts import facts_of
from slipway.sandbox.provider.naming import AutoName
from slipway.sandbox.provider.regular import NEVER_SENT
from slipway.sandbox.provider.scope import Scope

SCHEDULE: Final = "aws:scheduler/schedule:Schedule"
TAGS: Final = Tags(
    read="list_tags_for_resource", add="tag_resource", remove="untag_resource", by="arn", parameter="ResourceArn"
)
DEFAULT_GROUP: Final = "default"


def _schedule(scope: Scope, operation: str, inputs: Properties) -> dict[str, Any]:
    client = scope.client("scheduler")
    shape = client.meta.service_model.operation_model(operation).input_shape
    given = {name: value for name, value in inputs.items() if name not in NEVER_SENT | {"namePrefix"}}
    return {"GroupName": DEFAULT_GROUP, **members_of(given, shape, {})}


def _create(scope: Scope, inputs: Properties) -> Made:
    request = _schedule(scope, "CreateSchedule", inputs)
    answer = scope.client("scheduler").create_schedule(**request)
    return Made(f"{request['GroupName']}/{inputs['name']}", {"arn": answer["ScheduleArn"]})


def _read(scope: Scope, resource_id: str, _known: Properties) -> dict[str, Any]:
    group, _, name = resource_id.rpartition("/")
    client = scope.client("scheduler")
    found = client.get_schedule(GroupName=group or DEFAULT_GROUP, Name=name)
    shape = client.meta.service_model.operation_model("GetSchedule").output_shape
    seen = properties_of(found, facts_of(SCHEDULE).shape, shape, {})
    return {**seen, "id": f"{group or DEFAULT_GROUP}/{name}", "arn": found["Arn"]}


def _change(scope: Scope, change: Change) -> None:
    # AWS keeps nothing of what an update leaves out: all of it is sent
    scope.client("scheduler").update_schedule(**_schedule(scope, "UpdateSchedule", change.news))


def _delete(scope: Scope, resource_id: str, _inputs: Properties) -> None:
    group, _, name = resource_id.rpartition("/")
    scope.client("scheduler").delete_schedule(GroupName=group or DEFAULT_GROUP, Name=name)


TYPES = (
    ResourceType(
        type=SCHEDULE,
        service="scheduler",
        identity={"groupName": "GroupName", "name": "Name"},
        id="@id",
        name=AutoName(limit=64),
        create=_create,
        read=_read,
        update=(Update(how=_change),),
        delete=_delete,
        outputs={"arn": "@arn"},
        computed=frozenset({"groupName"}),
        quiet={"groupName": DEFAULT_GROUP, "actionAfterCompletion": "NONE"},
    ),
    ResourceType(
        type="aws:scheduler/scheduleGroup:ScheduleGroup",
        service="scheduler",
        identity={"name": "Name"},
        id="{name}",
        name=AutoName(limit=64),
        create=Call(operation="create_schedule_group"),
        read=Call(operation="get_schedule_group"),
        delete=Call(operation="delete_schedule_group"),
        outputs={
            "arn": "arn:{partition}:scheduler:{region}:{account}:schedule-group/{name}",
            "creationDate": "@CreationDate",
            "lastModificationDate": "@LastModificationDate",
            "state": "@State",
        },
        tags=TAGS,
    ),
)
