"""Rules of EventBridge with a schedule: they exist on the default bus only, and their times are UTC.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html
"""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from slipway.sandbox.clockwork.delivery.event_input import target_input
from slipway.sandbox.clockwork.schedules.cron import CronError
from slipway.sandbox.clockwork.schedules.expressions import of_rule
from slipway.sandbox.clockwork.schedules.planned import Plan
from slipway.sandbox.moto_adapter.hooks import Delivery
from slipway.sandbox.sagemaker.context import ContextFactory, Scope


class ScheduledRules:
    """What rules plan; `deliver` brings their events to the targets."""

    def __init__(self, contexts: ContextFactory, deliver: Callable[[Delivery], None]) -> None:
        self._contexts = contexts
        self._deliver = deliver

    def plans(self, scope: Scope) -> Iterator[Plan]:
        """Return the enabled rules with a schedule."""
        pages = self._contexts(scope).aws.client("events").get_paginator("list_rules").paginate()
        for rule in (each for page in pages for each in page["Rules"]):
            text = rule.get("ScheduleExpression")
            if not text or rule.get("State") == "DISABLED":
                continue
            try:
                expression = of_rule(text)
            except CronError:  # put before such were refused
                continue
            yield Plan(rule["Arn"], expression, text, details={"name": rule["Name"]})

    def carry_out(self, scope: Scope, plan: Plan, moment: datetime) -> None:
        """Send the scheduled event to the rule's targets."""
        pages = self._contexts(scope).aws.client("events").get_paginator("list_targets_by_rule")
        event = scheduled_event(scope, plan.name, moment, "aws.events")
        for page in pages.paginate(Rule=plan.details["name"]):
            for target in page["Targets"]:
                text = target_input(target, event, plan.name, plan.details["name"])
                self._deliver(Delivery(scope.account, scope.region, plan.name, target, text, event))

    def completed(self, scope: Scope, plan: Plan) -> None:
        """Leave the rule: it stays until somebody deletes it."""


def scheduled_event(scope: Scope, arn: str, moment: datetime, source: str) -> dict[str, Any]:
    """Return the event that a schedule sends by itself."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": source,
        "account": scope.account,
        "time": moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": scope.region,
        "resources": [arn],
        "detail": {},
    }
