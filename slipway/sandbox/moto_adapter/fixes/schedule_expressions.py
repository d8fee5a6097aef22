"""PutRule, CreateSchedule and UpdateSchedule: moto takes any cron expression, and any time zone.

UpdateSchedule keeps nothing of what the call leaves out: moto keeps ActionAfterCompletion, and forgets that a schedule
is enabled unless it says otherwise.
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
https://docs.aws.amazon.com/scheduler/latest/APIReference/API_UpdateSchedule.html
"""

import json
from typing import Any

from moto.events.exceptions import ValidationException as EventsValidation
from moto.events.models import EventsBackend
from moto.scheduler.exceptions import ValidationException as SchedulerValidation
from moto.scheduler.models import EventBridgeSchedulerBackend
from moto.scheduler.responses import EventBridgeSchedulerResponse

from slipway.sandbox.clockwork.schedules.cron import CronError
from slipway.sandbox.clockwork.schedules.expressions import of_rule, of_schedule
from slipway.sandbox.moto_adapter.fixes.replacing import replace


def apply() -> None:
    """Read the expressions before moto stores them."""
    put_rule = EventsBackend.put_rule
    create, update = EventBridgeSchedulerBackend.create_schedule, EventBridgeSchedulerBackend.update_schedule
    answer_update = EventBridgeSchedulerResponse.update_schedule

    def checked_rule(self: Any, name: str, **given: Any) -> Any:
        expression = given.get("scheduled_expression")
        if expression:
            try:
                of_rule(expression)
            except CronError as error:
                raise EventsValidation(f"Parameter ScheduleExpression is not valid. Reason: {error}.") from error
        return put_rule(self, name, **given)

    def create_schedule(self: Any, **given: Any) -> Any:
        _check(given)
        return create(self, **given)

    def update_schedule(self: Any, **given: Any) -> Any:
        _check(given)
        return update(self, **given)

    def update_and_complete(self: Any) -> Any:
        answer = answer_update(self)
        parameters = json.loads(self.body)
        group = self.scheduler_backend.get_schedule_group(parameters.get("GroupName"))
        schedule = group.get_schedule(self.uri.split("?")[0].rsplit("/", 1)[-1])
        schedule.action_after_completion = parameters.get("ActionAfterCompletion")
        return answer

    replace(EventsBackend, put_rule=checked_rule)
    replace(EventBridgeSchedulerBackend, create_schedule=create_schedule, update_schedule=update_schedule)
    replace(EventBridgeSchedulerResponse, update_schedule=update_and_complete)


def _check(given: dict[str, Any]) -> None:
    given["state"] = given.get("state") or "ENABLED"
    expression = given["schedule_expression"]
    try:
        of_schedule(expression, given.get("schedule_expression_timezone") or "UTC")
    except CronError as error:
        raise SchedulerValidation(message=f"Invalid Schedule Expression {expression}: {error}.") from error
