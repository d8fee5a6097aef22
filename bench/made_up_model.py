"""A model of the benchmark's own, on made-up numbers: 30 numeric features, 100 trees of 31 leaves."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import lightgbm as lgb
import numpy as np

from training import export_onnx, manifest, model

if TYPE_CHECKING:
    from pathlib import Path

FEATURES, TREES, LEAVES = 30, 100, 31
NAMES = [f"feature_{number:02}" for number in range(FEATURES)]
_TRAINED_ON, _ASKED = 20_000, 200
_SEED = 2013
_DIGITS = 4


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Rows that a server is asked for, one a request, and what the native model answers to each."""

    rows: list[dict[str, float]]
    predictions: list[float]


def make(folder: Path) -> Asked:
    """Train, and write the model folder as `training/` does; return rows to ask for.

    `training/manifest.py` describes the flights' features, so this manifest is written here, in the same form.
    """
    random = np.random.default_rng(_SEED)
    numbers = random.normal(0, 1, (_TRAINED_ON + _ASKED, FEATURES)).round(_DIGITS)
    signal = numbers[:, :10].sum(axis=1) + numbers[:, 10] * numbers[:, 11]
    label = (signal + random.normal(0, 2, len(signal)) > 0).astype(np.float64)
    booster = lgb.train(
        {"objective": "binary", "num_leaves": LEAVES, "seed": _SEED, "deterministic": True, "verbosity": -1},
        lgb.Dataset(numbers[:_TRAINED_ON], label[:_TRAINED_ON], feature_name=NAMES),
        TREES,
    )
    asked = numbers[_TRAINED_ON:]
    rows = [dict(zip(NAMES, values, strict=True)) for values in asked.tolist()]
    predictions = model.predict(booster, asked).tolist()
    files = {manifest.NATIVE: model.text(booster).encode(), manifest.ONNX: export_onnx.to_onnx(booster)}
    described = {
        "version": manifest.VERSION,
        "features": [{"name": name, "kind": "number", "nullable": False} for name in NAMES],
        "examples": rows[: manifest.EXAMPLES],
        "example_predictions": predictions[: manifest.EXAMPLES],
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {**files, manifest.NAME: manifest.as_bytes(described)}.items():
        (folder / name).write_bytes(content)
    return Asked(rows=rows, predictions=predictions)


def body(row: dict[str, float]) -> bytes:
    """Return one row as a request."""
    return json.dumps({"instances": [row]}, separators=(",", ":")).encode()
