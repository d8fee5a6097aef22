"""An endpoint's CloudWatch metrics, gathered on the request's path and sent off it."""

import threading
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

NAMESPACE = "AWS/SageMaker"
EXACT_INVOCATIONS = 100
"""Up to as many in one batch, every latency is sent, so that percentiles can be had; more are summed up as a set."""
_DATA = 500


@dataclass
class _Tally:
    """What happened to one variant since the last flush; latencies in whole microseconds."""

    invocations: int = 0
    per_instance: float = 0.0
    status_4xx: int = 0
    status_5xx: int = 0
    model_errors: int = 0
    model_latency: list[float] = field(default_factory=list)
    overhead_latency: list[float] = field(default_factory=list)


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
            tally.model_latency.append(round(model_seconds * 1e6))
            tally.overhead_latency.append(round(overhead * 1e6))

    def flush(self) -> None:
        """Send what was counted since the last time."""
        with self._lock:
            tallies, self._tallies = self._tallies, {}
        if not tallies:
            return
        # without a time of their own: CloudWatch stamps them by its clock, which a person may have set forward
        data = [datum for variant, tally in tallies.items() for datum in self._data(variant, tally)]
        try:
            for start in range(0, len(data), _DATA):
                self._cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=data[start : start + _DATA])
        except (ClientError, BotoCoreError):
            return  # an endpoint does not fail because of its metrics

    def _data(self, variant: str, tally: _Tally) -> list[dict[str, Any]]:
        common = {
            "Dimensions": [
                {"Name": "EndpointName", "Value": self._endpoint},
                {"Name": "VariantName", "Value": variant},
            ],
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
            values = {"Values": latencies} if count <= EXACT_INVOCATIONS else _set_of(latencies)
            data.append({**common, "MetricName": name, "Unit": "Microseconds", **values})
        return data


def _counted(count: int, hits: int) -> dict[str, Any]:
    """Return a 1 for each hit and a 0 for each other invocation, so that averages are rates, as AWS publishes them."""
    least, most = float(hits == count), float(hits > 0)
    return {"StatisticValues": {"SampleCount": count, "Sum": hits, "Minimum": least, "Maximum": most}}


def _set_of(values: list[float]) -> dict[str, Any]:
    return {
        "StatisticValues": {
            "SampleCount": len(values),
            "Sum": sum(values),
            "Minimum": min(values),
            "Maximum": max(values),
        }
    }
