"""CloudWatch's metrics: moto answers no metric math and breaks on percentiles, and mixes metrics up.

It takes metrics whose dimensions or namespace differ for one, begins periods wherever the request begins, and stamps
data without a time by the system's clock. SELECT (Metrics Insights) is refused by name: moto sums whatever it has.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.exceptions import InvalidParameterCombination, InvalidParameterValue, ValidationError
from moto.cloudwatch.models import CloudWatchBackend, MetricDatumBase
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from slipway.sandbox.clockwork.alarms.metric_math import EmptyError, Frame, Series, Value, compute
from slipway.sandbox.clockwork.alarms.statistics import SIMPLE, Sample, is_known, statistic_of
from slipway.sandbox.clockwork.alarms.syntax import ExpressionError, names_of, parse
from slipway.sandbox.moto_adapter.fixes.replacing import replace
from slipway.sandbox.moto_adapter.metric_index import entries, epoch
from slipway.sandbox.moto_adapter.now import naive_now

MINUTE = 60
Query = Mapping[str, Any]


def apply() -> None:
    """Replace what reads metrics, and the time of what is put without one."""
    begin = MetricDatumBase.__init__

    def __init__(  # noqa: N807
        self: Any, namespace: str, name: str, dimensions: Any, timestamp: datetime | None, unit: Any = None
    ) -> None:
        begin(self, namespace, name, dimensions, timestamp or naive_now(), unit)

    replace(MetricDatumBase, __init__=__init__)
    replace(CloudWatchBackend, get_metric_data=_get_metric_data)
    replace(CloudWatchResponse, get_metric_statistics=_get_metric_statistics)


def _get_metric_data(
    backend: Any,
    queries: Sequence[Query],
    start_time: datetime,
    end_time: datetime,
    scan_by: str = "TimestampDescending",
) -> list[dict[str, Any]]:
    if epoch(start_time) >= epoch(end_time):
        raise ValidationError("The parameter EndTime must be greater than StartTime.")
    results = _Results(backend, queries, epoch(start_time), epoch(end_time))
    answers = []
    for query in queries:
        if not query.get("ReturnData", True):
            continue
        value = results.of(query["Id"])
        for series in value if isinstance(value, list) else [value]:
            moments = sorted(series, reverse=scan_by != "TimestampAscending")
            answers.append(
                {
                    "id": query["Id"],
                    "label": query.get("Label") or _label(query),
                    "values": [series[moment] for moment in moments],
                    "timestamps": [_naive(moment) for moment in moments],
                    "status_code": "Complete",
                }
            )
    return answers


class _Results:
    """Values by Id, each computed when it is first asked for."""

    def __init__(self, backend: Any, queries: Sequence[Query], start: float, end: float) -> None:
        self._backend = backend
        self._queries = {query["Id"]: query for query in queries}
        periods = [int(query["MetricStat"]["Period"]) for query in queries if "MetricStat" in query]
        periods += [int(query["Period"]) for query in queries if query.get("Period") is not None]
        self._period = max(1, min(periods, default=MINUTE))
        self._start = rounded(start, self._period)
        self._end = end
        self._values: dict[str, Series | list[Series]] = {}
        self._under_way: set[str] = set()

    def of(self, name: str) -> Series | list[Series]:
        """Return a query's value."""
        if name not in self._values:
            query = self._queries[name]
            self._values[name] = self._metric(query["MetricStat"]) if "MetricStat" in query else self._expression(query)
        return self._values[name]

    def _metric(self, wanted: Query) -> Series:
        metric, period, statistic = wanted["Metric"], int(wanted["Period"]), wanted["Stat"]
        if not is_known(statistic):
            raise ValidationError(f"the sandbox does not know the statistic {statistic}")
        samples = periods_of(
            self._backend, metric["Namespace"], metric["MetricName"], metric.get("Dimensions") or [],
            wanted.get("Unit"), self._start, self._end, period,
        )  # fmt: skip
        values = {moment: statistic_of(each, statistic) for moment, each in samples.items()}
        return {moment: value for moment, value in values.items() if value is not None}

    def _expression(self, query: Query) -> Series | list[Series]:
        name, text = query["Id"], query["Expression"]
        if text.lstrip().upper().startswith("SELECT"):
            raise ValidationError(f"the sandbox does not answer Metrics Insights queries: {text}")
        if name in self._under_way:
            raise ValidationError(f"Error in expression '{name}': it refers to itself")
        self._under_way.add(name)
        try:
            tree = parse(text)
            values: dict[str, Value] = {each: self.of(each) for each in names_of(tree) if each in self._queries}
            moments = []
            moment = self._start
            while moment < self._end:
                moments.append(moment)
                moment += self._period
            return compute(tree, Frame(moments, self._period, values, self._metrics()))
        except EmptyError:
            return {}
        except ExpressionError as error:
            raise ValidationError(f"Error in expression '{name}': {error}") from error

    def _metrics(self) -> dict[str, Series]:
        wanted = [name for name, query in self._queries.items() if "MetricStat" in query]
        return {name: value for name in wanted if isinstance(value := self.of(name), dict)}


