"""Statistics of samples, held against the whole list of values."""

from __future__ import annotations

from statistics import fmean, quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.sandbox.clockwork.alarms.statistics import Sample, is_known, of_value, statistic_of

VALUES = st.lists(st.integers(-1000, 1000).map(float), min_size=1, max_size=30)


@given(VALUES)
def test_simple_statistics_are_those_of_the_values(values: list[float]) -> None:
    samples = [of_value(value) for value in values]
    assert statistic_of(samples, "SampleCount") == len(values)
    assert statistic_of(samples, "Sum") == sum(values)
    assert statistic_of(samples, "Average") == pytest.approx(fmean(values))
    assert (statistic_of(samples, "Minimum"), statistic_of(samples, "Maximum")) == (min(values), max(values))


@given(VALUES.filter(lambda values: len(values) > 1), st.integers(1, 99))
def test_a_percentile_is_that_of_the_values(values: list[float], percent: int) -> None:
    samples = [of_value(value) for value in values]
    expected = quantiles(values, n=100, method="inclusive")[percent - 1]
    assert statistic_of(samples, f"p{percent}") == pytest.approx(expected)


def test_a_set_counts_with_all_that_it_stands_for() -> None:
    samples = [Sample(count=3, total=9, least=1, most=5), of_value(7)]
    assert (statistic_of(samples, "SampleCount"), statistic_of(samples, "Average")) == (4, 4)
    assert (statistic_of(samples, "Minimum"), statistic_of(samples, "Maximum")) == (1, 7)
    assert statistic_of(samples, "p99") == 7


def test_a_set_of_equal_values_counts_in_a_percentile() -> None:
    assert statistic_of([Sample(9, 18, 2, 2), of_value(12)], "p50") == 2


def test_no_samples_have_no_statistic() -> None:
    for statistic in ("Sum", "p50", "SampleCount"):
        assert statistic_of([], statistic) is None


def test_only_known_statistics_are_known() -> None:
    assert [name for name in ("Sum", "p99.9", "p100", "p0", "tm90", "p101", "p", "sum") if is_known(name)] == [
        "Sum",
        "p99.9",
        "p100",
        "p0",
    ]
