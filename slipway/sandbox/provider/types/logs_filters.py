"""CloudWatch Logs: metric filters."""

from typing import Any, Final

from slipway.sandbox.provider.declaration import Made, Properties, ResourceType, Update
from slipway.sandbox.provider.naming import AutoName
from slipway.sandbox.provider.problems import Gone
from slipway.sandbox.provider.scope import Scope

MEMBERS: Final = {
    "name": "metricName",
    "namespace": "metricNamespace",
    "value": "metricValue",
    "unit": "unit",
    "dimensions": "dimensions",
}


def _put(scope: Scope, inputs: Properties) -> None:
    given = inputs["metricTransformation"]
    transformation: Any = {member: given[name] for name, member in MEMBERS.items() if name in given}
    if "defaultValue" in given:
        transformation["defaultValue"] = float(given["defaultValue"])
    scope.client("logs").put_metric_filter(
        logGroupName=inputs["logGroupName"],
        filterName=inputs["name"],
        filterPattern=inputs["pattern"],
        metricTransformations=[transformation],
    )


def _create(scope: Scope, inputs: Properties) -> Made:
    _put(scope, inputs)
    return Made(inputs["name"])


def _place(resource_id: str, known: Properties) -> tuple[str, str]:
    """Give group and filter: from the inputs, or an import's `group:filter`."""
    if known:
        return known["logGroupName"], known["name"]
    group, _, name = resource_id.rpartition(":")
    return group, name


def _number(value: Any) -> str:
    return str(int(value)) if float(value).is_integer() else str(value)


def _read(scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    group, name = _place(resource_id, known)
    listed = scope.client("logs").describe_metric_filters(logGroupName=group, filterNamePrefix=name)["metricFilters"]
    found = next((one for one in listed if one["filterName"] == name), None)
    if found is None:
        raise Gone
    told = found["metricTransformations"][0]
    transformation: dict[str, Any] = {prop: told[member] for prop, member in MEMBERS.items() if told.get(member)}
    if transformation.get("unit") == "None" and "unit" not in (known.get("metricTransformation") or {}):
        transformation.pop("unit")
    if told.get("defaultValue") is not None:
        transformation["defaultValue"] = _number(told["defaultValue"])
    return {
        "id": name,
        "name": name,
        "logGroupName": group,
        "pattern": found.get("filterPattern", ""),
        "metricTransformation": transformation,
    }


def _delete(scope: Scope, resource_id: str, inputs: Properties) -> None:
    group, name = _place(resource_id, inputs)
    scope.client("logs").delete_metric_filter(logGroupName=group, filterName=name)


TYPES = (
    ResourceType(
        type="aws:cloudwatch/logMetricFilter:LogMetricFilter",
        service="logs",
        identity={"name": "filterName", "logGroupName": "logGroupName"},
        id="{name}",
        name=AutoName(limit=512),
        create=_create,
        read=_read,
        update=(Update(how=lambda scope, change: _put(scope, change.news)),),
        delete=_delete,
        computed=frozenset({"applyOnTransformedLogs"}),
        unsupported={"applyOnTransformedLogs": "leave it out, the sandbox transforms no logs"},
    ),
)
