"""CloudWatch: metric alarms and dashboards."""

from typing import Any, Final

from slipway.sandbox.provider.casing import from_aws, member_for, members_of, properties_of
from slipway.sandbox.provider.declaration import Call, Change, Made, Properties, ResourceType, Tags, Update
from slipway.sandbox.provider.facts import facts_of
from slipway.sandbox.provider.naming import AutoName
from slipway.sandbox.provider.problems import Gone
from slipway.sandbox.provider.regular import NEVER_SENT
from slipway.sandbox.provider.scope import Scope

TAGS: Final = Tags(
    read="list_tags_for_resource", add="tag_resource", remove="untag_resource", by="arn", parameter="ResourceARN"
)
ALARM: Final = "aws:cloudwatch/metricAlarm:MetricAlarm"
RENAMES: Final = {"evaluateLowSampleCountPercentiles": "EvaluateLowSampleCountPercentile", "name": "AlarmName"}
PUT_DASHBOARD: Final = Call(operation="put_dashboard")


def _alarm(scope: Scope, inputs: Properties) -> dict[str, Any]:
    shape = scope.client("cloudwatch").meta.service_model.operation_model("PutMetricAlarm").input_shape
    plain = {name: value for name, value in inputs.items() if name not in NEVER_SENT | {"metricQueries"}}
    request = members_of(plain, shape, RENAMES)
    if inputs.get("metricQueries"):
        query = shape.members["Metrics"].member
        request["Metrics"] = [_query(item, query) for item in inputs["metricQueries"]]
    return request


def _query(given: Properties, shape: Any) -> dict[str, Any]:
    """Give a metric query as AWS nests it.

    What a query says of its metric lies in MetricStat and, within it, in Metric.
    """
    plain = {name: value for name, value in given.items() if name != "metric"}
    # AWS's own default is true, and exactly one may return data; the real provider's is false
    result = {"ReturnData": False, **members_of(plain, shape)}
    metric = given.get("metric")
    if metric:
        stat = shape.members["MetricStat"]
        result["MetricStat"] = {**members_of(metric, stat), "Metric": members_of(metric, stat.members["Metric"])}
    return result


def _seen_query(answer: dict[str, Any], shape: Any) -> dict[str, Any]:
    declared = facts_of(ALARM).inputs["metricQueries"]["list"]
    seen = properties_of(answer, declared, shape)
    seen["returnData"] = seen["returnData"] or None
    stat = answer.get("MetricStat")
    if stat:
        flat = {**stat.get("Metric", {}), **{name: value for name, value in stat.items() if name != "Metric"}}
        members = shape.members["MetricStat"].members
        known = {**members["Metric"].members, **members}
        seen["metric"] = {
            prop: from_aws(flat.get(member), inner, known[member])
            for prop, inner in declared["object"]["metric"]["object"].items()
            if (member := member_for(prop, known)) is not None
        }
    return seen


def _create_alarm(scope: Scope, inputs: Properties) -> Made:
    tags = [{"Key": key, "Value": value} for key, value in sorted((inputs.get("tagsAll") or {}).items())]
    scope.client("cloudwatch").put_metric_alarm(**_alarm(scope, inputs), Tags=tags)
    return Made(str(inputs["name"]))


def _change_alarm(scope: Scope, change: Change) -> None:
    scope.client("cloudwatch").put_metric_alarm(**_alarm(scope, change.news))


def _read_alarm(scope: Scope, resource_id: str, _known: Properties) -> dict[str, Any]:
    client = scope.client("cloudwatch")
    alarms = client.describe_alarms(AlarmNames=[resource_id], AlarmTypes=["MetricAlarm"])["MetricAlarms"]
    if not alarms:
        raise Gone
    shape = client.meta.service_model.operation_model("DescribeAlarms").output_shape.members["MetricAlarms"].member
    seen = properties_of(alarms[0], facts_of(ALARM).shape, shape, RENAMES)
    tags = client.list_tags_for_resource(ResourceARN=alarms[0]["AlarmArn"])["Tags"]
    return {
        **{name: value for name, value in seen.items() if name != "tags"},
        "metricQueries": [_seen_query(item, shape.members["Metrics"].member) for item in alarms[0].get("Metrics", [])],
        "name": resource_id,
        "arn": alarms[0]["AlarmArn"],
        "tagsAll": {tag["Key"]: tag["Value"] for tag in tags},
    }


def _delete_alarm(scope: Scope, resource_id: str, _inputs: Properties) -> None:
    scope.client("cloudwatch").delete_alarms(AlarmNames=[resource_id])


def _read_dashboard(scope: Scope, resource_id: str, _known: Properties) -> dict[str, Any]:
    found = scope.client("cloudwatch").get_dashboard(DashboardName=resource_id)
    return {
        "dashboardName": resource_id,
        "dashboardBody": found["DashboardBody"],
        "dashboardArn": f"arn:{scope.partition}:cloudwatch::{scope.account}:dashboard/{resource_id}",
    }


def _delete_dashboard(scope: Scope, resource_id: str, _inputs: Properties) -> None:
    scope.client("cloudwatch").delete_dashboards(DashboardNames=[resource_id])


TYPES = (
    ResourceType(
        type=ALARM,
        service="cloudwatch",
        identity={"name": "AlarmName"},
        id="{name}",
        name=AutoName(),
        create=_create_alarm,
        read=_read_alarm,
        update=(Update(how=_change_alarm),),
        delete=_delete_alarm,
        outputs={"arn": "arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}"},
        renames=RENAMES,
        tags=TAGS,
        unordered=frozenset({"metricQueries"}),
    ),
    ResourceType(
        type="aws:cloudwatch/dashboard:Dashboard",
        service="cloudwatch",
        identity={"dashboardName": "DashboardName"},
        id="{dashboardName}",
        create=PUT_DASHBOARD,
        read=_read_dashboard,
        update=(Update(how=PUT_DASHBOARD),),
        delete=_delete_dashboard,
        outputs={"dashboardArn": "arn:{partition}:cloudwatch::{account}:dashboard/{dashboardName}"},
        documents=frozenset({"dashboardBody"}),
    ),
)
