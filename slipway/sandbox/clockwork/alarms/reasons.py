"""Why an alarm is in its state, in CloudWatch's words and in its JSON.

Forms after the examples of DescribeAlarmHistory in the AWS CLI's reference and of the user guide's alarm events; of
what they do not show the words are those that CloudWatch is known to use.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from slipway.sandbox.clockwork.alarms.rule import State

WORDS = {
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "GreaterThanThreshold": "greater than",
    "LessThanThreshold": "less than",
    "LessThanOrEqualToThreshold": "less than or equal to",
}
TREATED = {"breaching": "Breaching", "notBreaching": "NonBreaching", "ignore": "Ignore", "missing": "Missing"}
Point = tuple[datetime, float]


def stamp(moment: datetime) -> str:
    """Return a time as alarms' JSON has it: 2014-04-09T18:59:06.419+0000."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"


def reason_of(alarm: Mapping[str, Any], points: Sequence[Point], missing: int, over: int, state: State) -> str:
    """Return the StateReason; `points` are what there is, newest first, `over` of them beyond the threshold."""
    periods, needed = alarm["EvaluationPeriods"], alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"]
    if state == "INSUFFICIENT_DATA":
        return f"Insufficient Data: {_count(missing, 'datapoint')} {'was' if missing == 1 else 'were'} unknown."
    treated = TREATED[alarm.get("TreatMissingData") or "missing"]
    gaps = f"{_count(missing, 'missing datapoint')} {'was' if missing == 1 else 'were'} treated as [{treated}]"
    if not points:
        return f"Threshold Crossed: no datapoints were received for {_count(missing, 'period')} and {gaps}."
    shown = over if state == "ALARM" else len(points) - over
    values = [f"{value!r} ({moment.astimezone(UTC):%d/%m/%y %H:%M:%S})" for moment, value in points]
    verb = "was" if shown == 1 else "were"
    relation = WORDS[alarm["ComparisonOperator"]] if state == "ALARM" else f"not {WORDS[alarm['ComparisonOperator']]}"
    change = "OK -> ALARM" if state == "ALARM" else "ALARM -> OK"
    least = needed if state == "ALARM" else periods - needed + 1
    filled = f"; {gaps}" if missing else ""
    return (
        f"Threshold Crossed: {shown} out of the last {_count(len(points), 'datapoint')} [{', '.join(values)}] {verb} "
        f"{relation} the threshold ({float(alarm['Threshold'])}) "
        f"(minimum {_count(least, 'datapoint')} for {change} transition){filled}."
    )


def data_of(alarm: Mapping[str, Any], points: Sequence[Point], asked: datetime, period: int) -> str:
    """Return the StateReasonData, a JSON document."""
    document: dict[str, Any] = {"version": "1.0", "queryDate": stamp(asked)}
    if points:
        document["startDate"] = stamp(points[-1][0])
    statistic = alarm.get("Statistic") or alarm.get("ExtendedStatistic")
    if statistic is not None:
        document["statistic"] = statistic
    if alarm.get("Unit") is not None:
        document["unit"] = alarm["Unit"]
    document |= {
        "period": period,
        "recentDatapoints": [value for _, value in reversed(points)],
        "threshold": float(alarm["Threshold"]),
        "evaluatedDatapoints": [{"timestamp": stamp(moment), "value": value} for moment, value in points],
    }
    return json.dumps(document)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
