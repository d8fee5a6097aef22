"""The alarms of every account and region that has some: evaluated, set, and told about.

Every ten seconds, of which AWS uses every one for periods below a minute and every sixth for the others. On a long way
of a clock that was set forward: every minute, and of the skipped time the last three hours.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway.sandbox.clockwork.alarms.combining import combine, fingerprint, in_order
from slipway.sandbox.clockwork.alarms.evaluating import Outcome, evaluate
from slipway.sandbox.clockwork.alarms.rule import parse
from slipway.sandbox.clockwork.alarms.transitions import BOTH, RecordAction, Transitions
from slipway.sandbox.clockwork.noticed import Noticed
from slipway.sandbox.clockwork.steps import next_step
from slipway.sandbox.sagemaker.context import ContextFactory, Scope

STEP = timedelta(seconds=10)
LONG_WAY, LONG_STEP = timedelta(minutes=2), timedelta(minutes=1)
LONGEST_REASON, LONGEST_DATA = 1023, 4000
"""Characters that SetAlarmState takes."""

log = logging.getLogger(__name__)


class Alarms:
    """A source of the timeline."""

    def __init__(self, contexts: ContextFactory, clock: Callable[[], datetime], record: RecordAction) -> None:
        self._contexts = contexts
        self._transitions = Transitions(contexts, clock, record)
        self._noticed = Noticed()
        self._evaluated = clock()
        self._combined: dict[tuple[Scope, str], str] = {}

    def notice(self, scope: Scope) -> None:
        """Remember that there may be alarms here."""
        self._noticed.notice(scope)

    @property
    def busy(self) -> bool:
        """Whether there may be an alarm anywhere."""
        return bool(self._noticed)

    def look(self) -> None:
        """Tell about states that somebody set."""
        for scope in self._noticed.now():
            self._transitions.look(scope)

    def due(self, goal: datetime) -> datetime | None:
        """Return when alarms are evaluated next."""
        return next_step(self._evaluated, goal, STEP if goal - self._evaluated < LONG_WAY else LONG_STEP)

    def fire(self, moment: datetime) -> None:
        """Evaluate all alarms; forget places without any until one is put."""
        self._evaluated = moment
        self._noticed.visit(lambda scope: self._try(scope, moment))

    def skip(self, moment: datetime) -> None:
        """Forget what was due by a moment."""
        self._evaluated = max(self._evaluated, moment)

    def _try(self, scope: Scope, moment: datetime) -> bool:
        try:
            return self._evaluate(scope, moment)
        except (ClientError, BotoCoreError) as error:
            log.warning("the alarms of %s in %s could not be evaluated: %s", scope.account, scope.region, error)
            return True

    def _evaluate(self, scope: Scope, moment: datetime) -> bool:
        cloudwatch = self._contexts(scope).aws.client("cloudwatch")
        alarms = {alarm["AlarmName"]: alarm for alarm in _alarms(cloudwatch)}
        for alarm in alarms.values():
            if "AlarmRule" not in alarm:
                _set(cloudwatch, alarm, evaluate(alarm, cloudwatch, moment))
        rules = {name: parse(alarm["AlarmRule"]) for name, alarm in alarms.items() if "AlarmRule" in alarm}
        for name in in_order(rules):
            mark = fingerprint(alarms[name], rules[name].children, alarms)
            if self._combined.get((scope, name)) != mark:
                _set(cloudwatch, alarms[name], combine(rules[name], alarms))
                self._combined[scope, name] = mark
        self._transitions.look(scope)
        return bool(alarms)


def _alarms(cloudwatch: Any) -> Iterator[dict[str, Any]]:
    for page in cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=BOTH):
        yield from page["MetricAlarms"]
        yield from page["CompositeAlarms"]


def _set(cloudwatch: Any, alarm: Mapping[str, Any], outcome: Outcome) -> None:
    """Change the state where it differs; `alarm` is told, so that the alarms above it see the new one."""
    if alarm["StateValue"] == outcome.state:
        return
    try:
        cloudwatch.set_alarm_state(
            AlarmName=alarm["AlarmName"],
            StateValue=outcome.state,
            StateReason=outcome.reason[:LONGEST_REASON],
            StateReasonData=outcome.data if len(outcome.data) <= LONGEST_DATA else "{}",
        )
    except ClientError as error:  # deleted meanwhile
        log.info("alarm %s: %s", alarm["AlarmName"], error)
        return
    log.info("alarm %s: %s -> %s: %s", alarm["AlarmName"], alarm["StateValue"], outcome.state, outcome.reason)
    found = cloudwatch.describe_alarms(AlarmNames=[alarm["AlarmName"]], AlarmTypes=BOTH)
    for now in [*found["MetricAlarms"], *found["CompositeAlarms"]]:
        alarm.update(now)  # type: ignore[attr-defined]
