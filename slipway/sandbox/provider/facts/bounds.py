"""Bounds of inputs, from the request members of botocore that they map to; only needed when shapes.json is written."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from slipway.sandbox.provider.casing import member_for, pair_members
from slipway.sandbox.provider.declaration import Call, ResourceType
from slipway.sandbox.provider.facts import Shape
from slipway.sandbox.provider.templates import shape_at
from slipway.sandbox.provider.types import find

OPERATIONS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    # types with functions: the requests that those fill, and where in them the properties lie
    "aws:appautoscaling/scheduledAction:ScheduledAction": (("put_scheduled_action", ""),),
    "aws:athena/workgroup:Workgroup": (("update_work_group", ""), ("create_work_group", "")),
    "aws:budgets/budget:Budget": (("create_budget", "Budget"),),
    "aws:cloudtrail/trail:Trail": (("create_trail", ""),),
    "aws:cloudwatch/eventRule:EventRule": (("put_rule", ""),),
    "aws:cloudwatch/eventTarget:EventTarget": (("put_targets", "Targets[0]"),),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": (("put_metric_filter", ""),),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": (("put_resource_policy", ""),),
    "aws:cloudwatch/metricAlarm:MetricAlarm": (("put_metric_alarm", ""),),
    "aws:ec2/flowLog:FlowLog": (("create_flow_logs", ""),),
    "aws:ec2/natGateway:NatGateway": (("create_nat_gateway", ""),),
    "aws:ec2/securityGroup:SecurityGroup": (("create_security_group", ""),),
    "aws:ec2/subnet:Subnet": (("create_subnet", ""),),
    "aws:ec2/vpc:Vpc": (("create_vpc", ""),),
    "aws:ec2/vpcEndpoint:VpcEndpoint": (("create_vpc_endpoint", ""),),
    "aws:glue/catalogDatabase:CatalogDatabase": (("create_database", "DatabaseInput"),),
    "aws:glue/catalogTable:CatalogTable": (("create_table", "TableInput"),),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": (("create_open_id_connect_provider", ""),),
    "aws:kms/key:Key": (("create_key", ""),),
    "aws:lakeformation/dataLakeSettings:DataLakeSettings": (("put_data_lake_settings", "DataLakeSettings"),),
    "aws:lakeformation/permissions:Permissions": (("grant_permissions", ""),),
    "aws:lakeformation/resource:Resource": (("register_resource", ""),),
    "aws:lambda/function:Function": (("create_function", ""),),
    "aws:lambda/permission:Permission": (("add_permission", ""),),
    "aws:s3/bucket:Bucket": (("create_bucket", ""),),
    "aws:s3/bucketLogging:BucketLogging": (("put_bucket_logging", "BucketLoggingStatus.LoggingEnabled"),),
    "aws:s3/bucketObjectv2:BucketObjectv2": (("put_object", ""),),
    "aws:scheduler/schedule:Schedule": (("create_schedule", ""),),
    "aws:secretsmanager/secretVersion:SecretVersion": (("put_secret_value", ""),),
    "aws:sns/topicSubscription:TopicSubscription": (("subscribe", ""),),
    "aws:ssm/parameter:Parameter": (("put_parameter", ""),),
}

UNBOUNDED: Final = frozenset(
    {
        # attributes that travel as texts, and networks: botocore bounds nothing of their requests
        "aws:ec2/eip:Eip",
        "aws:ec2/internetGateway:InternetGateway",
        "aws:ec2/route:Route",
        "aws:ec2/routeTable:RouteTable",
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        "aws:s3/bucketNotification:BucketNotification",
        "aws:sns/topic:Topic",
        "aws:sns/topicPolicy:TopicPolicy",
        "aws:sqs/queue:Queue",
        "aws:sqs/queuePolicy:QueuePolicy",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    }
)
"""Types whose inputs are checked for names, types and what is required only."""

LOOSE: Final = frozenset({".*", "[\\S\\s]*", "[\\p{L}\\p{M}\\p{Z}\\p{S}\\p{N}\\p{P}]*"})
"""Patterns that say nothing, or that Python's re does not read."""