def periods_of(
    backend: Any,
    namespace: str,
    name: str,
    dimensions: Sequence[dict[str, str]],
    unit: str | None,
    start: float,
    end: float,
    period: int,
) -> dict[float, list[Sample]]:
    """Return what was put into a metric by the begin of its period, in seconds since the epoch."""
    found: dict[float, list[Sample]] = {}
    for moment, sample, its_unit in entries(backend, namespace, name, dimensions):
        if start <= moment < end and unit in {None, its_unit}:
            found.setdefault(start + (moment - start) // period * period, []).append(sample)
    return found


def rounded(moment: float, period: int) -> float:
    """Return where the first period begins: AWS rounds down to the minute, or to a shorter period's multiple."""
    unit = min(MINUTE, period)
    return moment // unit * unit


def _get_metric_statistics(response: Any) -> Any:
    statistics, extended = _parameter(response, "Statistics") or [], _parameter(response, "ExtendedStatistics") or []
    if not statistics and not extended:
        raise InvalidParameterCombination("Must specify either Statistics or ExtendedStatistics")
    unknown = [name for name in [*statistics, *extended] if not is_known(name)]
    if unknown:
        raise InvalidParameterValue(f"the sandbox does not know the statistic {unknown[0]}")
    start, end = epoch(_parameter(response, "StartTime")), epoch(_parameter(response, "EndTime"))
    if start >= end:
        raise InvalidParameterValue("The parameter StartTime must be less than the parameter EndTime.")
    name, period, unit = (_parameter(response, each) for each in ("MetricName", "Period", "Unit"))
    dimensions = _parameter(response, "Dimensions") or []
    backend, namespace = response.cloudwatch_backend, _parameter(response, "Namespace")
    first = rounded(start, int(period))
    found = periods_of(backend, namespace, name, dimensions, unit, first, end, int(period))
    units = {its_unit for _, _, its_unit in entries(backend, namespace, name, dimensions)}
    its_unit = unit or (units.pop() if len(units) == 1 else None) or "None"
    datapoints = []
    for moment, samples in sorted(found.items()):
        point: dict[str, Any] = {"Timestamp": _naive(moment), "Unit": its_unit}
        point |= {each: statistic_of(samples, each) for each in statistics if each in SIMPLE}
        percentiles = {each: value for each in extended if (value := statistic_of(samples, each)) is not None}
        datapoints.append(point | ({"ExtendedStatistics": percentiles} if percentiles else {}))
    return ActionResult({"Label": name, "Datapoints": datapoints})


def _label(query: Query) -> str:
    stat = query.get("MetricStat")
    return str(query["Id"]) if stat is None else f"{stat['Metric']['MetricName']} {stat['Stat']}"


def _naive(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, UTC).replace(tzinfo=None)


def _parameter(response: Any, name: str) -> Any:
    return response._get_param(name)  # noqa: SLF001  (moto's own way to read parameters)
