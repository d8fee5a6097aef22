"""What is planned in the accounts and regions that were noticed, and when each of it is due next.

A plan is asked for again only after something was changed; in between only times are compared.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from slipway.sandbox.clockwork.schedules.expressions import Expression
from slipway.sandbox.sagemaker.context import Scope

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plan:
    """Something with a schedule; equal plans keep the time that they are due at."""

    name: str
    expression: Expression
    definition: str
    """All of it as text: what differs begins anew."""
    start: datetime | None = None
    end: datetime | None = None
    details: dict[str, Any] = field(default_factory=dict, compare=False)


class Doing(Protocol):
    """Reads the plans of an account and region, and carries one out."""

    def plans(self, scope: Scope) -> Iterable[Plan]:
        """Return what is planned and enabled."""

    def carry_out(self, scope: Scope, plan: Plan, moment: datetime) -> None:
        """Do it, for a moment at which it was due."""

    def completed(self, scope: Scope, plan: Plan) -> None:
        """Clean up after a plan that is never due again."""


@dataclass
class _Waiting:
    plan: Plan
    anchor: datetime
    due: datetime | None


class Planned:
    """A source of the timeline. What was due while the sandbox did not run is not made up for: rates begin anew."""

    def __init__(self, doing: Doing, clock: Callable[[], datetime]) -> None:
        self._doing = doing
        self._clock = clock
        self._lock = threading.Lock()
        self._changed: set[Scope] = set()
        self._waiting: dict[tuple[Scope, str], _Waiting] = {}

    def notice(self, scope: Scope) -> None:
        """Read the plans here anew."""
        with self._lock:
            self._changed.add(scope)

    @property
    def busy(self) -> bool:
        """Whether anything is planned, or may be."""
        return bool(self._changed) or any(waiting.due is not None for waiting in list(self._waiting.values()))

    def look(self) -> None:
        """Read what was changed."""
        with self._lock:
            changed, self._changed = self._changed, set()
        for scope in sorted(changed):
            try:
                plans = list(self._doing.plans(scope))
            except (ClientError, BotoCoreError) as error:
                log.warning("the schedules of %s in %s could not be read: %s", scope.account, scope.region, error)
                self.notice(scope)
                continue
            self._take_up(scope, plans)

    def due(self, goal: datetime) -> datetime | None:
        """Return the next moment, up to `goal`."""
        moments = [each.due for each in self._waiting.values() if each.due is not None and each.due <= goal]
        return min(moments, default=None)

    def fire(self, moment: datetime) -> None:
        """Carry out what is due."""
        for (scope, name), waiting in sorted(self._waiting.items()):
            if waiting.due is None or waiting.due > moment:
                continue
            waiting.due = _due(waiting.plan, waiting.due, waiting.anchor)
            log.info("%s is due at %s", name, moment.isoformat(timespec="seconds"))
            self._doing.carry_out(scope, waiting.plan, moment)
            if waiting.due is None:
                self._doing.completed(scope, waiting.plan)

    def skip(self, moment: datetime) -> None:
        """Forget what was due by a moment."""
        for waiting in self._waiting.values():
            if waiting.due is not None and waiting.due <= moment:
                waiting.due = _due(waiting.plan, moment, waiting.anchor)

    def _take_up(self, scope: Scope, plans: list[Plan]) -> None:
        now = self._clock()
        names = {plan.name for plan in plans}
        for key in [key for key in self._waiting if key[0] == scope and key[1] not in names]:
            del self._waiting[key]
        for plan in plans:
            before = self._waiting.get((scope, plan.name))
            if before is not None and before.plan == plan:
                before.plan = plan
                continue
            # a rate that is not told when to start does so one period from now
            anchor = now if plan.start is None else plan.start
            self._waiting[scope, plan.name] = _Waiting(plan, anchor, _due(plan, now, anchor))


def _due(plan: Plan, moment: datetime, anchor: datetime) -> datetime | None:
    found = plan.expression.next_after(moment, anchor)
    return None if found is None or (plan.end is not None and found > plan.end) else found
