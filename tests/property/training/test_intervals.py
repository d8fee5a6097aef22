"""The fast forms give what the definitions give, ties and all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from training import evaluate, intervals, metrics

SCORES = st.lists(st.integers(0, 6), min_size=2, max_size=15)


def _wins(late: NDArray[np.float64], punctual: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (late, punctual): 1 where the late row scores higher, a half where both score the same."""
    return np.where(late[:, None] == punctual, 0.5, late[:, None] > punctual)


@given(SCORES, SCORES)
def test_area_and_interval_are_those_of_all_pairs(late: list[int], punctual: list[int]) -> None:
    wins = _wins(np.array(late, dtype=float), np.array(punctual, dtype=float))
    variance = wins.mean(axis=1).var(ddof=1) / len(late) + wins.mean(axis=0).var(ddof=1) / len(punctual)
    doubt = 1.959964 * np.sqrt(variance)
    expected = wins.mean(), max(0, wins.mean() - doubt), min(1, wins.mean() + doubt)
    score = np.array([*late, *punctual], dtype=float)
    label = np.array([1.0] * len(late) + [0.0] * len(punctual))
    order = np.random.default_rng(len(score)).permutation(len(score))

    assert intervals.auc(score[order], label[order]) == pytest.approx(expected, abs=1e-6)
    assert metrics.auc(score[order], label[order]) == pytest.approx(wins.mean(), abs=1e-12)


@given(st.integers(1, 5000), st.data())
def test_a_shares_interval_solves_wilsons_equation(rows: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, rows))

    low, high = intervals.share(hits, rows)

    assert 0 <= low <= hits / rows <= high <= 1
    for end in (low, high):  # the truths from which the share is 1.96 standard deviations away
        assert (hits / rows - end) ** 2 == pytest.approx(1.959964**2 * end * (1 - end) / rows, abs=1e-8)


@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=120))
def test_every_row_is_in_one_bin_and_equal_predictions_share_it(rows: list[tuple[int, bool]]) -> None:
    probability = np.array([value / 40 for value, _ in rows])
    label = np.array([float(late) for _, late in rows])

    bins = evaluate.calibration(probability, label)

    assert len(bins) <= min(evaluate.BINS, len(set(probability)))
    assert sum(one["rows"] for one in bins) == len(rows)
    assert [one["predicted"] for one in bins] == sorted(one["predicted"] for one in bins)
    assert sum(one["rows"] * one["predicted"] for one in bins) == pytest.approx(probability.sum())
    assert sum(one["rows"] * one["observed"] for one in bins) == pytest.approx(label.sum())
    edges = np.cumsum([one["rows"] for one in bins])[:-1]
    ordered = np.sort(probability)
    assert (ordered[edges - 1] < ordered[edges]).all()


@given(st.integers(1, 500), st.integers(0, 99))
def test_bins_of_different_predictions_are_of_equal_size(rows: int, seed: int) -> None:
    probability = np.random.default_rng(seed).permutation(rows) / rows

    sizes = [one["rows"] for one in evaluate.calibration(probability, np.zeros(rows))]

    assert len(sizes) == min(rows, evaluate.BINS)
    assert max(sizes) - min(sizes) <= 1
