import numpy as np
import pytest

from training import intervals, metrics


@pytest.mark.parametrize(
    ("hits", "rows", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (1, 10, 0.0179, 0.4042),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (15, 148, 0.0624, 0.1605),
    ],
)
def test_a_share_has_wilsons_interval(hits: int, rows: int, low: float, high: float) -> None:
    assert intervals.share(hits, rows) == pytest.approx((low, high), abs=5e-5)


def test_the_area_is_the_one_of_the_metrics() -> None:
    random = np.random.default_rng(5)
    label = (random.random(500) < 0.3).astype(float)
    score = (random.normal(0, 1, 500) + label).round(1)

    found = intervals.auc(score, label)

    assert found is not None
    assert found[0] == pytest.approx(metrics.auc(score, label), abs=1e-12)


def test_scores_that_part_the_outcomes_have_no_doubt() -> None:
    assert intervals.auc(np.array([0.1, 0.2, 0.8, 0.9]), np.array([0.0, 0.0, 1.0, 1.0])) == (1.0, 1.0, 1.0)


def test_an_interval_stays_between_none_and_all() -> None:
    score, label = np.array([1.0, 4.0, 2.0, 3.0]), np.array([0.0, 1.0, 0.0, 0.0])
    few = intervals.auc(np.append(score, 2.5), np.append(label, 1.0))

    assert few is not None
    assert 0 < few[1] < few[0] < few[2] == 1.0


@pytest.mark.parametrize("late", [0, 1, 9, 10])
def test_fewer_than_two_rows_of_an_outcome_have_no_area(late: int) -> None:
    label = np.array([1.0] * late + [0.0] * (10 - late))

    assert intervals.auc(np.arange(10.0), label) is None


def test_nineteen_of_twenty_intervals_hold_the_truth() -> None:
    random = np.random.default_rng(1988)
    truth = 0.7602499389065233  # the normal distribution at 1 / sqrt(2): two normals, one standard deviation apart
    label = np.concatenate([np.ones(40), np.zeros(120)])
    held = 0
    for _ in range(2000):
        found = intervals.auc(random.normal(0, 1, 160) + label, label)
        assert found is not None
        held += found[1] <= truth <= found[2]

    assert held / 2000 == pytest.approx(0.95, abs=0.015)  # three standard errors of the simulation
