"""Application Auto Scaling: what may scale between which bounds, and the policies that scale it."""

from typing import Any, Final

from slipway.sandbox.provider.casing import properties_of
from slipway.sandbox.provider.declaration import Call, Properties, ResourceType, Update
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
)
