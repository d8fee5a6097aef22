"""The learner: LightGBM, the same model from the same rows, however many threads it has."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

# Idle OpenMP threads must not spin: on a busy or throttled machine two threads would be slower than one.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import lightgbm as lgb
import numpy as np

from training import manifest
from training.features import FEATURES

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from training.config import Hyperparameters

# Quantized gradients are faster on millions of rows, but their stochastic rounding depends on the number of
# threads, and without it the model of this data is worse (AUC 0.731 instead of 0.757): so they are off.
_FIXED = {
    "objective": "binary",
    "verbosity": -1,
    "deterministic": True,
    "force_row_wise": True,
    "min_data_per_group": 500,  # rows of a category before it may take part in a split
    "cat_l2": 50.0,
}
_CPU_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def threads(quota: Path = _CPU_QUOTA) -> int:
    """Return how many CPUs this process may use: its affinity, or the container's quota when that is less."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        limit, period = quota.read_text("ascii").split()
        return max(1, min(allowed, int(limit) // int(period)))
    except (OSError, ValueError):  # no cgroup v2 here, or "max": no quota
        return allowed


def fit(
    rows: NDArray[np.float64],
    label: NDArray[np.float64],
    hyperparameters: Hyperparameters,
    on_iteration: Callable[[int], None],
) -> lgb.Booster:
    """Train on (rows, features) and labels 0 and 1; `on_iteration` hears the number of each finished tree."""
    names = [one.name for one in FEATURES]
    data = lgb.Dataset(
        rows,
        label,
        feature_name=names,
        categorical_feature=[one.name for one in FEATURES if one.kind == "category"],
        params={"verbosity": -1, "max_bin": hyperparameters.max_bin},
        free_raw_data=True,
    )
    parameters = {
        "num_threads": threads(),
        **{name: value for name, value in hyperparameters.as_dict().items() if name != "num_iterations"},
        **_FIXED,
    }

    def report(environment: lgb.callback.CallbackEnv) -> None:
        on_iteration(environment.iteration + 1)

    return lgb.train(parameters, data, hyperparameters.num_iterations, callbacks=[report])


def load(folder: Path) -> lgb.Booster:
    """Read the native model of a model folder; raises TrainingError naming the file that is missing or damaged."""
    return lgb.Booster(model_str=manifest.content(folder, manifest.NATIVE).decode())


def predict(booster: lgb.Booster, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return one probability a row of (rows, features)."""
    return np.asarray(booster.predict(rows), dtype=np.float64)


def text(booster: lgb.Booster) -> str:
    """Return the model in LightGBM's own format, without what depends on the machine."""
    return re.sub(r"\[num_threads: \d+\]", "[num_threads: 0]", booster.model_to_string())
