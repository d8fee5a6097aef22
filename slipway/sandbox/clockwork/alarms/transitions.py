"""Follows the history of alarms, and does what each change of state calls for: the event, then the actions.

Whoever changed the state, the clockwork or a person by SetAlarmState, it is in the history.
"""

import json
import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from slipway.sandbox.clockwork.alarms.telling import Transition, actions_of, event_of, message_of
from slipway.sandbox.sagemaker.context import ContextFactory, Scope

log = logging.getLogger(__name__)

BOTH = ["MetricAlarm", "CompositeAlarm"]


class RecordAction(Protocol):
    """Writes into an alarm's history what was done for it."""

    def __call__(self, account: str, region: str, alarm_name: str, summary: str, data: dict[str, Any]) -> None:
        """Add an item of type Action."""


class Transitions:
    """What was told already, by account and region; what changed before `clock` said its first time is not told."""

    def __init__(self, contexts: ContextFactory, clock: Callable[[], datetime], record: RecordAction) -> None:
        self._contexts = contexts
        self._record = record
        self._began = clock()
        self._lock = threading.Lock()
        self._told: dict[Scope, tuple[datetime, set[tuple[str, datetime]]]] = {}
        self._entered: dict[tuple[Scope, str], datetime] = {}

    def look(self, scope: Scope) -> None:
        """Tell what has changed since the last look."""
        with self._lock:
            since, told = self._told.get(scope, (self._began, set()))
            items = self._history(scope, since)
            for item in items:
                key = (item["AlarmName"], item["Timestamp"])
                if key not in told:
                    told.add(key)
                    self._tell(scope, item)
            if items:
                newest = max(item["Timestamp"] for item in items)
                self._told[scope] = (newest, {key for key in told if key[1] >= newest - timedelta(seconds=2)})

    def _history(self, scope: Scope, since: datetime) -> list[dict[str, Any]]:
        pages = self._contexts(scope).aws.client("cloudwatch").get_paginator("describe_alarm_history")
        wanted: dict[str, Any] = {"HistoryItemType": "StateUpdate", "AlarmTypes": BOTH, "StartDate": since}
        return [
            item for page in pages.paginate(**wanted, ScanBy="TimestampAscending") for item in page["AlarmHistoryItems"]
        ]

    def _tell(self, scope: Scope, item: Mapping[str, Any]) -> None:
        name, moment = item["AlarmName"], item["Timestamp"]
        found = self._contexts(scope).aws.client("cloudwatch").describe_alarms(AlarmNames=[name], AlarmTypes=BOTH)
        alarms = [*found["MetricAlarms"], *found["CompositeAlarms"]]
        before = self._entered.get((scope, name), moment)
        self._entered[scope, name] = moment
        if not alarms:
            return
        data = json.loads(item["HistoryData"])
        transition = Transition(alarms[0], data["oldState"], data["newState"], moment, before)
        try:
            self._contexts(scope).aws.events.put_events(Entries=[event_of(transition)])  # type: ignore[list-item]
        except (ClientError, BotoCoreError) as error:
            log.warning("alarm %s: its event could not be put: %s", name, error)
        for action in actions_of(transition):
            self._act(scope, transition, action)

    def _act(self, scope: Scope, transition: Transition, action: str) -> None:
        name, state = transition.alarm["AlarmName"], transition.new["stateValue"]
        kind = action.split(":")[2] if action.startswith("arn:") else action
        if kind == "autoscaling":
            return  # the policy looks at its alarms by itself, for as long as they ring
        if kind != "sns":
            log.warning("alarm %s is in %s: the sandbox does not carry out the action %s", name, state, action)
            return
        subject, message = message_of(transition, scope)
        region, account = action.split(":")[3:5]
        data = {"actionState": "Succeeded", "notificationResource": action, "stateUpdateTimestamp": _millis(transition)}
        summary = f"Successfully executed action {action}"
        try:
            topics = self._contexts(Scope(account, region)).aws.client("sns")
            topics.publish(TopicArn=action, Subject=subject, Message=message)
        except (ClientError, BotoCoreError) as error:
            log.warning("alarm %s: the action %s failed: %s", name, action, error)
            data |= {"actionState": "Failed", "error": str(error)}
            summary = f'Failed to execute action {action}. Received error: "{error}"'
        self._record(scope.account, scope.region, name, summary, data)


def _millis(transition: Transition) -> int:
    return round(transition.moment.timestamp() * 1000)
