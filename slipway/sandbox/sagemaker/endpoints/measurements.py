"""An endpoint's CloudWatch metrics, gathered on the request's path and sent off it."""

import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

NAMESPACE = "AWS/SageMaker"
_VALUES = 150
"""Different values that one datum of PutMetricData takes."""
_DATA = 500


@dataclass
class _Tally:
    """What happened to one variant since the last flush; latencies in whole microseconds."""

    invocations: int = 0
    per_instance: float = 0.0
    status_4xx: int = 0
    status_5xx: int = 0
    model_errors: int = 0
    model_latency: Counter[int] = field(default_factory=Counter)
    overhead_latency: Counter[int] = field(default_factory=Counter)


class Meter:
    """Counts invocations by variant; `flush` sends them with the dimensions EndpointName and VariantName."""

    def __init__(self, cloudwatch: Any, endpoint: str) -> None:
        self._cloudwatch = cloudwatch
        self._endpoint = endpoint
        self._lock = threading.Lock()
        self._tallies: dict[str, _Tally] = {}

    def record(self, variant: str, instances: int, status: int | None, model_seconds: float, overhead: float) -> None:
        """Count one invocation; status None means that the container gave no answer."""
        with self._lock:
            tally = self._tallies.setdefault(variant, _Tally())
            tally.invocations += 1
            tally.per_instance += 1 / max(instances, 1)
            tally.status_4xx += status is not None and 400 <= status < 500  # noqa: PLR2004
            tally.status_5xx += status is None or status >= 500  # noqa: PLR2004
            tally.model_errors += status is None or not 200 <= status < 300  # noqa: PLR2004
            tally.model_latency[round(model_seconds * 1e6)] += 1
            tally.overhead_latency[round(overhead * 1e6)] += 1

    def flush(self) -> None:
        """Send what was counted since the last time."""
        with self._lock:
            tallies, self._tallies = self._tallies, {}
        if not tallies:
            return
        moment = datetime.now(UTC)
        data = [datum for variant, tally in tallies.items() for datum in self._data(variant, tally, moment)]
        try:
            for start in range(0, len(data), _DATA):
                self._cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=data[start : start + _DATA])
        except (ClientError, BotoCoreError):
            return  # an endpoint does not fail because of its metrics

    def _data(self, variant: str, tally: _Tally, moment: datetime) -> list[dict[str, Any]]:
        common = {
            "Dimensions": [
                {"Name": "EndpointName", "Value": self._endpoint},
                {"Name": "VariantName", "Value": variant},
            ],
            "Timestamp": moment,
        }
        count = tally.invocations
        data = [
            {**common, "MetricName": "Invocations", "Unit": "None", **_counted(count, count)},
            {**common, "MetricName": "InvocationsPerInstance", "Unit": "None", "Value": tally.per_instance},
            {**common, "MetricName": "Invocation4XXErrors", "Unit": "None", **_counted(count, tally.status_4xx)},
            {**common, "MetricName": "Invocation5XXErrors", "Unit": "None", **_counted(count, tally.status_5xx)},
            {**common, "MetricName": "InvocationModelErrors", "Unit": "None", **_counted(count, tally.model_errors)},
        ]
        for name, latencies in (("ModelLatency", tally.model_latency), ("OverheadLatency", tally.overhead_latency)):
            items = sorted(latencies.items())
            for start in range(0, len(items), _VALUES):
                part = items[start : start + _VALUES]
                values, counts = [float(value) for value, _ in part], [float(times) for _, times in part]
                data.append({**common, "MetricName": name, "Unit": "Microseconds", "Values": values, "Counts": counts})
        return data


def _counted(count: int, hits: int) -> dict[str, list[float]]:
    """Return a 1 for each hit and a 0 for each other invocation, so that averages are rates, as AWS publishes them."""
    pairs = [(1.0, hits), (0.0, count - hits)]
    return {
        "Values": [value for value, times in pairs if times],
        "Counts": [float(times) for _, times in pairs if times],
    }
