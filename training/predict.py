"""Offline prediction with the native model: what every served answer must equal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from training import manifest
from training.contract import TrainingError

if TYPE_CHECKING:
    from pathlib import Path


def predict(folder: Path, rows_file: Path) -> list[float]:
    """Return one probability a row of a JSON list of objects; raises TrainingError naming the row and the feature."""
    features = manifest.read(folder)["features"]
    rows = _read(rows_file)
    if not isinstance(rows, list):
        raise TrainingError(f"{rows_file} holds no list of rows")
    if not rows:
        return []
    matrix = np.array([_values(number, row, features) for number, row in enumerate(rows)], dtype=np.float64)
    from training import model  # noqa: PLC0415 - a wrong file is told without waiting for the learner

    answers: list[float] = model.predict(model.load(folder), matrix).tolist()
    return answers


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingError(f"{path} can't be read: {error}") from error


def _values(number: int, row: Any, features: list[dict[str, Any]]) -> list[float]:
    if not isinstance(row, dict):
        raise TrainingError(f"row {number} is no object of features")
    return [_value(number, one, row.get(one["name"])) for one in features]


def _value(number: int, feature: dict[str, Any], value: Any) -> float:
    """Return a feature as the model's number: NaN for a missing value and for a category that training never saw."""
    if value is None:
        return float("nan")
    if feature["kind"] == "category":
        return float(feature["categories"].index(value)) if value in feature["categories"] else float("nan")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TrainingError(f"row {number}: {feature['name']} is {value!r}, a number is expected")
    return float(value)