def with_bounds(token: str, shape: dict[str, Any]) -> dict[str, Any]:
    """Give the shape with the bounds of every input that the type's create sends."""
    kind = find(token)
    if kind is None:
        return shape
    bounded = dict(shape)
    for request, place in _requests(kind):
        bounded = _bounded(bounded, shape_at(request, place), kind)
        tags = _tags(request)
        if tags is not None and kind.facts.tagged:
            bounded["object"]["tags"] = {**bounded["object"]["tags"], **_map(shape["object"]["tags"], tags, kind)}
    return bounded


def _tags(request: Any) -> Any:
    return next((shape for name, shape in request.members.items() if name.lower().endswith(("tags", "tagslist"))), None)


@cache
def _service(name: str) -> Any:
    from botocore.session import get_session  # noqa: PLC0415

    return get_session().get_service_model(name)


def _requests(kind: ResourceType) -> Iterator[tuple[Any, str]]:
    """Give the shapes of the requests that take the inputs, and where in each of them the properties lie."""
    places = [(call.operation, call.body) for call in (step.how for step in kind.update) if isinstance(call, Call)]
    if isinstance(kind.create, Call):
        places.append((kind.create.operation, kind.create.body))
    places += OPERATIONS.get(kind.type, ())
    model = _service(kind.service)
    for operation, place in places:
        name = next(op for op in model.operation_names if op.lower() == operation.replace("_", ""))
        yield model.operation_model(name).input_shape, place


def _bounded(shape: Shape, aws: Any, kind: ResourceType) -> dict[str, Any]:
    if "object" in shape:
        inner = aws.member if aws.type_name == "list" else aws
        if inner.type_name != "structure":
            return dict(shape)
        identity = {**kind.renames, **{name: member for name, member in kind.identity.items() if name != "id"}}
        properties = {}
        for name, item in shape["object"].items():
            member = None if name in kind.local | {"tags", "region"} else member_for(name, inner.members, identity)
            properties[name] = _bounded(item, inner.members[member], kind) if member else item
        return {**shape, "object": properties}
    if "list" in shape:
        if aws.type_name == "list":
            return {**shape, "list": _bounded(shape["list"], aws.member, kind), **_lengths(aws)}
        return {**shape, "list": _bounded(shape["list"], aws, kind)}
    if "map" in shape:
        return {**shape, **_map(shape, aws, kind)}
    return {**shape, **_scalar(shape, aws)}


def _map(shape: Shape, aws: Any, kind: ResourceType) -> dict[str, Any]:
    """Give the bounds of a map's keys and values; AWS may call it a list of pairs."""
    pair = pair_members(aws)
    if pair is not None:
        key, value = (aws.member.members[name] for name in pair)
    elif aws.type_name == "map":
        key, value = aws.key, aws.value
    else:
        return {}
    keys = _scalar({"type": "string"}, key)
    return {"map": _bounded(shape["map"], value, kind), **_lengths(aws)} | ({"keys": keys} if keys else {})


def _lengths(aws: Any) -> dict[str, Any]:
    known = {"min_length": aws.metadata.get("min"), "max_length": aws.metadata.get("max")}
    return {name: value for name, value in known.items() if value}


def _readable(pattern: str) -> bool:
    """Whether Python's re reads a pattern of AWS; Unicode classes and surrogates it does not."""
    try:
        re.compile(pattern)
    except re.error:
        return False
    return "\\p{" not in pattern


def _scalar(shape: Shape, aws: Any) -> dict[str, Any]:
    kind, found = shape.get("type"), {}
    if kind in {"integer", "number"} and aws.type_name in {"integer", "long", "float", "double"}:
        found = {name: aws.metadata[name] for name in ("min", "max") if name in aws.metadata}
    elif kind == "string" and aws.type_name == "string" and not shape.get("document"):
        found = _lengths(aws)
        if aws.metadata.get("enum"):
            found["enum"] = list(aws.metadata["enum"])
        pattern = aws.metadata.get("pattern")
        if pattern and pattern not in LOOSE and _readable(pattern):
            found["pattern"] = pattern
    return found
