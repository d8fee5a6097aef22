"""From a log event that matched to the datum of a metric: its value, its dimensions, its unit.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_MetricTransformation.html
"""

import json
from collections.abc import Mapping
from typing import Any

from slipway.sandbox.clockwork.log_patterns.conditions import MISSING
from slipway.sandbox.clockwork.log_patterns.pattern import Match


def datum_of(transformation: Mapping[str, Any], match: Match) -> dict[str, Any] | None:
    """Return the datum, None where the value is no number or a dimension is missing: then nothing is put."""
    value = _value(str(transformation["metricValue"]), match)
    dimensions = {name: match.lookup(path) for name, path in (transformation.get("dimensions") or {}).items()}
    if value is None or any(each is MISSING or each is None for each in dimensions.values()):
        return None
    return _datum(transformation, value) | {
        "Dimensions": [{"Name": name, "Value": _shown(each)} for name, each in dimensions.items()]
    }


def default_of(transformation: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the datum for events of which none matched; None where the filter has no default value."""
    default = transformation.get("defaultValue")
    return None if default is None else _datum(transformation, float(default))


def _datum(transformation: Mapping[str, Any], value: float) -> dict[str, Any]:
    return {
        "MetricName": transformation["metricName"],
        "Value": value,
        "Unit": transformation.get("unit") or "None",
        "Dimensions": [],
    }


def _value(text: str, match: Match) -> float | None:
    found = match.lookup(text) if text.startswith("$") else text
    if isinstance(found, bool) or found is MISSING:
        return None
    try:
        return float(found)
    except (TypeError, ValueError):
        return None


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
