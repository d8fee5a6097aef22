"""The index, by hand and by what every index has to be."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.stability import noise, stability_index

COUNTS = st.lists(st.integers(1, 10_000), min_size=2, max_size=12)


def test_the_index_is_the_sum_over_the_bins() -> None:
    by_hand = (0.5 - 0.75) * math.log(0.5 / 0.75) + (0.5 - 0.25) * math.log(0.5 / 0.25)
    assert stability_index([75, 25], [50, 50]) == pytest.approx(by_hand)


def test_an_empty_bin_is_far_away_and_not_infinitely() -> None:
    assert 8 < stability_index([100, 0], [0, 100]) < 20


def test_counts_of_different_bins_are_refused() -> None:
    with pytest.raises(ValueError, match="2 and 3 bins"):
        stability_index([1, 2], [1, 2, 3])


def test_nothing_counted_is_refused() -> None:
    with pytest.raises(ValueError, match="on both sides"):
        stability_index([1, 2], [0, 0])


@given(COUNTS, st.integers(1, 50))
def test_the_same_shares_have_not_moved(counts: list[int], times: int) -> None:
    assert stability_index(counts, [count * times for count in counts]) == pytest.approx(0, abs=1e-9)


@given(COUNTS, st.randoms(use_true_random=False))
def test_it_is_never_negative_and_the_same_both_ways(counts: list[int], random: object) -> None:
    other = [random.randint(1, 10_000) for _ in counts]  # type: ignore[attr-defined]
    there = stability_index(counts, other)
    assert there >= 0
    assert stability_index(other, counts) == pytest.approx(there)


def test_small_samples_are_noisy_by_their_sizes_and_bins() -> None:
    assert noise([50, 50, 0, 0], [10, 10, 0, 0]) == pytest.approx(1 / 100 + 1 / 20)
