"""A small made-up lake of flights, and a model that training/ made of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway.outputs import Outputs

ROOT = Path(__file__).parents[2]
QUICK = {"num_iterations": "25", "num_leaves": "8", "min_data_in_leaf": "20"}


@pytest.fixture
def told_outputs() -> Outputs:
    """Return the outputs of a stack without a release."""
    from slipway import outputs  # noqa: PLC0415 - only the tool's tests pay for it

    serving = {"role_arn": "r", "image": "i", "code_uri": "c", "instance_type": "ml.m5.large"}
    training = {
        "role_arn": "r",
        "image": "i",
        "code_uri": "c",
        "log_group": "g",
        "output_path": "s3://artifacts/models/",
        "checkpoint_path": "s3://artifacts/checkpoints/",
    }
    counts = {"instance_count": 1, "volume_size_gib": 10, "max_runtime_seconds": 600}
    return outputs.read(
        "dev",
        {
            "lake": {name: name for name in ("raw", "curated", "artifacts", "captures")},
            "key_arn": "arn:aws:kms:us-east-1:123456789012:key/k",
            "training": {**training, **counts, "instance_type": "ml.m5.large"},
            "serving": {**serving, "endpoint_name": "slipway-dev", "events_log_group": "/aws/events/slipway-dev"},
            "registry": {"model_package_group_name": "slipway-dev"},
            "dashboard": {"name": "slipway-dev"},
        },
    )


@pytest.fixture(scope="session")
def made_up_flights() -> Callable[..., pa.Table]:
    """Return a maker of curated flights: late in the evening, in rain, and with carrier ZZ."""

    def make(rows: int = 1500, seed: int = 1) -> pa.Table:
        random = np.random.default_rng(seed)

        def whole(low: int, high: int) -> pa.Array:
            return pa.array(random.integers(low, high, rows), pa.int32())

        def sometimes(values: Any) -> pa.Array:
            return pa.array(values, pa.float64(), mask=random.random(rows) < 0.1)

        carrier = random.choice(["AA", "B6", "UA", "ZZ"], rows)
        hour = random.integers(5, 23, rows)
        rain = random.exponential(0.1, rows).round(2)
        luck = random.normal(0, 12, rows)
        delay = (hour - 14) * 3 + 60 * rain + np.where(carrier == "ZZ", 15, 0) + luck
        return pa.table(
            {
                "month": whole(1, 7),
                "day": whole(1, 29),
                "weekday": whole(1, 8),
                "dep_hour": pa.array(hour, pa.int32()),
                "dep_minute": whole(0, 60),
                "sched_arr_minute_of_day": whole(0, 1440),
                "carrier": pa.array(carrier),
                "origin": pa.array(random.choice(["EWR", "JFK", "LGA"], rows)),
                "dest": pa.array(random.choice(["ATL", "BOS", "LAX", "SFO", "TPA"], rows)),
                "distance": whole(90, 3000),
                "temp": sometimes(random.normal(50, 15, rows).round(2)),
                "dewp": sometimes(random.normal(40, 15, rows).round(2)),
                "humid": sometimes(random.uniform(20, 100, rows).round(2)),
                "wind_dir": sometimes(random.integers(0, 37, rows) * 10.0),
                "wind_speed": sometimes(random.exponential(9, rows)),
                "precip": sometimes(rain),
                "pressure": sometimes(random.normal(1015, 7, rows).round(1)),
                "visib": sometimes(random.uniform(0, 10, rows).round(1)),
                "plane_year": pa.array(random.integers(1980, 2013, rows), pa.int32(), mask=random.random(rows) < 0.2),
                "plane_seats": whole(20, 400),
                "arr_delay": pa.array(delay.round(), pa.int32()),
            }
        )

    return make


@pytest.fixture(scope="session")
def training_job(made_up_flights: Callable[..., pa.Table]) -> Callable[..., Path]:
    """Return a maker of /opt/ml folders as SageMaker hands them to a training job."""

    def make(folder: Path, hyperparameters: dict[str, str] | None = None) -> Path:
        months = {"train/2013/01": 1, "train/2013/02": 2, "validation": 3}
        for place, seed in months.items():
            path = folder / "input/data" / place / "flights.parquet"
            path.parent.mkdir(parents=True)
            pq.write_table(made_up_flights(seed=seed), path)
        config = folder / "input/config"
        config.mkdir(parents=True)
        (config / "hyperparameters.json").write_text(json.dumps(QUICK if hyperparameters is None else hyperparameters))
        return folder

    return make


@pytest.fixture(scope="session")
def run_training() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a runner of `python -m training ...` in a process of its own, as the container runs it."""

    def run(ml: Path, *words: str, one_cpu: bool = False) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "SLIPWAY_ML_ROOT": str(ml)}
        # the number of CPUs that a process may use is the number of threads that training takes
        prefix = ["taskset", "-c", str(min(os.sched_getaffinity(0)))] if one_cpu else []
        return subprocess.run(
            [*prefix, sys.executable, "-m", "training", *words],
            env=environment,
            cwd=ml,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run


@pytest.fixture(scope="session")
def trained(
    tmp_path_factory: pytest.TempPathFactory, training_job: Callable[..., Path], run_training: Callable[..., Any]
) -> Path:
    """Return the /opt/ml folder of a finished training job."""
    ml = training_job(tmp_path_factory.mktemp("trained"))
    finished = run_training(ml, "train")
    assert finished.returncode == 0, finished.stderr
    return ml
