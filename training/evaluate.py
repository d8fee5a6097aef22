"""How good a trained model is on named sets of rows, beside the baseline, and what its probabilities are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from training import data, features, intervals, manifest, metrics, model
from training.contract import TrainingError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import lightgbm as lgb
    from numpy.typing import NDArray

BINS = 10


def evaluate(folder: Path, train: Sequence[Path], sets: Mapping[str, Path]) -> dict[str, Any]:
    """Return the figures of a model folder on each named set, the baseline's rates being those of `train`.

    A path is a Parquet file or a folder of them. Shares and probabilities are 0 to 1, the log loss is in nats, `low`
    and `high` bound 95 % intervals. A set with fewer than two rows of either outcome has no AUC: its three numbers are
    None. Raises TrainingError naming the file.
    """
    booster = model.load(folder)
    known = _categories(folder, booster)
    seen = pa.concat_tables([data.read_table(path, (*metrics.Baseline.COLUMNS, features.OUTCOME)) for path in train])
    baseline = metrics.Baseline.learn(seen, features.label(seen))
    return {"sets": {name: _figures(booster, known, baseline, data.read_table(path)) for name, path in sets.items()}}


def calibration(probability: NDArray[np.float64], label: NDArray[np.float64]) -> list[dict[str, float]]:
    """Return bins of about equal size in rising order of probability; equal probabilities share one.

    `observed` is the share of rows with label 1, `low` and `high` its interval.
    """
    place = ((metrics.mid_ranks(probability) - 0.5) * BINS / len(probability)).astype(np.intp)
    rows = np.bincount(place, minlength=BINS)
    predicted = np.bincount(place, weights=probability, minlength=BINS)
    late = np.bincount(place, weights=label, minlength=BINS)
    return [
        _bin(int(rows[number]), float(predicted[number]), int(late[number])) for number in range(BINS) if rows[number]
    ]


def _bin(rows: int, predicted: float, late: int) -> dict[str, float]:
    low, high = intervals.share(late, rows)
    return {"rows": rows, "predicted": predicted / rows, "observed": late / rows, "low": low, "high": high}


def _figures(
    booster: lgb.Booster, known: features.Categories, baseline: metrics.Baseline, table: pa.Table
) -> dict[str, Any]:
    late = features.label(table)
    answers = model.predict(booster, features.matrix(table, known))
    return {
        "rows": len(late),
        "late_rate": float(late.mean()),
        "log_loss": metrics.log_loss(answers, late),
        "model": _score(answers, late),
        "baseline": _score(baseline.predict(table), late),
        "calibration": calibration(answers, late),
    }


def _score(score: NDArray[np.float64], label: NDArray[np.float64]) -> dict[str, float | None]:
    area, low, high = intervals.auc(score, label) or (None, None, None)
    return {"auc": area, "low": low, "high": high}


def _categories(folder: Path, booster: lgb.Booster) -> features.Categories:
    """Return the categories that the model learnt; raises TrainingError for a model that looks at other features."""
    names, looks_at = [one.name for one in features.FEATURES], booster.feature_name()
    if looks_at != names:
        raise TrainingError(
            f"{folder / manifest.NATIVE} looks at {', '.join(looks_at)}; this code reads {', '.join(names)}: evaluate "
            "a model with the code that trained it"
        )
    described = {one["name"]: one.get("categories") for one in manifest.read(folder)["features"]}
    wanted = [one.name for one in features.FEATURES if one.kind == "category"]
    lacking = [name for name in wanted if not isinstance(described.get(name), list)]
    if lacking:
        raise TrainingError(f"{folder / manifest.NAME} lacks the categories of {', '.join(lacking)}: train again")
    return {name: tuple(described[name]) for name in wanted}
