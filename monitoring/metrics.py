"""What an alarm sees: three metrics of an endpoint, published in one request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from monitoring.drift import Found
    from monitoring.order import Order


def metric_data(found: Found, order: Order) -> dict[str, Any]:
    """Return the PutMetricData request; what was not judged is not published, so that no alarm takes it for calm."""
    values = {
        "FeaturePsi": found.feature_psi,
        "PredictionPsi": None if found.prediction is None else found.prediction.psi,
        "CapturedRows": float(found.rows),
    }
    return {
        "Namespace": order.namespace,
        "MetricData": [
            {
                "MetricName": name,
                "Dimensions": [{"Name": "EndpointName", "Value": order.endpoint_name}],
                "Value": value,
                "Unit": "Count" if name == "CapturedRows" else "None",
            }
            for name, value in values.items()
            if value is not None
        ],
    }
