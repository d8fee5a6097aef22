"""AWS's dialect of cron, after the tables of EventBridge's user guide; and against a slow but plain reading of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.sandbox.clockwork.schedules.cron import CronError
from slipway.sandbox.clockwork.schedules.expressions import of_rule, of_schedule

START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)  # a Thursday


def firings(text: str, count: int, start: datetime = START, zone: str = "UTC") -> list[str]:
    expression, found, moment = of_schedule(text, zone), [], start
    for _ in range(count):
        following = expression.next_after(moment, start)
        if following is None:
            break
        moment = following
        found.append(moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M"))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cron(0 10 * * ? *)", ["2026-01-02 10:00", "2026-01-03 10:00"]),
        ("cron(15 12 * * ? *)", ["2026-01-01 12:15", "2026-01-02 12:15"]),
        ("cron(0 18 ? * MON-FRI *)", ["2026-01-01 18:00", "2026-01-02 18:00", "2026-01-05 18:00"]),
        ("cron(0 8 1 * ? *)", ["2026-02-01 08:00", "2026-03-01 08:00"]),
        ("cron(0/15 * * * ? *)", ["2026-01-01 12:15", "2026-01-01 12:30", "2026-01-01 12:45", "2026-01-01 13:00"]),
        ("cron(0/30 20-2 ? * MON-FRI *)", None),
        ("cron(0 9 ? * 2#1 *)", ["2026-01-05 09:00", "2026-02-02 09:00", "2026-03-02 09:00"]),
        ("cron(0 0 ? * 6L *)", ["2026-01-30 00:00", "2026-02-27 00:00"]),
        ("cron(0 0 ? * FRIL *)", ["2026-01-30 00:00", "2026-02-27 00:00"]),
        ("cron(0 0 L * ? *)", ["2026-01-31 00:00", "2026-02-28 00:00", "2026-03-31 00:00"]),
        ("cron(0 0 LW * ? *)", ["2026-01-30 00:00", "2026-02-27 00:00", "2026-03-31 00:00"]),
        ("cron(0 0 1W * ? *)", ["2026-02-02 00:00", "2026-03-02 00:00", "2026-04-01 00:00"]),
        ("cron(0 0 1W 8 ? *)", ["2026-08-03 00:00", "2027-08-02 00:00"]),
        ("cron(0 0 ? 12 FRIL *)", ["2026-12-25 00:00", "2027-12-31 00:00"]),
        ("cron(0 0 31W * ? *)", ["2026-01-30 00:00", "2026-03-31 00:00", "2026-05-29 00:00"]),
        ("cron(0 0 ? * L *)", ["2026-01-03 00:00", "2026-01-10 00:00"]),
        ("cron(0 0 ? JAN,MAR SUN 2027)", ["2027-01-03 00:00", "2027-01-10 00:00"]),
        ("cron(0 0 29 2 ? *)", ["2028-02-29 00:00", "2032-02-29 00:00"]),
        ("cron(0 0 30 2 ? *)", []),
        ("cron(0 0 1 1 ? 2020)", []),
        ("rate(5 minutes)", ["2026-01-01 12:05", "2026-01-01 12:10"]),
        ("rate(1 day)", ["2026-01-02 12:00", "2026-01-03 12:00"]),
        ("at(2026-01-02T03:04:05)", ["2026-01-02 03:04"]),
        ("at(2025-01-02T03:04:05)", []),
    ],
)
def test_an_expression_fires_when_the_guide_says(text: str, expected: list[str] | None) -> None:
    if expected is None:
        with pytest.raises(CronError, match="upwards"):
            of_rule(text)
    else:
        assert firings(text, len(expected) or 1) == expected


@pytest.mark.parametrize(
    "text",
    [
        "cron(0 10 * * * *)",
        "cron(0 10 ? * ? *)",
        "cron(0 10 * * ?)",
        "cron(60 10 * * ? *)",
        "cron(0 10 * * MON-XXX *)",
        "cron(0/0 10 * * ? *)",
        "cron(0 10 ? * 2#6 *)",
        "rate(0 minutes)",
        "rate(1 minutes)",
        "rate(5 minute)",
        "rate(5 seconds)",
        "at(2026-01-01T00:00:00)",
        "every day",
    ],
)
def test_an_expression_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(CronError):
        of_rule(text)


def test_a_schedule_without_a_zone_that_exists_is_refused() -> None:
    with pytest.raises(CronError, match="Europe/Berlin"):
        of_schedule("rate(1 hour)", "Europe/Nowhere")


def test_a_time_that_does_not_exist_in_spring_is_left_out_and_one_that_exists_twice_in_autumn_fires_once() -> None:
    spring = datetime(2026, 3, 28, 0, 0, tzinfo=UTC)  # Berlin skips 02:00 to 03:00 on the 29th
    text = "cron(30 2 * * ? *)"
    assert firings(text, 2, spring, "Europe/Berlin") == ["2026-03-28 02:30", "2026-03-30 02:30"]
    autumn = datetime(2026, 10, 24, 12, 0, tzinfo=UTC)  # and has them twice on 25 October
    assert firings(text, 2, autumn, "Europe/Berlin") == ["2026-10-25 02:30", "2026-10-26 02:30"]
    between = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)  # the second 02:00
    assert firings(text, 1, between, "Europe/Berlin") == ["2026-10-26 02:30"]
    noon = of_schedule("cron(0 12 * * ? *)", "Europe/Berlin")
    moments = [noon.next_after(each, spring) for each in (spring, spring + timedelta(days=1))]
    assert [each.hour for each in moments if each] == [11, 10]


NUMBERS = {"minutes": (0, 59), "hours": (0, 23), "months": (1, 12)}


def field(least: int, most: int) -> st.SearchStrategy[tuple[str, frozenset[int]]]:
    """Draw a field beside the numbers that it stands for."""
    value = st.integers(least, most)
    every = frozenset(range(least, most + 1))
    span = (
        st.tuples(value, value)
        .map(sorted)
        .map(lambda pair: (f"{pair[0]}-{pair[1]}", frozenset(range(pair[0], pair[1] + 1))))
    )
    step = st.tuples(value, st.integers(1, 20)).map(
        lambda pair: (f"{pair[0]}/{pair[1]}", frozenset(range(pair[0], most + 1, pair[1])))
    )
    both = st.tuples(value, value, st.integers(1, 20)).map(
        lambda drawn: (
            f"{min(drawn[:2])}-{max(drawn[:2])}/{drawn[2]}",
            frozenset(range(min(drawn[:2]), max(drawn[:2]) + 1, drawn[2])),
        )
    )
    one = st.one_of(value.map(lambda number: (str(number), frozenset({number}))), span, step, both)
    listed = st.lists(one, min_size=1, max_size=3).map(
        lambda parts: (",".join(text for text, _ in parts), frozenset[int]().union(*(found for _, found in parts)))
    )
    return st.one_of(st.just(("*", every)), listed)


@given(
    field(0, 59),
    field(0, 23),
    field(1, 12),
    st.one_of(st.tuples(field(1, 31), st.just(None)), st.tuples(st.just(None), field(1, 7))),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001  (hypothesis wants them so)
)
def test_the_next_time_is_the_first_that_matches_every_field(
    minutes: tuple[str, frozenset[int]],
    hours: tuple[str, frozenset[int]],
    months: tuple[str, frozenset[int]],
    days: tuple[tuple[str, frozenset[int]] | None, tuple[str, frozenset[int]] | None],
    start: datetime,
) -> None:
    of_month, of_week = days
    day, weekday = ("?" if each is None else each[0] for each in days)
    start = start.replace(tzinfo=UTC)
    text = f"cron({minutes[0]} {hours[0]} {day} {months[0]} {weekday} *)"
    found = of_rule(text).next_after(start, start)
    if found is None:
        assert of_month is not None
        assert min(of_month[1]) > 28
        return
    assert found > start
    assert (found.minute in minutes[1], found.hour in hours[1], found.month in months[1]) == (True, True, True)
    assert of_month is None or found.day in of_month[1]
    assert of_week is None or found.isoweekday() % 7 + 1 in of_week[1]

    def matches(moment: datetime) -> bool:
        return (
            moment.month in months[1]
            and (of_month is None or moment.day in of_month[1])
            and (of_week is None or moment.isoweekday() % 7 + 1 in of_week[1])
            and moment.hour in hours[1]
            and moment.minute in minutes[1]
        )

    earlier = (start + timedelta(minutes=1)).replace(second=0, microsecond=0)
    for _ in range(3000):  # two days of minutes: what lies further away is covered by other examples
        if earlier >= found:
            break
        assert not matches(earlier)
        earlier += timedelta(minutes=1)


@given(st.integers(1, 500), st.sampled_from(["minute", "hour", "day"]), st.integers(0, 10**7))
def test_a_rate_fires_at_whole_periods_after_its_anchor(number: int, unit: str, seconds: int) -> None:
    rate = of_rule(f"rate({number} {unit}{'' if number == 1 else 's'})")
    period = number * timedelta(**{unit + "s": 1})
    moment = START + timedelta(seconds=seconds)
    found = rate.next_after(moment, START)
    assert found is not None
    assert moment < found <= moment + period
    assert (found - START) % period == timedelta()
    assert rate.next_after(START - timedelta(days=1), START) == START
