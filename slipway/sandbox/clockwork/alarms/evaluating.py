"""A metric alarm evaluated: its metrics asked for, its datapoints judged.

Whole periods only: the last one ends at the last whole minute, or at the last multiple of a period below a minute.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import ge, gt, le, lt
from typing import Any

from botocore.exceptions import ClientError

from slipway.sandbox.clockwork.alarms.missing_data import EXTRA_PERIODS, judge
from slipway.sandbox.clockwork.alarms.reasons import data_of, reason_of
from slipway.sandbox.clockwork.alarms.rule import State

MINUTE = 60
COMPARISONS = {
    "GreaterThanOrEqualToThreshold": ge,
    "GreaterThanThreshold": gt,
    "LessThanThreshold": lt,
    "LessThanOrEqualToThreshold": le,
}


@dataclass(frozen=True)
class Outcome:
    """The state that an alarm should be in, and why."""

    state: State
    reason: str
    data: str


def queries_of(alarm: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the MetricDataQueries of an alarm; `alarm` is what DescribeAlarms or PutMetricAlarm says."""
    if alarm.get("Metrics"):
        returned = returning(alarm["Metrics"])
        return [{**query, "ReturnData": query["Id"] in returned} for query in alarm["Metrics"]]
    metric = {"Namespace": alarm["Namespace"], "MetricName": alarm["MetricName"]}
    stat: dict[str, Any] = {
        "Metric": metric | {"Dimensions": list(alarm.get("Dimensions") or [])},
        "Period": alarm["Period"],
        "Stat": alarm.get("Statistic") or alarm["ExtendedStatistic"],
    }
    if alarm.get("Unit") is not None:
        stat["Unit"] = alarm["Unit"]
    return [{"Id": "m1", "MetricStat": stat, "ReturnData": True}]


def returning(queries: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the Ids of the queries whose data is the alarm's.

    ReturnData is true where it is left out; beside one that says so itself it is not, which AWS would refuse.
    """
    told = [query["Id"] for query in queries if query.get("ReturnData") is True]
    return told or [query["Id"] for query in queries if query.get("ReturnData") is None]


def period_of(alarm: Mapping[str, Any]) -> int:
    """Return the length of an alarm's periods in seconds."""
    queries = queries_of(alarm)
    periods = [int(query["MetricStat"]["Period"]) for query in queries if query.get("MetricStat")]
    return min(periods or [int(query["Period"]) for query in queries if query.get("Period")] or [MINUTE])


def evaluate(alarm: Mapping[str, Any], cloudwatch: Any, moment: datetime) -> Outcome:
    """Return what an alarm's state should be at a moment; metrics that cannot be had are insufficient data."""
    period, periods = period_of(alarm), int(alarm["EvaluationPeriods"])
    unit = min(period, MINUTE)
    end = moment.timestamp() // unit * unit
    begins = [end - number * period for number in range(periods + EXTRA_PERIODS, 0, -1)]
    try:
        values = _values(alarm, cloudwatch, begins[0], end)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        reason = f"Insufficient Data: {error.response['Error']['Message']}"
        return Outcome("INSUFFICIENT_DATA", reason, json.dumps({"version": "1.0"}))
    comparison, threshold = COMPARISONS[alarm["ComparisonOperator"]], float(alarm["Threshold"])
    found = [values.get(begin) for begin in begins]
    state = judge(
        found,
        lambda value: bool(comparison(value, threshold)),
        periods=periods,
        needed=int(alarm.get("DatapointsToAlarm") or periods),
        treatment=alarm.get("TreatMissingData") or "missing",
        current=alarm["StateValue"],
    )
    real = [
        (datetime.fromtimestamp(begin, UTC), value)
        for begin, value in zip(begins, found, strict=True)
        if value is not None
    ]
    points = real[: -periods - 1 : -1]
    over = sum(1 for _, value in points if comparison(value, threshold))
    reason = reason_of(alarm, points, periods - len(points), over, state)
    return Outcome(state, reason, data_of(alarm, points, moment, period))


def latest(alarm: Mapping[str, Any], cloudwatch: Any, moment: datetime) -> float | None:
    """Return the newest datapoint of what an alarm watches, None where it has none in its evaluation range."""
    period = period_of(alarm)
    end = moment.timestamp() // MINUTE * MINUTE
    values = _values(alarm, cloudwatch, end - (int(alarm["EvaluationPeriods"]) + EXTRA_PERIODS) * period, end)
    return values[max(values)] if values else None


def _values(alarm: Mapping[str, Any], cloudwatch: Any, start: float, end: float) -> dict[float, float]:
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=queries_of(alarm),
        StartTime=datetime.fromtimestamp(start, UTC),
        EndTime=datetime.fromtimestamp(end, UTC),
    )
    (result,) = answer["MetricDataResults"] or [{"Timestamps": [], "Values": []}]
    return {moment.timestamp(): value for moment, value in zip(result["Timestamps"], result["Values"], strict=True)}
