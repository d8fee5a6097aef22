"""Holds the captured exchanges of a window against a baseline, and says what has moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitoring import exchanges
from monitoring.errors import MonitoringError, UnreadableError
from monitoring.stability import noise, stability_index

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitoring.baseline import Baseline, Bins
    from monitoring.order import Order


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One distribution beside its baseline."""

    psi: float
    """Population stability index."""
    noise: float
    """What samples of these sizes come to although nothing has moved."""
    expected: list[int]
    """Training's counts by bin."""
    actual: list[int]
    """Counts of the window."""
    ignored: bool = False
    """Whether it is reported only."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a window says."""

    rows: int
    """Rows that were read."""
    unreadable: int
    """Captured exchanges that were not: refused by the endpoint, or in no form that serving/ knows."""
    features: dict[str, Judged]
    """By name, in the model's order; empty where there are too few rows to judge."""
    prediction: Judged | None
    """The model's answers; None where there are too few rows to judge."""

    @property
    def feature_psi(self) -> float | None:
        """Return the largest index of a feature that counts; None where nothing was judged."""
        return max((one.psi for one in self.features.values() if not one.ignored), default=None)


def look(lines: Iterable[str], baseline: Baseline, order: Order) -> Found:
    """Count captured lines in the baseline's bins and judge them; raises MonitoringError for unknown features."""
    unknown = sorted(set(order.ignored_features) - set(baseline.features))
    if unknown:
        raise MonitoringError(
            f"ignored_features names {', '.join(unknown)}; the model has {', '.join(baseline.features)}"
        )
    rows = unreadable = 0
    names = list(baseline.features)
    for line in lines:
        try:
            exchange = exchanges.read(line, names, baseline.categories)
        except UnreadableError:
            unreadable += 1
            continue
        rows += len(exchange.rows)
        for name, bins in baseline.features.items():
            bins.count([row[name] for row in exchange.rows])
        baseline.prediction.count(exchange.answers)
    if rows < order.least_rows:
        return Found(rows=rows, unreadable=unreadable, features={}, prediction=None)
    ignored = set(order.ignored_features)
    return Found(
        rows=rows,
        unreadable=unreadable,
        features={name: _judged(bins, ignored=name in ignored) for name, bins in baseline.features.items()},
        prediction=_judged(baseline.prediction),
    )


def report(found: Found, order: Order, window: tuple[str, str]) -> dict[str, Any]:
    """Return everything that was found, for people; `window` holds begin and end in ISO 8601."""

    def shown(judged: Judged) -> dict[str, Any]:
        return {
            "psi": round(judged.psi, 6),
            "noise": round(judged.noise, 6),
            "moved": judged.psi >= order.threshold,
            "ignored": judged.ignored,
            "expected": judged.expected,
            "actual": judged.actual,
        }

    return {
        "version": 1,
        "endpoint": order.endpoint_name,
        "variant": order.variant_name,
        "window": {"begin": window[0], "end": window[1]},
        "rows": found.rows,
        "least_rows": order.least_rows,
        "unreadable": found.unreadable,
        "threshold": order.threshold,
        "features": {name: shown(judged) for name, judged in found.features.items()},
        "prediction": None if found.prediction is None else shown(found.prediction),
    }


def violations(found: Found, order: Order) -> dict[str, Any]:
    """Return what has moved in the form of Model Monitor's constraint_violations.json.

    docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-violations.html
    """
    judged = {name: one for name, one in found.features.items() if not one.ignored}
    if found.prediction is not None:
        judged["prediction"] = found.prediction
    return {
        "violations": [
            {
                "feature_name": name,
                "constraint_check_type": "baseline_drift_check",
                "description": f"population stability index {one.psi:.4f} is not below {order.threshold:g}, "
                f"by {found.rows} rows",
            }
            for name, one in judged.items()
            if one.psi >= order.threshold
        ]
    }


def _judged(bins: Bins, *, ignored: bool = False) -> Judged:
    return Judged(
        psi=stability_index(bins.expected, bins.actual),
        noise=noise(bins.expected, bins.actual),
        expected=bins.expected,
        actual=bins.actual,
        ignored=ignored,
    )
