import numpy as np
import pyarrow as pa
import pytest

from training import metrics


def test_auc_counts_pairs_and_half_of_ties() -> None:
    score = np.array([0.1, 0.4, 0.4, 0.8])
    label = np.array([0.0, 1.0, 0.0, 1.0])

    assert metrics.auc(score, label) == pytest.approx(3.5 / 4)


def test_auc_of_a_constant_score_is_a_half() -> None:
    assert metrics.auc(np.full(10, 0.3), np.array([1.0, 0.0] * 5)) == pytest.approx(0.5)


def test_log_loss_of_a_sure_and_wrong_answer_is_large_and_finite() -> None:
    loss = metrics.log_loss(np.array([1.0, 0.0]), np.array([0.0, 1.0]))

    assert 30 < loss < 40


def _table(hours: list[int], carriers: list[str]) -> pa.Table:
    return pa.table({"dep_hour": hours, "carrier": carriers})


def test_the_baseline_is_the_rate_of_hour_and_carrier() -> None:
    train = _table([8] * 2000 + [9] * 2000, (["AA"] * 1000 + ["UA"] * 1000) * 2)
    label = np.concatenate([np.full(1000, value) for value in (0.0, 1.0, 1.0, 1.0)])

    rates = metrics.Baseline.learn(train, label).predict(_table([8, 8, 9], ["AA", "UA", "AA"]))

    assert rates == pytest.approx([0.0, 1.0, 1.0], abs=0.02)


def test_an_unknown_carrier_gets_its_hours_rate_and_an_unknown_hour_the_overall_one() -> None:
    train = _table([8] * 1000 + [9] * 1000, ["AA"] * 2000)
    label = np.concatenate([np.zeros(1000), np.ones(1000)])

    rates = metrics.Baseline.learn(train, label).predict(_table([9, 23, 23], ["XX", "AA", "XX"]))

    assert rates == pytest.approx([1.0, 0.5, 0.5], abs=0.02)


def test_a_rate_from_few_flights_is_drawn_towards_its_hours() -> None:
    train = _table([8] * 1001, ["AA"] * 1000 + ["ZZ"])
    label = np.concatenate([np.zeros(1000), np.ones(1)])

    assert metrics.Baseline.learn(train, label).predict(_table([8], ["ZZ"]))[0] < 0.1
