"""What a stack's dashboard shows, in CloudWatch's dashboard body structure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_WIDTH = 12
_HEIGHT = 6
_DAY_SECONDS = 86400
_MINUTE_SECONDS = 60

Widget = dict[str, object]


def dashboard_body(region: str, endpoint_name: str | None, variant_name: str, buckets: Mapping[str, str]) -> str:
    """Return a dashboard body as JSON text: the endpoint's requests, errors, latency and load, and the lake's size."""
    widgets: list[Widget] = []
    if endpoint_name is not None:
        invocations = ["EndpointName", endpoint_name, "VariantName", variant_name]
        widgets += [
            _metrics(0, region, "Requests", [["AWS/SageMaker", "Invocations", *invocations]], stat="Sum"),
            _metrics(
                1,
                region,
                "Errors",
                [
                    ["AWS/SageMaker", metric, *invocations]
                    for metric in ("Invocation4XXErrors", "Invocation5XXErrors", "InvocationModelErrors")
                ],
                stat="Sum",
            ),
            _metrics(
                2,
                region,
                "Latency, 90th percentile (microseconds)",
                [["AWS/SageMaker", metric, *invocations] for metric in ("ModelLatency", "OverheadLatency")],
                stat="p90",
            ),
            _metrics(
                3,
                region,
                "Load of the instances (percent)",
                [
                    ["/aws/sagemaker/Endpoints", metric, *invocations]
                    for metric in ("CPUUtilization", "MemoryUtilization", "DiskUtilization")
                ],
                stat="Average",
            ),
        ]
    # S3 publishes a bucket's size once a day.
    sizes: list[list[object]] = [
        ["AWS/S3", "BucketSizeBytes", "BucketName", bucket, "StorageType", "StandardStorage", {"label": role}]
        for role, bucket in sorted(buckets.items())
    ]
    widgets.append(_metrics(len(widgets), region, "Size of the lake", sizes, stat="Average", period=_DAY_SECONDS))
    return json.dumps({"widgets": widgets})


def _metrics(
    place: int, region: str, title: str, metrics: list[list[object]], *, stat: str, period: int = _MINUTE_SECONDS
) -> Widget:
    """Return a graph at a place of a grid that is two graphs wide."""
    return {
        "type": "metric",
        "x": place % 2 * _WIDTH,
        "y": place // 2 * _HEIGHT,
        "width": _WIDTH,
        "height": _HEIGHT,
        "properties": {
            "title": title,
            "region": region,
            "view": "timeSeries",
            "stat": stat,
            "period": period,
            "metrics": metrics,
        },
    }
