"""CloudWatch: composite alarms, which are rules over other alarms."""

from typing import Any, Final

from slipway.sandbox.provider.casing import properties_of
from slipway.sandbox.provider.declaration import Call, Properties, ResourceType, Update
from slipway.sandbox.provider.facts import facts_of
from slipway.sandbox.provider.problems import Gone
from slipway.sandbox.provider.scope import Scope
from slipway.sandbox.provider.types.cloudwatch import TAGS

TYPE: Final = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
PUT: Final = Call(operation="put_composite_alarm")
RENAMES: Final = {"okActions": "OKActions"}
CHANGED: Final = frozenset({"alarmActions", "alarmDescription", "alarmRule", "insufficientDataActions", "okActions"})


def _read(scope: Scope, resource_id: str, _known: Properties) -> dict[str, Any]:
    client = scope.client("cloudwatch")
    # without the type CloudWatch answers metric alarms only
    found = client.describe_alarms(AlarmNames=[resource_id], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    if not found:
        raise Gone
    shape = client.meta.service_model.operation_model("DescribeAlarms").output_shape.members["CompositeAlarms"].member
    arn = found[0]["AlarmArn"]
    return {
        **properties_of(found[0], facts_of(TYPE).shape, shape, RENAMES),
        "alarmName": resource_id,
        "arn": arn,
        "tagsAll": {tag["Key"]: tag["Value"] for tag in client.list_tags_for_resource(ResourceARN=arn)["Tags"]},
    }


def _delete(scope: Scope, resource_id: str, _inputs: Properties) -> None:
    scope.client("cloudwatch").delete_alarms(AlarmNames=[resource_id])


TYPES = (
    ResourceType(
        type=TYPE,
        service="cloudwatch",
        identity={"alarmName": "AlarmName"},
        id="{alarmName}",
        create=PUT,
        read=_read,
        update=(Update(how=PUT, props=CHANGED),),
        delete=_delete,
        outputs={"arn": "arn:{partition}:cloudwatch:{region}:{account}:alarm:{alarmName}"},
        renames=RENAMES,
        tags=TAGS,
        unsupported={"actionsSuppressor": "leave it out, the sandbox suppresses no actions"},
    ),
)
