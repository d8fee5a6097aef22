"""What a monitoring job is told: one JSON object, from the pipeline's definition."""

from __future__ import annotations

import dataclasses
import json
import os
from dataclasses import dataclass
from pathlib import Path

from monitoring.errors import MonitoringError


@dataclass(frozen=True, kw_only=True)
class Order:
    """Which endpoint is looked at, how far back, and what counts as moved."""

    captures: str
    """S3 URI below which SageMaker captures: `s3://bucket/prefix`."""
    endpoint_name: str
    """Endpoint whose exchanges are read; the metrics' only dimension."""
    variant_name: str
    """Its production variant."""
    window_hours: int
    """Hours before now that are read."""
    least_rows: int
    """Rows below which nothing is judged: the index of a small sample is noise."""
    threshold: float
    """PSI from which a feature, or the prediction, is called moved."""
    ignored_features: list[str]
    """Features that are reported and never judged."""
    namespace: str
    """CloudWatch namespace of the metrics."""


def order(text: str) -> Order:
    """Read an order; raises MonitoringError for one that lacks something or has too much."""
    wanted = {one.name for one in dataclasses.fields(Order)}
    try:
        given = json.loads(text)
    except ValueError as error:
        raise MonitoringError(f"the order is no JSON: {error}") from error
    if not isinstance(given, dict) or set(given) != wanted:
        raise MonitoringError(f"the order must be an object of {', '.join(sorted(wanted))}, got {text}")
    return Order(**given)


def processing_folder() -> Path:
    """Return the container's /opt/ml/processing, or what stands for it below SLIPWAY_ML_ROOT."""
    return Path(os.environ.get("SLIPWAY_ML_ROOT") or "/opt/ml") / "processing"
