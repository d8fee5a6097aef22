"""Schedules of EventBridge Scheduler.

A flexible time window is used at its begin. A rate without a start date begins one period after the schedule was made.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule.html
"""

import json
import logging
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from slipway.sandbox.clockwork.schedules.cron import CronError
from slipway.sandbox.clockwork.schedules.expressions import of_schedule
from slipway.sandbox.clockwork.schedules.planned import Plan
from slipway.sandbox.clockwork.schedules.rules import scheduled_event
from slipway.sandbox.moto_adapter.hooks import Delivery
from slipway.sandbox.sagemaker.context import ContextFactory, Scope

log = logging.getLogger(__name__)


class Schedules:
    """What schedules plan; `deliver` brings their input to the target."""

    def __init__(self, contexts: ContextFactory, deliver: Callable[[Delivery], None]) -> None:
        self._contexts = contexts
        self._deliver = deliver

    def plans(self, scope: Scope) -> Iterator[Plan]:
        """Return the enabled schedules of all groups."""
        scheduler = self._contexts(scope).aws.client("scheduler")
        for page in scheduler.get_paginator("list_schedules").paginate():
            for listed in page["Schedules"]:
                schedule = scheduler.get_schedule(GroupName=listed["GroupName"], Name=listed["Name"])
                schedule.pop("ResponseMetadata")
                if schedule.get("State") == "DISABLED":
                    continue
                zone = schedule.get("ScheduleExpressionTimezone") or "UTC"
                try:
                    expression = of_schedule(schedule["ScheduleExpression"], zone)
                except CronError:  # made before such were refused
                    continue
                start, end = (_in_utc(schedule.get(name)) for name in ("StartDate", "EndDate"))
                text = json.dumps(schedule, default=str, sort_keys=True)
                yield Plan(schedule["Arn"], expression, text, start, end, schedule)

    def carry_out(self, scope: Scope, plan: Plan, moment: datetime) -> None:
        """Send the target its input."""
        target = plan.details["Target"]
        event = scheduled_event(scope, plan.name, moment, "aws.scheduler")
        text = _filled(target["Input"], plan.name, event) if target.get("Input") else json.dumps(event)
        self._deliver(Delivery(scope.account, scope.region, plan.name, target, text, event))

    def completed(self, scope: Scope, plan: Plan) -> None:
        """Delete the schedule if it says so."""
        if plan.details.get("ActionAfterCompletion") != "DELETE":
            return
        try:
            scheduler = self._contexts(scope).aws.client("scheduler")
            scheduler.delete_schedule(GroupName=plan.details["GroupName"], Name=plan.details["Name"])
        except ClientError as error:  # somebody was faster
            log.info("%s: %s", plan.name, error)


def _filled(text: str, arn: str, event: Mapping[str, Any]) -> str:
    """Return the input with Scheduler's context attributes filled in."""
    for name, value in {
        "schedule-arn": arn,
        "scheduled-time": str(event["time"]),
        "execution-id": str(uuid.uuid4()),
        "attempt-number": "1",
    }.items():
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return text


def _in_utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)
