"""What normal looks like: how rows and answers were distributed in training, for whoever looks for drift later.

Numbers are counted between the training rows' deciles, categories by value; the rare ones share a bin.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

from training.features import FEATURES

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

NAME = "baseline.json"
VERSION = 1
_DECILES = np.arange(1, 10) / 10
_VALUES = 20  # categories with a bin of their own: rarer ones say little and would drown the index in noise


def document(rows: pa.Table, answers: NDArray[np.float64]) -> dict[str, Any]:
    """Return the baseline of the training rows and of answers to rows that the model did not learn from."""
    return {
        "version": VERSION,
        "features": {
            one.name: {"kind": one.kind, **(numbers if one.kind == "number" else categories)(rows[one.name])}
            for one in FEATURES
        },
        "prediction": {"kind": "number", **_binned(answers)},
    }


def as_bytes(baseline: dict[str, Any]) -> bytes:
    """Return the baseline as it is written."""
    return (json.dumps(baseline, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def numbers(column: pa.ChunkedArray) -> dict[str, Any]:
    """Return edges, the count up to each of them and above the last, and how many are missing."""
    values = np.asarray(pc.cast(column, "float64").to_numpy(), dtype=np.float64)
    return _binned(values)


def categories(column: pa.ChunkedArray) -> dict[str, Any]:
    """Return the counts of the most frequent values, of all others together, and how many are missing."""
    counted = {one["values"]: int(one["counts"]) for one in pc.value_counts(column.drop_null()).to_pylist()}
    kept = sorted(counted, key=lambda value: (-counted[value], value))[:_VALUES]
    return {
        "counts": {value: counted[value] for value in sorted(kept)},
        "other": sum(counted.values()) - sum(counted[value] for value in kept),
        "missing": int(column.null_count),
    }


def _binned(values: NDArray[np.float64]) -> dict[str, Any]:
    there = values[~np.isnan(values)]
    edges = np.unique(np.quantile(there, _DECILES, method="inverted_cdf")) if len(there) else np.empty(0)
    # A value that is an edge is below it: whole numbers are their own edges.
    counts = np.bincount(np.searchsorted(edges, there, side="left"), minlength=len(edges) + 1)
    return {"edges": edges.tolist(), "counts": counts.tolist(), "missing": int(len(values) - len(there))}
