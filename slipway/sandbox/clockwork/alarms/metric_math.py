"""Metric math computed: numbers, time series and arrays of them.

A series is a value by period's begin. Between two series only the moments count that both have; what divides by zero
has no value at that moment. An expression must end in a series, or in an array of them.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor
from statistics import pstdev

from slipway.sandbox.clockwork.alarms.syntax import Call, ExpressionError, Number, Text, Tree

Series = dict[float, float]
"""Values by the begin of their period, in seconds since the epoch."""
Value = float | Series | list[Series]


@dataclass(frozen=True)
class Frame:
    """What an expression is computed over."""

    moments: Sequence[float]
    """The begins of all periods, with or without data, ascending."""
    period: int
    values: Mapping[str, Value]
    """Results by Id: of metrics and of expressions computed before."""
    metrics: Mapping[str, Series]
    """Those of metrics alone: what METRICS() returns."""


def compute(tree: Tree, frame: Frame) -> Series | list[Series]:
    """Return what an expression comes to. Raises ExpressionError."""
    value = _value(tree, frame)
    if isinstance(value, int | float):
        raise ExpressionError("the expression gives a single number, it must give a time series")
    return value


def _value(tree: Tree, frame: Frame) -> Value:
    if isinstance(tree, Number):
        return tree.value
    if isinstance(tree, Text):
        raise ExpressionError(f"the text {tree.value!r} stands where a number or a metric must")
    if isinstance(tree, Call):
        return _called(tree, frame)
    if tree.id not in frame.values:
        raise ExpressionError(f"the expression refers to {tree.id!r}, which is not among the queries")
    return frame.values[tree.id]


def _called(tree: Call, frame: Frame) -> Value:
    if tree.function == "METRICS":
        return _metrics(tree, frame)
    if tree.function == "FILL":
        return _filled(_series(_value(tree.arguments[0], frame), "FILL"), tree.arguments[1], frame)
    arguments = [_value(each, frame) for each in tree.arguments]
    if tree.function == "array":
        return [series for each in arguments for series in (each if isinstance(each, list) else [_series(each, "[]")])]
    if tree.function == "IF":
        return _chosen(arguments, frame)
    if tree.function in _OPERATORS:
        return _combined(_OPERATORS[tree.function], arguments[0], arguments[1])
    return _applied(tree.function, arguments[0], frame)


def _metrics(tree: Call, frame: Frame) -> list[Series]:
    wanted = tree.arguments[0] if tree.arguments else Text("")
    if not isinstance(wanted, Text):
        raise ExpressionError("METRICS takes a text in quotes")
    return [series for name, series in frame.metrics.items() if wanted.value in name]


def _filled(series: Series, how: Tree, frame: Frame) -> Series:
    """Fill the moments without data: by a value, by the last one before (REPEAT), or along a line (LINEAR)."""
    if isinstance(how, Text):
        fill = {"REPEAT": _repeated, "LINEAR": _drawn}.get(how.value)
        if fill is None:
            raise ExpressionError(f"FILL takes a number, a metric, REPEAT or LINEAR, got {how.value!r}")
        return {moment: value for moment in frame.moments if (value := fill(series, moment)) is not None}
    other = _value(how, frame)
    if isinstance(other, list):
        raise ExpressionError("FILL cannot fill with an array")
    filling = dict.fromkeys(frame.moments, float(other)) if isinstance(other, int | float) else other
    return {
        moment: series[moment] if moment in series else filling[moment]
        for moment in frame.moments
        if moment in series or moment in filling
    }


def _repeated(series: Series, moment: float) -> float | None:
    before = [each for each in series if each <= moment]
    return series[max(before)] if before else None


def _drawn(series: Series, moment: float) -> float | None:
    if moment in series:
        return series[moment]
    before, after = [each for each in series if each < moment], [each for each in series if each > moment]
    if not before or not after:
        return None
    left, right = max(before), min(after)
    return series[left] + (series[right] - series[left]) * (moment - left) / (right - left)


def _chosen(arguments: Sequence[Value], frame: Frame) -> Value:
    """IF(condition, then, else): moment by moment where the condition is a series; no `else` means no value."""
    condition, yes = arguments[0], arguments[1]
    no: Value = arguments[2] if len(arguments) > 2 else {}  # noqa: PLR2004
    if isinstance(condition, list):
        raise ExpressionError("IF takes no array for a condition")
    if isinstance(condition, int | float):
        return yes if condition else no
    picked: Series = {}
    for moment, holds in condition.items():
        value = _at(yes if holds else no, moment)
        if value is not None and moment in frame.moments:
            picked[moment] = value
    return picked


def _at(value: Value, moment: float) -> float | None:
    if isinstance(value, list):
        raise ExpressionError("IF cannot choose an array")
    return value.get(moment) if isinstance(value, dict) else value


_OPERATORS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
    "^": operator.pow,
    "<": lambda left, right: float(left < right),
    "<=": lambda left, right: float(left <= right),
    ">": lambda left, right: float(left > right),
    ">=": lambda left, right: float(left >= right),
    "==": lambda left, right: float(left == right),
    "!=": lambda left, right: float(left != right),
    "AND": lambda left, right: float(bool(left) and bool(right)),
    "OR": lambda left, right: float(bool(left) or bool(right)),
}


def _combined(operation: Callable[[float, float], float], left: Value, right: Value) -> Value:
    if isinstance(left, list):
        return [_series(_combined(operation, each, right), "an operator") for each in left]
    if isinstance(right, list):
        return [_series(_combined(operation, left, each), "an operator") for each in right]
    if isinstance(left, dict) or isinstance(right, dict):
        moments = sorted((left if isinstance(left, dict) else right).keys())  # type: ignore[union-attr]
        pairs = ((moment, _at(left, moment), _at(right, moment)) for moment in moments)
        results = {m: _safely(operation, a, b) for m, a, b in pairs if a is not None and b is not None}
        return {moment: value for moment, value in results.items() if value is not None}
    result = _safely(operation, left, right)
    if result is None:
        raise ExpressionError("the expression divides one number by zero")
    return result


def _safely(operation: Callable[[float, float], float], left: float, right: float) -> float | None:
    try:
        result = operation(left, right)
    except (ZeroDivisionError, OverflowError):
        return None
    return result if isinstance(result, int | float) else None  # a root of a negative number is complex


_AGGREGATES: dict[str, Callable[[list[float]], float]] = {
    "AVG": lambda values: sum(values) / len(values),
    "MAX": max,
    "MIN": min,
    "STDDEV": pstdev,
    "SUM": sum,
}
_SINGLE: dict[str, Callable[[float], float]] = {
    "ABS": abs,
    "CEIL": ceil,
    "FLOOR": floor,
    "negative": operator.neg,
}


def _applied(name: str, value: Value, frame: Frame) -> Value:
    if name in _AGGREGATES:
        return _aggregated(name, value)
    if name == "METRIC_COUNT":
        return float(len(value)) if isinstance(value, list) else 1.0
    if isinstance(value, list):
        return _of_array(name, value, frame)
    if name in _SINGLE:
        single = _SINGLE[name]
        if isinstance(value, dict):
            return {moment: float(single(each)) for moment, each in value.items()}
        return float(single(value))
    return _along(name, _series(value, name), frame)


def _of_array(name: str, value: list[Series], frame: Frame) -> Value:
    if name not in {"FIRST", "LAST"}:
        return [_series(_applied(name, each, frame), name) for each in value]
    if not value:
        raise EmptyError(f"{name} of an empty array")
    return value[0 if name == "FIRST" else -1]


def _aggregated(name: str, value: Value) -> Value:
    """Of an array a series, moment by moment over those that have a value; of a series one number."""
    aggregate = _AGGREGATES[name]
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, dict):
        if not value:
            raise EmptyError(f"{name} of a metric without data")
        return float(aggregate(list(value.values())))
    moments = sorted({moment for series in value for moment in series})
    return {moment: float(aggregate([each[moment] for each in value if moment in each])) for moment in moments}


def _along(name: str, series: Series, frame: Frame) -> Value:
    moments = sorted(series)
    if name == "PERIOD":
        return float(frame.period)
    if name in {"FIRST", "LAST"}:
        if not moments:
            raise EmptyError(f"{name} of a metric without data")
        return series[moments[0 if name == "FIRST" else -1]]
    if name == "RUNNING_SUM":
        total, sums = 0.0, {}
        for moment in moments:
            total += series[moment]
            sums[moment] = total
        return sums
    steps = pairwise(moments)
    per_second = name == "RATE"
    return {later: (series[later] - series[before]) / (later - before if per_second else 1) for before, later in steps}


class EmptyError(ExpressionError):
    """A number was asked of a metric without data: the expression has no values, and is not wrong."""


def _series(value: Value, where: str) -> Series:
    if isinstance(value, dict):
        return value
    kind = "an array" if isinstance(value, list) else "a number"
    raise ExpressionError(f"{where} takes a metric, got {kind}")
