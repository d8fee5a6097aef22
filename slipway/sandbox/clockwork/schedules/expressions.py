"""Schedule expressions: `rate(5 minutes)`, `cron(0 8 ? * MON-FRI *)`, `at(2026-01-31T08:00:00)`.

A cron expression in a zone with daylight saving time leaves out a time that does not exist, and takes one that exists
twice once, the first time. A rate counts from its anchor and knows no zones.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from slipway.sandbox.clockwork.schedules.cron import Cron, CronError, parse

_FORM = re.compile(r"(rate|cron|at)\((.*)\)")
_RATE = re.compile(r"(\d+) (minute|hour|day)(s?)")
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Rate:
    """Every so often."""

    period: timedelta

    def next_after(self, moment: datetime, anchor: datetime) -> datetime | None:
        """Return the first time after a moment that is whole periods after the anchor, the anchor itself included."""
        if moment < anchor:
            return anchor
        return anchor + ((moment - anchor) // self.period + 1) * self.period


@dataclass(frozen=True)
class AtCron:
    """When the local time matches."""

    cron: Cron
    zone: ZoneInfo

    def next_after(self, moment: datetime, anchor: datetime) -> datetime | None:
        """Return the first matching time after a moment, and not before the anchor; None when there is none."""
        start = max(moment + MINUTE, anchor) if moment < anchor else moment
        local = start.astimezone(self.zone).replace(tzinfo=None, second=0, microsecond=0)
        for candidate in self.cron.local_times(local):
            there = candidate.replace(tzinfo=self.zone)
            found = there.astimezone(UTC)
            if found.astimezone(self.zone).replace(tzinfo=None) != candidate:
                continue  # skipped by daylight saving time
            if found > moment and found >= anchor:
                return found
        return None


@dataclass(frozen=True)
class Once:
    """At one time."""

    time: datetime

    def next_after(self, moment: datetime, anchor: datetime) -> datetime | None:
        """Return the time, if it is still to come and not before the anchor."""
        return self.time if self.time > moment and self.time >= anchor else None


Expression = Rate | AtCron | Once


def of_rule(text: str) -> Expression:
    """Read the expression of a rule: rate or cron, in UTC; `1 minute` but `2 minutes`. Raises CronError."""
    kind, inner = _taken_apart(text)
    if kind == "at":
        raise CronError(f"a rule has a rate or a cron expression, got {text!r}")
    if kind == "rate":
        return _rate(inner, strict=True)
    return AtCron(parse(inner), ZoneInfo("UTC"))


def of_schedule(text: str, zone: str) -> Expression:
    """Read the expression of a schedule, whose times are of a zone such as Europe/Berlin. Raises CronError."""
    kind, inner = _taken_apart(text)
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CronError(f"a time zone is a name such as Europe/Berlin, got {zone!r}") from error
    if kind == "rate":
        return _rate(inner, strict=False)
    if kind == "cron":
        return AtCron(parse(inner), place)
    try:
        moment = datetime.strptime(inner, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=place)
    except ValueError as error:
        raise CronError(f"at() takes a time such as 2026-01-31T08:00:00, got {inner!r}") from error
    return Once(moment.astimezone(UTC))


def _taken_apart(text: str) -> tuple[str, str]:
    found = _FORM.fullmatch(text)
    if found is None:
        raise CronError(f"a schedule is rate(...), cron(...) or at(...), got {text!r}")
    return found.group(1), found.group(2).strip()


def _rate(text: str, *, strict: bool) -> Rate:
    found = _RATE.fullmatch(text)
    if found is None or int(found.group(1)) == 0 or (strict and (int(found.group(1)) == 1) == bool(found.group(3))):
        raise CronError(f"a rate is a number above 0 and minute, minutes, hour, hours, day or days, got {text!r}")
    return Rate(int(found.group(1)) * timedelta(**{found.group(2) + "s": 1}))
