"""CloudWatch Logs: moto's metric filters put no metric, there is no TestMetricFilter, and patterns are half understood.

A log event's datum has the event's time, moved by as much as the sandbox's clock was set forward. Where a filter has a
default value, it is put once for each PutLogEvents of which no event matched.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TestMetricFilter.html
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.logs.exceptions import InvalidParameterException
from moto.logs.models import LogsBackend
from moto.logs.responses import LogsResponse
from moto.logs.utils import EventMessageFilter

from slipway.sandbox.clockwork.log_patterns.conditions import PatternError
from slipway.sandbox.clockwork.log_patterns.pattern import Matcher, matcher_of
from slipway.sandbox.clockwork.log_patterns.transformation import datum_of, default_of
from slipway.sandbox.moto_adapter.fixes.replacing import replace
from slipway.sandbox.moto_adapter.now import ahead

_matcher = lru_cache(maxsize=256)(matcher_of)


def apply() -> None:
    """Put metrics behind PutLogEvents, read patterns when filters are put, and answer TestMetricFilter."""
    put_events, put_filter = LogsBackend.put_log_events, LogsBackend.put_metric_filter

    def put_log_events(self: Any, log_group_name: str, log_stream_name: str, log_events: list[dict[str, Any]]) -> Any:
        answer = put_events(self, log_group_name, log_stream_name, log_events)
        filters = [each for each in self.filters.metric_filters if each["logGroupName"] == log_group_name]
        for each in filters:
            _emit(self, each, log_events)
        return answer

    def put_metric_filter(self: Any, filter_name: str, filter_pattern: str, *rest: Any) -> None:
        _require_readable(filter_pattern)
        put_filter(self, filter_name, filter_pattern, *rest)

    replace(LogsBackend, put_log_events=put_log_events, put_metric_filter=put_metric_filter)
    replace(LogsResponse, test_metric_filter=_test)
    replace(EventMessageFilter, __init__=_read, matches=_matches)


def _read(self: Any, pattern: str | None) -> None:
    self.slipway_matcher = _require_readable(pattern or "")


def _matches(self: Any, message: str) -> bool:
    return self.slipway_matcher(message) is not None


def _require_readable(pattern: str) -> Matcher:
    try:
        return _matcher(pattern)
    except PatternError as error:
        raise InvalidParameterException(f"Invalid filter pattern: {error}") from error


def _emit(backend: Any, metric_filter: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> None:
    try:
        matcher = _matcher(metric_filter["filterPattern"] or "")
    except PatternError:  # put before such were refused
        return
    cloudwatch = cloudwatch_backends[backend.account_id][backend.region_name]
    for transformation in metric_filter["metricTransformations"]:
        data = list(_data(matcher, transformation, events))
        if data:
            cloudwatch.put_metric_data(transformation["metricNamespace"], data)


def _data(
    matcher: Matcher, transformation: Mapping[str, Any], events: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    matched, later = False, ahead()
    for event in events:
        match = matcher(event["message"])
        if match is None:
            continue
        matched = True
        datum = datum_of(transformation, match)
        if datum is not None:
            moment = datetime.fromtimestamp(event["timestamp"] / 1000, UTC) + later
            yield datum | {"Timestamp": moment.replace(tzinfo=None)}
    default = default_of(transformation)
    if events and not matched and default is not None:
        yield default


def _test(response: Any) -> str:
    matcher = _require_readable(response._get_param("filterPattern") or "")  # noqa: SLF001  (moto's own way)
    matches = []
    for number, message in enumerate(response._get_param("logEventMessages"), 1):  # noqa: SLF001
        match = matcher(message)
        if match is not None:
            extracted = dict(match.extracted)
            matches.append({"eventNumber": number, "eventMessage": message, "extractedValues": extracted})
    return json.dumps({"matches": matches})
