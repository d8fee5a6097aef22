"""The exported model is the native one: random data, missing values, categories, every kind of tree."""

import lightgbm as lgb
import numpy as np
import onnxruntime as ort
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from training import export_onnx
from training.contract import TrainingError

Matrix = NDArray[np.float64]


def _answers(booster: lgb.Booster, rows: Matrix) -> tuple[Matrix, Matrix]:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(export_onnx.to_onnx(booster), options, providers=["CPUExecutionProvider"])
    return session.run(None, {export_onnx.INPUT: rows})[0][:, 0], np.asarray(booster.predict(rows, num_threads=1))


def _rows(random: np.random.Generator, count: int, categories: int, missing: float) -> Matrix:
    numbers = random.normal(0, 3, (count, 3))
    numbers[:, 1] = numbers[:, 1].round()
    rows = np.column_stack([numbers, random.integers(0, categories, count)])
    rows[random.random(rows.shape) < missing] = np.nan
    return rows


def _train(rows: Matrix, random: np.random.Generator, **parameters: object) -> lgb.Booster:
    signal = np.nan_to_num(rows[:, 0]) + np.nan_to_num(rows[:, 3]) % 3 + np.isnan(rows[:, 1])
    label = (signal + random.normal(0, 1, len(rows)) > np.median(signal)).astype(float)
    data = lgb.Dataset(rows, label, categorical_feature=[3], params={"verbosity": -1, "min_data_in_bin": 1})
    fixed = {"objective": "binary", "verbosity": -1, "num_threads": 1, "min_data_in_leaf": 3, "min_data_per_group": 3}
    return lgb.train({**fixed, **parameters}, data, 12)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    categories=st.integers(2, 200),
    missing=st.sampled_from([0.0, 0.05, 0.5]),
    leaves=st.sampled_from([2, 7, 31]),
    sigmoid=st.sampled_from([1.0, 0.7]),
)
def test_every_row_gets_the_native_answer(
    seed: int, categories: int, missing: float, leaves: int, sigmoid: float
) -> None:
    random = np.random.default_rng(seed)
    rows = _rows(random, 300, categories, missing)
    booster = _train(rows, random, num_leaves=leaves, sigmoid=sigmoid, cat_smooth=1, max_cat_to_onehot=4)
    asked = np.vstack([rows, _rows(random, 200, categories + 20, 0.3), np.full((1, 4), np.nan), np.zeros((1, 4))])

    exported, native = _answers(booster, asked)

    assert np.abs(exported - native).max() < 1e-12


def test_a_value_on_a_threshold_and_its_neighbours_take_the_native_branch() -> None:
    random = np.random.default_rng(3)
    rows = _rows(random, 400, 5, 0.1)
    booster = _train(rows, random, num_leaves=15)
    thresholds = _thresholds(booster)
    asked = np.zeros((3 * len(thresholds), 4))
    for column in range(3):
        asked[:, column] = np.concatenate([thresholds, *(np.nextafter(thresholds, to) for to in (np.inf, -np.inf))])

    exported, native = _answers(booster, asked)

    assert np.abs(exported - native).max() < 1e-12


def _thresholds(booster: lgb.Booster) -> Matrix:
    found: list[float] = []

    def walk(node: dict[str, object]) -> None:
        if node.get("decision_type") == "<=":
            found.append(float(str(node["threshold"])))
        for side in ("left_child", "right_child"):
            if side in node:
                walk(node[side])  # type: ignore[arg-type]

    for tree in booster.dump_model()["tree_info"]:
        walk(tree["tree_structure"])
    return np.array(found)


def test_a_model_without_a_single_split_answers_its_constant() -> None:
    random = np.random.default_rng(1)
    rows = _rows(random, 50, 3, 0.0)
    booster = _train(rows, random, min_data_in_leaf=1000)

    exported, native = _answers(booster, rows)

    assert np.ptp(native) == 0
    assert np.abs(exported - native).max() < 1e-12


def test_the_same_booster_gives_the_same_bytes() -> None:
    random = np.random.default_rng(1)
    booster = _train(_rows(random, 100, 3, 0.1), random)

    assert export_onnx.to_onnx(booster) == export_onnx.to_onnx(booster)


def test_zero_as_missing_is_refused_by_name() -> None:
    random = np.random.default_rng(1)
    booster = _train(_rows(random, 300, 3, 0.0), random, zero_as_missing=True)

    with pytest.raises(TrainingError, match="zero_as_missing"):
        export_onnx.to_onnx(booster)


def test_another_objective_is_refused_by_name() -> None:
    random = np.random.default_rng(1)
    rows = _rows(random, 100, 3, 0.0)
    data = lgb.Dataset(rows[:, :3], rows[:, 0], params={"verbosity": -1})
    booster = lgb.train({"objective": "regression", "verbosity": -1, "num_threads": 1}, data, 2)

    with pytest.raises(TrainingError, match="'regression' can't be exported"):
        export_onnx.to_onnx(booster)
