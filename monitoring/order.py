"""What a monitoring job is told, and where its files are."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


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
    ignored_features: tuple[str, ...]
    """Features that are reported and never judged."""
    namespace: str
    """CloudWatch namespace of the metrics."""


def processing_folder() -> Path:
    """Return the container's /opt/ml/processing, or what stands for it below SLIPWAY_ML_ROOT."""
    return Path(os.environ.get("SLIPWAY_ML_ROOT") or "/opt/ml") / "processing"
