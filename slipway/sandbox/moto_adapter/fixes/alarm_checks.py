"""PutMetricAlarm: moto takes what AWS refuses, and what the sandbox could not evaluate.

An unknown function of metric math is refused by its name, and so are anomaly detection bands and trimmed statistics.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from moto.cloudwatch.exceptions import ValidationError
from moto.cloudwatch.responses import CloudWatchResponse

from slipway.sandbox.clockwork.alarms.evaluating import returning
from slipway.sandbox.clockwork.alarms.missing_data import TREATMENTS
from slipway.sandbox.clockwork.alarms.statistics import is_known
from slipway.sandbox.clockwork.alarms.syntax import ExpressionError, names_of, parse
from slipway.sandbox.moto_adapter.fixes.replacing import replace

STATIC = (
    "GreaterThanOrEqualToThreshold",
    "GreaterThanThreshold",
    "LessThanThreshold",
    "LessThanOrEqualToThreshold",
)
SHORT_PERIODS = (10, 20, 30)
MINUTE, WEEK = 60, 604_800


def apply() -> None:
    """Check before moto remembers."""
    put = CloudWatchResponse.put_metric_alarm

    def put_metric_alarm(self: Any) -> Any:
        problem = next(_problems(self._get_params()), None)
        if problem is not None:
            raise ValidationError(problem)
        return put(self)

    replace(CloudWatchResponse, put_metric_alarm=put_metric_alarm)


def _problems(alarm: Mapping[str, Any]) -> Iterator[str]:
    operator, treatment = alarm.get("ComparisonOperator"), alarm.get("TreatMissingData")
    if alarm.get("ThresholdMetricId") is not None or operator not in STATIC:
        yield f"the sandbox evaluates static thresholds only ({', '.join(STATIC)}), got {operator}"
    if treatment is not None and treatment not in TREATMENTS:
        yield f"TreatMissingData must be one of {', '.join(TREATMENTS)}, got {treatment}"
    if alarm.get("Threshold") is None:
        yield "Threshold is required"
    periods = alarm.get("EvaluationPeriods")
    if periods is None:
        yield "EvaluationPeriods is required"
    elif not 1 <= int(alarm.get("DatapointsToAlarm") or 1) <= int(periods):
        yield f"DatapointsToAlarm must be 1 to EvaluationPeriods ({periods}), got {alarm['DatapointsToAlarm']}"
    elif alarm.get("Metrics"):
        yield from _of_queries(alarm["Metrics"], int(periods), alarm)
    else:
        yield from _of_metric(alarm, int(periods))


def _of_metric(alarm: Mapping[str, Any], periods: int) -> Iterator[str]:
    missing = [name for name in ("Namespace", "MetricName", "Period") if alarm.get(name) is None]
    if missing:
        yield f"{', '.join(missing)} must be given for an alarm of one metric"
        return
    statistics = [alarm[name] for name in ("Statistic", "ExtendedStatistic") if alarm.get(name) is not None]
    if len(statistics) != 1:
        yield "exactly one of Statistic and ExtendedStatistic must be given"
    elif not is_known(statistics[0]):
        yield f"the sandbox does not know the statistic {statistics[0]}"
    yield from _of_period(int(alarm["Period"]), periods)


def _of_period(period: int, periods: int) -> Iterator[str]:
    if period not in SHORT_PERIODS and (period < MINUTE or period % MINUTE):
        yield f"Period must be 10, 20, 30 or a multiple of 60, got {period}"
    elif period * periods > WEEK:
        yield f"Metrics cannot be checked across more than seven days, got {period * periods} seconds"


def _of_queries(queries: list[Mapping[str, Any]], periods: int, alarm: Mapping[str, Any]) -> Iterator[str]:
    if any(alarm.get(name) is not None for name in ("Namespace", "MetricName", "Statistic", "ExtendedStatistic")):
        yield "MetricName, Namespace, Statistic and ExtendedStatistic cannot be given together with Metrics"
    returned = returning(queries)
    if len(returned) != 1:
        yield f"exactly one of Metrics must return data, got {', '.join(returned) or 'none'}"
    known = {query["Id"] for query in queries}
    for query in queries:
        if query.get("MetricStat") is not None:
            statistic = query["MetricStat"]["Stat"]
            if not is_known(statistic):
                yield f"the sandbox does not know the statistic {statistic}"
            yield from _of_period(int(query["MetricStat"]["Period"]), periods)
        elif query.get("Expression") is not None:
            yield from _of_expression(query, known)
        else:
            yield f"{query['Id']} has neither MetricStat nor Expression"


def _of_expression(query: Mapping[str, Any], known: set[str]) -> Iterator[str]:
    try:
        unknown = names_of(parse(query["Expression"])) - known
    except ExpressionError as error:
        yield f"Error in expression '{query['Id']}': {error}"
        return
    if unknown:
        yield f"Error in expression '{query['Id']}': {', '.join(sorted(unknown))} is not among the metrics"
