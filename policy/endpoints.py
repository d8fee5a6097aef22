"""Endpoints with their configurations, variants and alarms, as a stack ties them together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_policy.proxy import UnknownValueError

from policy.seen import Seen, at, entries, points_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
METRIC_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"


def configurations(endpoint: Seen, stack: Sequence[Seen]) -> list[Seen]:
    """Return the configurations of the stack that an endpoint points at: one, or none."""
    return [
        one for one in stack if one.type == CONFIGURATION and points_at(endpoint, "endpointConfigName", one, "name")
    ]


def variants(found: Iterable[Seen]) -> list[str]:
    """Return the names of the production variants of configurations."""
    return [
        at(variant, "variantName")
        for configuration in found
        for variant in entries(configuration.properties, "productionVariants")
    ]


def dimensions(alarm: Seen) -> Any:
    """Return the dimensions of an alarm; none where it has none."""
    return at(alarm.properties, "dimensions") or {}


def same_endpoint(alarm: Seen, endpoint: Seen) -> bool:
    """Say whether the dimension EndpointName of an alarm is an endpoint's name."""
    try:
        named = at(dimensions(alarm), "EndpointName")
        return named is not None and named == at(endpoint.properties, "name")
    except UnknownValueError:
        return any(one.urn == endpoint.urn for one in alarm.needs.get("dimensions", ()))


def watches(alarm: Seen, endpoint: Seen, variant: str) -> bool:
    """Say whether an alarm is about one variant of an endpoint."""
    namespace = at(alarm.properties, "namespace")
    return (
        namespace == "AWS/SageMaker"
        and same_endpoint(alarm, endpoint)
        and at(dimensions(alarm), "VariantName") == variant
    )
