from __future__ import annotations

import math

import pytest

from slipway.report.scales import Linear, Logarithmic, fitting, span


def linear(low: float, high: float) -> Linear:
    return Linear(low=low, high=high, start=100, end=300)


def logarithmic(low: float, high: float) -> Logarithmic:
    return Logarithmic(low=low, high=high, start=100, end=300)


def test_ends_and_middle_of_a_scale_lie_where_they_should() -> None:
    assert [linear(0, 10)(value) for value in (0, 5, 10)] == [100, 200, 300]
    assert [logarithmic(1, 100)(value) for value in (1, 10, 100)] == [100, 200, 300]


def test_what_lies_outside_is_put_on_the_nearer_end() -> None:
    assert [linear(0, 10)(value) for value in (-5, 99)] == [100, 300]
    assert [logarithmic(1, 100)(value) for value in (0, 1000)] == [100, 300]


@pytest.mark.parametrize(
    ("low", "high", "about", "texts"),
    [
        (0, 20, 10, ["0", "2", "4", "6", "8", "10", "12", "14", "16", "18", "20"]),
        (0.667, 0.784, 6, ["0.68", "0.70", "0.72", "0.74", "0.76", "0.78"]),
        (0, 0.5, 5, ["0.0", "0.1", "0.2", "0.3", "0.4", "0.5"]),
        (-1, 1, 4, ["-1.0", "-0.5", "0.0", "0.5", "1.0"]),
        (0, 4000, 4, ["0", "1,000", "2,000", "3,000", "4,000"]),
    ],
)
def test_ticks_are_round_and_have_as_many_digits_as_they_need(
    low: float, high: float, about: int, texts: list[str]
) -> None:
    assert [tick.text for tick in linear(low, high).ticks(about)] == texts


def test_ticks_of_a_logarithmic_scale_are_as_dense_as_they_may_be() -> None:
    assert [tick.text for tick in logarithmic(0.7, 21).ticks(9)] == ["1", "2", "5", "10", "20"]
    assert [tick.text for tick in logarithmic(0.7, 21).ticks(4)] == ["1", "3", "10"]
    assert [tick.text for tick in logarithmic(0.7, 21).ticks(2)] == ["1", "10"]
    assert [tick.text for tick in logarithmic(0.01, 1e6).ticks(3)] == ["0.01", "10", "10k"]


def test_an_axis_of_equal_values_has_a_span_around_them() -> None:
    assert span([0.7, 0.7], at_least=0.04) == pytest.approx((0.68, 0.72))


def test_an_axis_stays_in_its_bounds_and_keeps_its_span() -> None:
    assert span([1.0], at_least=0.04, within=(0.0, 1.0)) == pytest.approx((0.96, 1.0))
    assert span([0.0], at_least=0.04, within=(0.0, 1.0)) == pytest.approx((0.0, 0.04))


def test_an_axis_has_a_margin() -> None:
    assert span([0.0, 10.0], at_least=1, margin=0.1) == pytest.approx((-1.0, 11.0))


def test_huge_values_that_differ_in_their_last_digit_have_a_span_too() -> None:
    low, high = span([1e15, math.nextafter(1e15, math.inf)], at_least=0.1)
    assert high - low >= 1e9


def test_ticks_are_left_out_until_their_texts_have_room() -> None:
    wide = fitting(linear(0, 20), lambda text: 20.0 * len(text), 10)
    assert [tick.text for tick in wide] == ["0", "5", "10", "15", "20"]
    assert len(fitting(linear(0, 20), lambda _: 1000.0, 10)) == 1
