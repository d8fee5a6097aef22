"""How good the model is, and how good a reader would be with two numbers in mind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

BASELINE = "the late rate of the flight's scheduled hour and carrier in the training months"
_DOUBT = 20.0  # rows' worth of the hour's own rate mixed into that of an hour and carrier


def mid_ranks(score: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each score's rank from 1 in rising order; equal scores share the mean of their ranks."""
    _, place, count = np.unique(score, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return np.asarray((last - (count - 1) / 2)[place], dtype=np.float64)


def auc(score: NDArray[np.float64], label: NDArray[np.float64]) -> float:
    """Return the area under the ROC curve: how often a late flight scores above a punctual one, ties counting half.

    Mann and Whitney's U over mid-ranks.
    """
    late = float(label.sum())
    return float((mid_ranks(score)[label == 1].sum() - late * (late + 1) / 2) / (late * (len(label) - late)))


def log_loss(probability: NDArray[np.float64], label: NDArray[np.float64]) -> float:
    """Return the mean negative log-likelihood, in nats."""
    safe = np.clip(probability, 1e-15, 1 - 1e-15)
    return float(-np.mean(label * np.log(safe) + (1 - label) * np.log1p(-safe)))


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """The late rates of the training months.

    A rate from few flights is drawn towards the hour's, an hour's towards the overall one.
    """

    hours: pa.Array
    carriers: pa.Array
    rates: NDArray[np.float64]
    """(hours + 1, carriers + 1); the last of each stands for one that training never saw."""

    COLUMNS = ("dep_hour", "carrier")

    @classmethod
    def learn(cls, train: pa.Table, label: NDArray[np.float64]) -> Baseline:
        """Count what happened to at least one flight."""
        hours, carriers = (pc.unique(train[name]) for name in cls.COLUMNS)
        hour, carrier = _places(train["dep_hour"], hours), _places(train["carrier"], carriers)
        width = len(carriers) + 1
        of_hour = _rates(hour, label, np.full(len(hours) + 1, label.mean()))
        of_both = _rates(hour * width + carrier, label, np.repeat(of_hour, width))
        return cls(hours=hours, carriers=carriers, rates=of_both.reshape(-1, width))

    def predict(self, asked: pa.Table) -> NDArray[np.float64]:
        """Return for each row the late rate that its hour and carrier had in training."""
        hour, carrier = _places(asked["dep_hour"], self.hours), _places(asked["carrier"], self.carriers)
        return np.asarray(self.rates[hour, carrier], dtype=np.float64)


def _rates(group: NDArray[np.intp], label: NDArray[np.float64], prior: NDArray[np.float64]) -> NDArray[np.float64]:
    rows = np.bincount(group, minlength=len(prior))
    late = np.bincount(group, weights=label, minlength=len(prior))
    return (late + _DOUBT * prior) / (rows + _DOUBT)


def _places(values: pa.ChunkedArray, known: pa.Array) -> NDArray[np.intp]:
    """Return each value's place among those that training has; one past the last for one that it lacks."""
    found = pc.index_in(values.cast(known.type), value_set=known)
    return np.asarray(pc.fill_null(found, len(known)).to_numpy(), dtype=np.intp)
