"""Application Auto Scaling: what may scale between which bounds, and the policies that scale it."""

from typing import Any, Final

from slipway.sandbox.provider.casing import properties_of
from slipway.sandbox.provider.declaration import Call, Change, Made, Properties, ResourceType, Update
from slipway.sandbox.provider.facts import facts_of
from slipway.sandbox.provider.naming import AutoName
from slipway.sandbox.provider.problems import Gone
from slipway.sandbox.provider.scope import Scope

SERVICE: Final = "application-autoscaling"
TARGET: Final = "aws:appautoscaling/target:Target"
POLICY: Final = "aws:appautoscaling/policy:Policy"
PLACE: Final = ("serviceNamespace", "resourceId", "scalableDimension")
RENAMES: Final = {
    "name": "PolicyName",
    "targetTrackingScalingPolicyConfiguration": "TargetTrackingScalingPolicyConfiguration",
    "stepScalingPolicyConfiguration": "StepScalingPolicyConfiguration",
}


def _placed(resource_id: str, known: Properties, extra: int = 0) -> list[str]:
    """Give namespace, resource and dimension (and what follows): from the inputs, or an import's id with slashes."""
    if known:
        return [known[name] for name in PLACE] + ([known["name"]] if extra else [])
    namespace, *middle = resource_id.split("/")
    last = 1 + extra
    return [namespace, "/".join(middle[:-last]), *middle[-last:]]


def _read_target(scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    namespace, resource, dimension = _placed(resource_id, known)
    client = scope.client(SERVICE)
    found = client.describe_scalable_targets(
        ServiceNamespace=namespace, ResourceIds=[resource], ScalableDimension=dimension
    )["ScalableTargets"]
    if not found:
        raise Gone
    shape = client.meta.service_model.operation_model("DescribeScalableTargets").output_shape.members["ScalableTargets"]
    seen = properties_of(found[0], facts_of(TARGET).shape, shape.member)
    return {**seen, "id": resource, "arn": found[0].get("ScalableTargetARN", "")}


def _delete_target(scope: Scope, resource_id: str, inputs: Properties) -> None:
    _read_target(scope, resource_id, inputs)  # deleting what is gone is a ValidationException, like much else
    scope.client(SERVICE).deregister_scalable_target(
        ServiceNamespace=inputs["serviceNamespace"],
        ResourceId=inputs["resourceId"],
        ScalableDimension=inputs["scalableDimension"],
    )


def _read_policy(scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    namespace, resource, dimension, name = _placed(resource_id, known, 1)
    client = scope.client(SERVICE)
    found = client.describe_scaling_policies(
        ServiceNamespace=namespace, ResourceId=resource, ScalableDimension=dimension, PolicyNames=[name]
    )["ScalingPolicies"]
    if not found:
        raise Gone
    shape = client.meta.service_model.operation_model("DescribeScalingPolicies").output_shape.members["ScalingPolicies"]
    seen = properties_of(found[0], facts_of(POLICY).shape, shape.member, RENAMES)
    return {
        **seen,
        "id": name,
        "arn": found[0]["PolicyARN"],
        "alarmArns": [alarm["AlarmARN"] for alarm in found[0].get("Alarms", [])],
    }


def _delete_policy(scope: Scope, resource_id: str, inputs: Properties) -> None:
    _read_policy(scope, resource_id, inputs)
    scope.client(SERVICE).delete_scaling_policy(
        PolicyName=inputs["name"],
        ServiceNamespace=inputs["serviceNamespace"],
        ResourceId=inputs["resourceId"],
        ScalableDimension=inputs["scalableDimension"],
    )


BOUNDS: Final = (("minCapacity", "MinCapacity"), ("maxCapacity", "MaxCapacity"))
TIMES: Final = (("startTime", "StartTime"), ("endTime", "EndTime"))


def _action(inputs: Properties) -> dict[str, Any]:
    bounds = inputs["scalableTargetAction"]
    return {
        **{name[0].upper() + name[1:]: inputs[name] for name in PLACE},
        **{member: inputs[name] for name, member in TIMES if name in inputs},
        "ScheduledActionName": inputs["name"],
        "Schedule": inputs["schedule"],
        "Timezone": inputs.get("timezone", "UTC"),
        "ScalableTargetAction": {member: int(bounds[name]) for name, member in BOUNDS if name in bounds},
    }


def _create_action(scope: Scope, inputs: Properties) -> Made:
    scope.client(SERVICE).put_scheduled_action(**_action(inputs))
    return Made(f"{inputs['name']}-{inputs['serviceNamespace']}-{inputs['resourceId']}")


def _change_action(scope: Scope, change: Change) -> None:
    scope.client(SERVICE).put_scheduled_action(**_action(change.news))


def _read_action(scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    namespace, resource, dimension, name = _placed(resource_id, known, 1)
    found = scope.client(SERVICE).describe_scheduled_actions(
        ServiceNamespace=namespace, ResourceId=resource, ScalableDimension=dimension, ScheduledActionNames=[name]
    )["ScheduledActions"]
    if not found:
        raise Gone
    told = found[0]
    bounds = told.get("ScalableTargetAction") or {}
    return {
        "id": f"{name}-{namespace}-{resource}",
        "name": name,
        "serviceNamespace": namespace,
        "resourceId": resource,
        "scalableDimension": dimension,
        "schedule": told["Schedule"],
        "timezone": told.get("Timezone", "UTC"),
        "scalableTargetAction": {name: bounds[member] for name, member in BOUNDS if bounds.get(member) is not None},
        **{name: told[member].strftime("%Y-%m-%dT%H:%M:%SZ") for name, member in TIMES if told.get(member)},
        "arn": told["ScheduledActionARN"],
    }


def _delete_action(scope: Scope, resource_id: str, inputs: Properties) -> None:
    _read_action(scope, resource_id, inputs)
    place: Any = {name[0].upper() + name[1:]: inputs[name] for name in PLACE}
    scope.client(SERVICE).delete_scheduled_action(ScheduledActionName=inputs["name"], **place)


REGISTER: Final = Call(operation="register_scalable_target", by={})
PUT: Final = Call(operation="put_scaling_policy", by={})

TYPES = (
    ResourceType(
        type=TARGET,
        service=SERVICE,
        identity={name: name[0].upper() + name[1:] for name in PLACE},
        id="{resourceId}",
        create=REGISTER,
        read=_read_target,
        update=(Update(how=REGISTER),),
        delete=_delete_target,
        computed=frozenset({"roleArn"}),
        # they are given at registration and can't be listed or changed where moto stands for AWS
        write_only=frozenset({"tags", "tagsAll"}),
    ),
    ResourceType(
        type=POLICY,
        service=SERVICE,
        identity={**{name: name[0].upper() + name[1:] for name in PLACE}, "name": "PolicyName"},
        id="{name}",
        name=AutoName(),
        create=PUT,
        read=_read_policy,
        update=(Update(how=PUT),),
        delete=_delete_policy,
        outputs={"arn": "@PolicyARN", "alarmArns": "@alarmArns"},
        renames=RENAMES,
    ),
    ResourceType(
        type="aws:appautoscaling/scheduledAction:ScheduledAction",
        service=SERVICE,
        identity={**{name: name[0].upper() + name[1:] for name in PLACE}, "name": "ScheduledActionName"},
        id="@id",
        name=AutoName(),
        create=_create_action,
        read=_read_action,
        update=(Update(how=_change_action),),
        delete=_delete_action,
        outputs={"arn": "@arn"},
    ),
)
