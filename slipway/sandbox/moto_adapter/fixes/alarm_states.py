"""CloudWatch: an alarm begins without data, keeps its state when it is changed, and remembers what happened to it.

moto's begin as OK, and there again at every PutMetricAlarm; it has no DescribeAlarmHistory and no time of transition.
`record_action` adds what the clockwork did for an alarm: AWS has no call for that.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html
"""

import json
from datetime import datetime
from typing import Any

from moto.cloudwatch.exceptions import ValidationError
from moto.cloudwatch.models import Alarm, CloudWatchBackend, cloudwatch_backends
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from slipway.sandbox.moto_adapter.fixes.replacing import replace
from slipway.sandbox.moto_adapter.now import naive_now

FIRST_REASON = "Unchecked: Initial alarm creation"
PAGE = 100
KEPT = 1000
"""Items of history of an account and region; the oldest go first. AWS keeps two weeks."""
_STATE_FIELDS = (
    "state_value",
    "state_reason",
    "state_reason_data",
    "state_updated_timestamp",
    "state_transitioned_timestamp",
)


def apply() -> None:
    """Give alarms their first state, their lasting state and their history."""
    put, delete = CloudWatchBackend.put_metric_alarm, CloudWatchBackend.delete_alarms

    def put_metric_alarm(self: Any, name: str, **given: Any) -> Any:
        before = self.alarms.get(name)
        if before is not None and (before.rule is None) != (given.get("rule") is None):
            kind = "MetricAlarm" if before.rule is None else "CompositeAlarm"
            raise ValidationError(f"An alarm of type {kind} already exists with the name {name}")
        if before is not None:
            given["tags"] = None  # "If you use this operation to update an existing alarm, any tags are ignored"
        alarm: Any = put(self, name=name, **given)
        alarm.configuration_updated_timestamp = naive_now()
        if before is None:
            alarm.state_value, alarm.state_reason, alarm.state_reason_data = "INSUFFICIENT_DATA", FIRST_REASON, None
            alarm.state_updated_timestamp = alarm.state_transitioned_timestamp = naive_now()
        else:
            for field in _STATE_FIELDS:
                setattr(alarm, field, getattr(before, field, None))
        verb = "created" if before is None else "updated"
        data = {"version": "1.0", "type": "Create" if before is None else "Update"}
        _remember(self, alarm, "ConfigurationUpdate", f'Alarm "{name}" {verb}', data)
        return alarm

    def delete_alarms(self: Any, alarm_names: list[str]) -> None:
        leaving = [self.alarms[name] for name in alarm_names if name in self.alarms]
        delete(self, alarm_names)
        for alarm in leaving:
            data = {"version": "1.0", "type": "Delete"}
            _remember(self, alarm, "ConfigurationUpdate", f'Alarm "{alarm.name}" deleted', data)

    replace(CloudWatchBackend, put_metric_alarm=put_metric_alarm, delete_alarms=delete_alarms)
    replace(CloudWatchResponse, describe_alarm_history=_describe_history)
    replace(Alarm, update_state=_update)
    _let_states_be_remembered()


def _let_states_be_remembered() -> None:
    set_state = CloudWatchBackend.set_alarm_state

    def set_alarm_state(self: Any, alarm_name: str, reason: str, reason_data: str, state_value: str) -> None:
        alarm = self.alarms.get(alarm_name)
        before = None if alarm is None else _state_of(alarm)
        set_state(self, alarm_name, reason, reason_data, state_value)
        if alarm is not None and before is not None and before["stateValue"] != state_value:
            data = {"version": "1.0", "oldState": before, "newState": _state_of(alarm)}
            summary = f"Alarm updated from {before['stateValue']} to {state_value}"
            _remember(self, alarm, "StateUpdate", summary, data)

    replace(CloudWatchBackend, set_alarm_state=set_alarm_state)


def record_action(account: str, region: str, alarm_name: str, summary: str, data: dict[str, Any]) -> None:
    """Add an item of type Action to the history of an alarm, if it is still there."""
    backend = cloudwatch_backends[account][region]
    alarm = backend.alarms.get(alarm_name)
    if alarm is not None:
        _remember(backend, alarm, "Action", summary, {"version": "1.0", **data})


def _update(alarm: Any, reason: str, reason_data: str | None, state_value: str) -> None:
    moment = naive_now()
    if alarm.state_value != state_value:
        alarm.state_transitioned_timestamp = moment
    alarm.state_reason, alarm.state_reason_data, alarm.state_value = reason, reason_data, state_value
    alarm.state_updated_timestamp = moment


def _state_of(alarm: Any) -> dict[str, Any]:
    state: dict[str, Any] = {"stateValue": alarm.state_value, "stateReason": alarm.state_reason}
    if alarm.state_reason_data and alarm.state_reason_data != "{}":
        state["stateReasonData"] = json.loads(alarm.state_reason_data)
    return state


def _remember(backend: Any, alarm: Any, kind: str, summary: str, data: dict[str, Any]) -> None:
    history: list[dict[str, Any]] = backend.__dict__.setdefault("slipway_history", [])
    history.append(
        {
            "AlarmName": alarm.name,
            "AlarmType": "MetricAlarm" if alarm.rule is None else "CompositeAlarm",
            "Timestamp": naive_now(),
            "HistoryItemType": kind,
            "HistorySummary": summary,
            "HistoryData": json.dumps(data),
        }
    )
    del history[:-KEPT]


def _describe_history(response: Any) -> Any:
    history: list[dict[str, Any]] = response.cloudwatch_backend.__dict__.get("slipway_history", [])
    name, kind = _parameter(response, "AlarmName"), _parameter(response, "HistoryItemType")
    kinds = _parameter(response, "AlarmTypes") or ["MetricAlarm"]
    begin, end = _naive(_parameter(response, "StartDate")), _naive(_parameter(response, "EndDate"))
    chosen = [
        item
        for item in history
        if name in {None, item["AlarmName"]}
        and kind in {None, item["HistoryItemType"]}
        and item["AlarmType"] in kinds
        and (begin is None or item["Timestamp"] >= begin)
        and (end is None or item["Timestamp"] <= end)
    ]
    if _parameter(response, "ScanBy") != "TimestampAscending":
        chosen.reverse()
    start, count = int(_parameter(response, "NextToken") or 0), int(_parameter(response, "MaxRecords") or PAGE)
    answer: dict[str, Any] = {"AlarmHistoryItems": chosen[start : start + count]}
    if start + count < len(chosen):
        answer["NextToken"] = str(start + count)
    return ActionResult(answer)


def _naive(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=None)


def _parameter(response: Any, name: str) -> Any:
    return response._get_param(name)  # noqa: SLF001  (moto's own way to read parameters)
