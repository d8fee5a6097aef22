"""How good the model is, and how good a reader would be with two numbers in mind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

BASELINE = "the late rate of the flight's scheduled hour and carrier in the training months"
_DOUBT = 20.0  # rows' worth of the hour's own rate mixed into that of an hour and carrier


def auc(score: NDArray[np.float64], label: NDArray[np.float64]) -> float:
    """Return the area under the ROC curve: how often a late flight scores above a punctual one, ties counting half.

    Mann and Whitney's U over mid-ranks.
    """
    _, place, count = np.unique(score, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    rank = (last - (count - 1) / 2)[place]
    late = float(label.sum())
    return float((rank[label == 1].sum() - late * (late + 1) / 2) / (late * (len(label) - late)))


def log_loss(probability: NDArray[np.float64], label: NDArray[np.float64]) -> float:
    """Return the mean negative log-likelihood, in nats."""
    safe = np.clip(probability, 1e-15, 1 - 1e-15)
    return float(-np.mean(label * np.log(safe) + (1 - label) * np.log1p(-safe)))


def baseline(train: pa.Table, train_label: NDArray[np.float64], asked: pa.Table) -> NDArray[np.float64]:
    """Return for each asked row the late rate that its hour and carrier had in training.

    A rate from few flights is drawn towards the hour's, an hour's towards the overall one.
    """
    overall = float(train_label.mean())
    hours, asked_hours = _numbers(train["dep_hour"], asked["dep_hour"])
    hour_rate = _rates(hours, train_label, np.full(hours.max(initial=0) + 1, overall))
    both, asked_both, hour_of_pair = _pairs(train, asked, hours, asked_hours)
    pair_rate = _rates(both, train_label, np.append(hour_rate, overall)[hour_of_pair])
    known = asked_both >= 0
    fallback = np.append(hour_rate, overall)[asked_hours]
    return np.where(known, pair_rate[np.where(known, asked_both, 0)], fallback)


def _rates(group: NDArray[np.intp], label: NDArray[np.float64], prior: NDArray[np.float64]) -> NDArray[np.float64]:
    rows = np.bincount(group, minlength=len(prior))
    late = np.bincount(group, weights=label, minlength=len(prior))
    return (late + _DOUBT * prior) / (rows + _DOUBT)


def _numbers(train: pa.ChunkedArray, asked: pa.ChunkedArray) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return both columns as numbers from 0 of the values that training has; -1 stands for one that it lacks."""
    known, places = np.unique(np.asarray(train.to_pylist(), dtype=object).astype(str), return_inverse=True)
    wanted = np.asarray(asked.to_pylist(), dtype=object).astype(str)
    found = np.clip(np.searchsorted(known, wanted), 0, len(known) - 1)
    return places.astype(np.intp), np.where(known[found] == wanted, found, -1).astype(np.intp)


def _pairs(
    train: pa.Table, asked: pa.Table, hours: NDArray[np.intp], asked_hours: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Return both tables' (hour, carrier) pairs as numbers of those that training has, and each pair's hour."""
    carriers, asked_carriers = _numbers(train["carrier"], asked["carrier"])
    width = int(carriers.max(initial=0)) + 1
    known, places = np.unique(hours * width + carriers, return_inverse=True)
    wanted = np.where((asked_hours >= 0) & (asked_carriers >= 0), asked_hours * width + asked_carriers, -1)
    found = np.clip(np.searchsorted(known, wanted), 0, len(known) - 1)
    return places.astype(np.intp), np.where(known[found] == wanted, found, -1).astype(np.intp), known // width
