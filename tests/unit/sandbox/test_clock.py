"""The sandbox's clock and the timeline that it moves along."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from slipway.sandbox.clockwork.clock import LONGEST, Clock
from slipway.sandbox.clockwork.steps import REPEATED, next_step
from slipway.sandbox.clockwork.timeline import MOST, Timeline
from slipway.sandbox.control.clock import duration_of

if TYPE_CHECKING:
    from pathlib import Path

START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at_start() -> datetime:
    return START


@dataclass
class Due:
    """Something that is due every so often; remembers what the clock showed then."""

    clock: Clock
    every: timedelta
    name: str = ""
    seen: list[tuple[str, datetime]] = field(default_factory=list)
    fails: bool = False
    busy: bool = True

    def __post_init__(self) -> None:
        self.last = self.clock()

    def look(self) -> None:
        """Nothing is due at once."""

    def due(self, goal: datetime) -> datetime | None:
        following = self.last + self.every
        return following if following <= goal else None

    def fire(self, moment: datetime) -> None:
        self.last = moment
        self.seen.append((self.name, self.clock()))
        if self.fails:
            raise RuntimeError("this one failed")

    def skip(self, moment: datetime) -> None:
        self.last = max(self.last, moment)


def test_a_clock_shows_the_systems_time_until_it_is_set_forward_and_has_arrived(tmp_path: Path) -> None:
    clock = Clock(tmp_path / "clock.json", at_start)
    assert (clock(), clock.arrived) == (START, True)
    clock.advance(HOUR)
    assert (clock(), clock.goal, clock.arrived) == (START, START + HOUR, False)
    assert clock.wait(0.0) is False
    clock.arrive()
    assert (clock(), clock.ahead, clock.wait(0.0)) == (START + HOUR, HOUR, True)


def test_a_clock_is_kept_across_restarts(tmp_path: Path) -> None:
    Clock(tmp_path / "clock.json", at_start).advance(HOUR)
    again = Clock(tmp_path / "clock.json", at_start)
    assert (again(), again.arrived) == (START + HOUR, True)
    assert json.loads((tmp_path / "clock.json").read_text()) == {"ahead_seconds": 3600.0}


@pytest.mark.parametrize("by", [timedelta(), -HOUR, LONGEST + HOUR])
def test_a_clock_goes_forward_only_and_not_too_far(by: timedelta) -> None:
    with pytest.raises(ValueError, match="forward only"):
        Clock().advance(by)


def test_on_its_way_a_clock_neither_goes_back_nor_beyond_the_goal() -> None:
    clock = Clock(system=at_start)
    clock.advance(HOUR)
    for minutes, shown in ((30, 30), (10, 30), (90, 60)):
        clock.move_to(START + timedelta(minutes=minutes))
        assert clock() == START + timedelta(minutes=shown)


def test_what_is_due_on_the_way_happens_in_order_and_sees_its_own_time() -> None:
    clock = Clock(system=at_start)
    slow, fast = Due(clock, HOUR / 2, "slow"), Due(clock, HOUR / 3, "fast")
    fast.seen = slow.seen
    clock.advance(HOUR)
    Timeline(clock, [slow, fast]).look()
    minutes = [(name, (moment - START) // timedelta(minutes=1)) for name, moment in slow.seen]
    assert minutes == [("fast", 20), ("slow", 30), ("fast", 40), ("slow", 60), ("fast", 60)]
    assert clock.arrived


def test_one_that_fails_stops_neither_the_clock_nor_the_others() -> None:
    clock = Clock(system=at_start)
    broken, sound = Due(clock, HOUR, fails=True), Due(clock, HOUR)
    clock.advance(2 * HOUR)
    Timeline(clock, [broken, sound]).look()
    assert (len(broken.seen), len(sound.seen), clock.arrived) == (2, 2, True)


def test_more_than_the_most_is_left_out() -> None:
    clock = Clock(system=at_start)
    often = Due(clock, timedelta(seconds=1))
    clock.advance(timedelta(seconds=MOST + 500))
    timeline = Timeline(clock, [often])
    timeline.look()
    assert (len(often.seen), clock.arrived) == (MOST, True)
    timeline.look()
    assert len(often.seen) == MOST


def test_a_timeline_is_busy_while_the_clock_is_on_its_way() -> None:
    clock = Clock(system=at_start)
    timeline = Timeline(clock, [])
    seen = [timeline.busy]
    clock.advance(HOUR)
    seen.append(timeline.busy)
    timeline.look()
    assert [*seen, timeline.busy] == [False, True, False]


def test_who_is_not_busy_is_not_asked() -> None:
    clock = Clock(system=at_start)
    idle = Due(clock, HOUR, busy=False)
    clock.advance(HOUR)
    Timeline(clock, [idle]).look()
    assert idle.seen == []


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("1h30m", 5400), ("7d", 604800), ("0s", 0)])
def test_a_duration_is_read(text: str, seconds: int) -> None:
    assert duration_of(text).total_seconds() == seconds


@pytest.mark.parametrize("text", ["", "1", "h", "1h 30m", "-1h", "1.5h", "1w"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="1h30m"):
        duration_of(text)


def test_steps_are_whole_and_of_a_long_way_only_the_last_hours_are_gone_through() -> None:
    step = timedelta(minutes=1)
    done = START + timedelta(seconds=30)
    assert next_step(done, START + timedelta(seconds=59), step) is None
    assert next_step(done, START + timedelta(seconds=60), step) == START + timedelta(seconds=60)
    assert next_step(START, START + HOUR, step) == START + step
    assert next_step(START, START + 24 * HOUR, step) == START + 24 * HOUR - REPEATED + step
