"""CloudWatch: metric alarms and dashboards."""

from typing import Any, Final

from slipway.sandbox.provider.casing import properties_of
from slipway.sandbox.provider.declaration import Call, Properties, ResourceType, Tags, Update
from slipway.sandbox.provider.facts import facts_of
from slipway.sandbox.provider.naming import AutoName
from slipway.sandbox.provider.problems import Gone
from slipway.sandbox.provider.scope import Scope

TAGS: Final = Tags(
    read="list_tags_for_resource", add="tag_resource", remove="untag_resource", by="arn", parameter="ResourceARN"
)
ALARM: Final = "aws:cloudwatch/metricAlarm:MetricAlarm"
RENAMES: Final = {"evaluateLowSampleCountPercentiles": "EvaluateLowSampleCountPercentile", "name": "AlarmName"}
PUT_ALARM: Final = Call(operation="put_metric_alarm")
PUT_DASHBOARD: Final = Call(operation="put_dashboard")


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
        create=PUT_ALARM,
        read=_read_alarm,
        update=(Update(how=PUT_ALARM),),
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
