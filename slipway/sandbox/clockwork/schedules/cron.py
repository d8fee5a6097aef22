"""Cron in AWS's dialect: minutes, hours, day of month, month, day of week, year; no seconds.

`*`, `?`, lists, ranges and steps everywhere they make sense; `L` and `W` for days of the month, `L` and `#` for days of
the week (1 is Sunday). One of the two days must be `?`.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html#eb-cron-expressions
"""

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

_MONTH_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAY_NAMES = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
DAYS = {name: number for number, name in enumerate(_DAY_NAMES, 1)}
FIRST_YEAR, LAST_YEAR = 1970, 2199
_FIELDS = 6
_SATURDAY = 7
_WEEKDAY_NEAR = re.compile(r"(\d{1,2})W")
_NTH = re.compile(r"(\w+)#([1-5])")
_LAST_OF_KIND = re.compile(r"(\w+)L")

Matches = Callable[[date], bool]


class CronError(ValueError):
    """A schedule expression that cannot be read; the message says why."""


@dataclass(frozen=True)
class Cron:
    """An expression that was read."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    months: frozenset[int]
    years: frozenset[int]
    day: Matches

    def local_times(self, start: datetime) -> Iterator[datetime]:
        """Give the local times that match, from `start` on and ascending, without a zone; ends with the last year."""
        day = start.date()
        while day.year <= LAST_YEAR:
            if day.year not in self.years:
                day = date(day.year + 1, 1, 1)
            elif day.month not in self.months:
                day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
            else:
                if self.day(day):
                    yield from self._of_day(day, start)
                day += timedelta(days=1)

    def _of_day(self, day: date, start: datetime) -> Iterator[datetime]:
        for hour in self.hours:
            for minute in self.minutes:
                moment = datetime.combine(day, time(hour, minute))
                if moment >= start:
                    yield moment


def parse(text: str) -> Cron:
    """Read the six fields. Raises CronError."""
    fields = text.upper().split()
    if len(fields) != _FIELDS:
        raise CronError(f"a cron expression has {_FIELDS} fields (minutes hours day month weekday year), got {text!r}")
    minutes, hours, day, month, weekday, year = fields
    if (day == "?") == (weekday == "?"):
        raise CronError(f"exactly one of day of month and day of week must be ?, got {text!r}")
    return Cron(
        minutes=tuple(sorted(_numbers(minutes, 0, 59))),
        hours=tuple(sorted(_numbers(hours, 0, 23))),
        months=frozenset(_numbers(month, 1, 12, MONTHS)),
        years=frozenset(_numbers(year, FIRST_YEAR, LAST_YEAR)),
        day=_weekdays(weekday) if day == "?" else _days(day),
    )


def _numbers(field: str, least: int, most: int, names: dict[str, int] | None = None) -> set[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, slash, step = part.partition("/")
        first, last = _span(span, least, most, names or {})
        if slash:
            if not step.isdigit() or int(step) == 0:
                raise CronError(f"a step is a number above 0, got {part!r}")
            last = most if "-" not in span else last
        elif span != "*" and "-" not in span:
            last = first
        found.update(range(first, last + 1, int(step) if slash else 1))
    return found


def _span(text: str, least: int, most: int, names: dict[str, int]) -> tuple[int, int]:
    if text == "*":
        return least, most
    begin, dash, end = text.partition("-")
    first = _number(begin, least, most, names)
    last = _number(end, least, most, names) if dash else most
    if first > last:
        raise CronError(f"a range goes upwards, got {text!r}")
    return first, last


def _number(text: str, least: int, most: int, names: dict[str, int]) -> int:
    number = names.get(text, int(text) if text.isdigit() else -1)
    if not least <= number <= most:
        raise CronError(f"a value from {least} to {most} was expected, got {text!r}")
    return number


def _days(field: str) -> Matches:
    near = _WEEKDAY_NEAR.fullmatch(field)
    if field == "L":
        return lambda day: day.day == _length(day)
    if field in {"LW", "WL"}:
        return lambda day: day.day == _nearest_weekday(day, _length(day))
    if near is not None:
        wanted = _number(near.group(1), 1, 31, {})
        return lambda day: wanted <= _length(day) and day.day == _nearest_weekday(day, wanted)
    numbers = frozenset(_numbers(field, 1, 31))
    return lambda day: day.day in numbers


def _weekdays(field: str) -> Matches:
    nth, last = _NTH.fullmatch(field), _LAST_OF_KIND.fullmatch(field)
    if field == "L":
        return lambda day: _weekday(day) == _SATURDAY
    if nth is not None:
        kind, count = _number(nth.group(1), 1, 7, DAYS), int(nth.group(2))
        return lambda day: _weekday(day) == kind and (day.day - 1) // 7 + 1 == count
    if last is not None:
        kind = _number(last.group(1), 1, 7, DAYS)
        return lambda day: _weekday(day) == kind and day.day + 7 > _length(day)
    numbers = frozenset(_numbers(field, 1, 7, DAYS))
    return lambda day: _weekday(day) in numbers


def _weekday(day: date) -> int:
    return day.isoweekday() % 7 + 1


def _length(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _nearest_weekday(day: date, number: int) -> int:
    """Return the weekday nearest to a day of the month, in the same month."""
    weekday = day.replace(day=number).isoweekday()
    if weekday == calendar.SATURDAY + 1:
        return number - 1 if number > 1 else number + 2
    if weekday == calendar.SUNDAY + 1:
        return number + 1 if number < _length(day) else number - 2
    return number
