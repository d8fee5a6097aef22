"""Metric math, after the examples and the rules of CloudWatch's user guide."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.sandbox.clockwork.alarms.metric_math import EmptyError, Frame, Series, compute
from slipway.sandbox.clockwork.alarms.syntax import ExpressionError, names_of, parse

MOMENTS = [0.0, 60.0, 120.0, 180.0]
METRICS: dict[str, Series] = {
    "errors": {0.0: 1.0, 60.0: 0.0, 180.0: 2.0},
    "calls": {0.0: 10.0, 60.0: 0.0, 180.0: 8.0},
    "none": {},
}


def result(text: str, metrics: dict[str, Series] | None = None) -> Series | list[Series]:
    known = METRICS if metrics is None else metrics
    return compute(parse(text), Frame(MOMENTS, 60, known, known))


def test_a_rate_of_errors_has_no_value_where_nothing_was_called() -> None:
    assert result("100*errors/calls") == {0.0: 10.0, 180.0: 25.0}


def test_if_gives_a_value_where_there_would_be_none() -> None:
    assert result("IF(calls > 0, errors / calls, 0)") == {0.0: 0.1, 60.0: 0.0, 180.0: 0.25}
    assert result("IF(calls > 0, errors)") == {0.0: 1.0, 180.0: 2.0}


def test_fill_fills_by_a_number_a_metric_the_last_value_or_a_line() -> None:
    assert result("FILL(errors, 0)") == {0.0: 1.0, 60.0: 0.0, 120.0: 0.0, 180.0: 2.0}
    assert result("FILL(errors, REPEAT)") == {0.0: 1.0, 60.0: 0.0, 120.0: 0.0, 180.0: 2.0}
    assert result("FILL(errors, LINEAR)") == {0.0: 1.0, 60.0: 0.0, 120.0: 1.0, 180.0: 2.0}
    assert result("FILL(none, errors)") == METRICS["errors"]
    assert result("FILL(none, 7)") == dict.fromkeys(MOMENTS, 7.0)


def test_an_aggregate_of_an_array_is_a_series_and_of_a_series_a_number() -> None:
    assert result("SUM([errors, calls])") == {0.0: 11.0, 60.0: 0.0, 180.0: 10.0}
    assert result('MAX(METRICS("err"))') == METRICS["errors"]
    assert result("errors - AVG(errors)") == {0.0: 0.0, 60.0: -1.0, 180.0: 1.0}
    with pytest.raises(ExpressionError, match="single number"):
        result("AVG(errors)")
    with pytest.raises(EmptyError):
        result("errors - AVG(none)")


def test_an_array_stays_an_array_moment_by_moment() -> None:
    assert result("METRICS() * 2") == [{m: v * 2 for m, v in series.items()} for series in METRICS.values()]


def test_differences_and_rates_are_between_neighbours() -> None:
    assert result("DIFF(errors)") == {60.0: -1.0, 180.0: 2.0}
    assert result("RATE(errors)") == {60.0: -1 / 60, 180.0: 2 / 120}
    assert result("RUNNING_SUM(errors)") == {0.0: 1.0, 60.0: 1.0, 180.0: 3.0}
    assert result("errors / PERIOD(errors)") == {0.0: 1 / 60, 60.0: 0.0, 180.0: 2 / 60}


def test_words_and_signs_join_conditions() -> None:
    assert result("errors > 0 AND calls > 9") == result("errors > 0 && calls > 9") == {0.0: 1.0, 60.0: 0.0, 180.0: 0.0}
    assert result("errors == 0 || calls == 8") == {0.0: 0.0, 60.0: 1.0, 180.0: 1.0}


@pytest.mark.parametrize("name", ["ANOMALY_DETECTION_BAND", "SEARCH", "SLICE"])
def test_a_function_that_is_not_known_is_refused_by_name(name: str) -> None:
    with pytest.raises(ExpressionError, match=f"does not know the metric math function {name}"):
        parse(f"{name}(errors, 2)")


@pytest.mark.parametrize("text", ["", "errors +", "(errors", "errors errors", "FILL(errors)", "errors $ 2", "[errors"])
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text)


def test_a_name_that_nobody_computed_is_refused() -> None:
    assert names_of(parse("IF(a > 1, FILL(b, 0), SUM([c, d]))")) == {"a", "b", "c", "d"}
    with pytest.raises(ExpressionError, match="'x'"):
        result("x + errors")


NUMBERS = st.integers(0, 9).map(str)
ARITHMETIC = st.recursive(
    NUMBERS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(" ".join),
        inner.map(lambda text: f"({text})"),
        inner.map(lambda text: f"-({text})"),
    ),
    max_leaves=10,
)


@given(ARITHMETIC)
def test_signs_bind_as_in_arithmetic(text: str) -> None:
    expected = eval(text)  # noqa: S307  (digits, signs and parentheses)
    assert result(f"FILL(none, 0) + {text}" if text[0] != "-" else f"FILL(none, 0) + ({text})")[0.0] == expected  # type: ignore[call-overload]
