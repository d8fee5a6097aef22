from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from slipway.ephemeral import engine_lock, lease
from slipway.ephemeral.clock import Clock
from slipway.ephemeral.engine_lock import EngineLock
from slipway.ephemeral.lease import Busy, Here
from slipway.ephemeral.store import FolderStore
from slipway.failure import Failure

if TYPE_CHECKING:
    from pathlib import Path

KEY = ".slipway/leases/slipway/pr-4.json"


@dataclass
class Time:
    """A clock that a test sets forward."""

    moment: datetime = datetime(2026, 11, 25, 12, tzinfo=UTC)
    waited: list[float] = field(default_factory=list)

    def clock(self) -> Clock:
        return Clock(moment=lambda: self.moment, now=self.moment.timestamp, wait=self.wait)

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.moment += timedelta(seconds=seconds)


def process(pid: int, *, machine: str = "runner-1", alive: frozenset[int] = frozenset({1, 2})) -> Here:
    return Here(owner=f"ci@{machine}", host=machine, machine=machine, pid=pid, alive=lambda other, _: other in alive)


def hold(folder: Path, time: Time, me: Here, said: list[str] | None = None) -> lease.Lease:
    told = [] if said is None else said
    return lease._take(FolderStore(folder), KEY, "pr-4", "down", time.clock(), me, told.append)


def test_a_lease_is_there_while_it_is_held_and_gone_after(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    with lease.held(store, "slipway", "pr-4", "down", clock=Time().clock(), me=process(1), tell=print):
        assert store.read(KEY) is not None
    assert store.read(KEY) is None


def test_who_comes_second_is_told_who_works_on_the_stack_since_when(tmp_path: Path) -> None:
    time = Time()
    hold(tmp_path, time, process(1))
    with pytest.raises(Busy, match=r"`down` of ci@runner-1, process 1, since 2026-11-25T12:00:00Z"):
        hold(tmp_path, time, process(2))


def test_stacks_whose_names_begin_alike_have_leases_of_their_own(tmp_path: Path) -> None:
    hold(tmp_path, Time(), process(1))
    store = FolderStore(tmp_path)
    with lease.held(store, "slipway", "pr-42", "down", clock=Time().clock(), me=process(2), tell=print):
        pass


def test_the_lease_of_a_dead_process_of_this_machine_is_broken_at_once_and_that_is_said(tmp_path: Path) -> None:
    time, said = Time(), list[str]()
    hold(tmp_path, time, process(7))
    taken = hold(tmp_path, time, process(1), said)
    reason = "its owner, process 7 on this machine, is gone"
    assert said == [f"broke the lease of stack pr-4 (`down` since 2026-11-25T12:00:00Z): {reason}"]
    assert taken.broken is not None
    assert taken.broken.pid == 7


def test_a_process_of_another_machine_is_believed_until_it_is_silent_for_too_long(tmp_path: Path) -> None:
    time, said = Time(), list[str]()
    hold(tmp_path, time, process(7, machine="runner-2"))
    time.moment += timedelta(minutes=10)
    with pytest.raises(Busy):
        hold(tmp_path, time, process(1))
    time.moment += timedelta(seconds=1)
    hold(tmp_path, time, process(1), said)
    assert "process 7) has not renewed it for 10 minutes" in said[0]


def test_who_renews_keeps_the_lease(tmp_path: Path) -> None:
    time = Time()
    held = hold(tmp_path, time, process(7, machine="runner-2"))
    for _ in range(30):
        time.moment += timedelta(minutes=1)
        held.renew()
    with pytest.raises(Busy):
        hold(tmp_path, time, process(1))


def test_renewing_writes_no_more_often_than_it_must(tmp_path: Path) -> None:
    time = Time()
    held = hold(tmp_path, time, process(1))
    before = FolderStore(tmp_path).read(KEY)
    time.moment += timedelta(seconds=29)
    held.renew()
    assert FolderStore(tmp_path).read(KEY) == before
    time.moment += timedelta(seconds=1)
    held.renew()
    assert FolderStore(tmp_path).read(KEY) != before


def test_who_lost_the_lease_stops_at_the_next_renewal_and_takes_nothing_away(tmp_path: Path) -> None:
    time = Time()
    slept = hold(tmp_path, time, process(7, machine="runner-2"))
    time.moment += timedelta(minutes=11)
    hold(tmp_path, time, process(1))
    others = FolderStore(tmp_path).read(KEY)
    with pytest.raises(Failure, match="taken over by somebody else"):
        slept.renew()
    slept.end()
    assert FolderStore(tmp_path).read(KEY) == others


def test_a_lease_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    FolderStore(tmp_path).write(KEY, b"{")
    with pytest.raises(Failure, match=r"the lease .slipway/leases/slipway/pr-4.json .* can't be read"):
        hold(tmp_path, Time(), process(1))


def test_this_process_is_alive_and_one_that_has_its_number_from_another_start_is_not() -> None:
    me = lease.here()
    assert me.alive(me.pid, lease.start_of(me.pid))
    if lease.start_of(me.pid):
        assert not me.alive(me.pid, "1")
    assert not me.alive(2**22 + 1, "")


LOCK = EngineLock(
    key="k", pid=9, owner="ci@runner-1", host="runner-1", taken=datetime(2026, 11, 25, 11, 59, tzinfo=UTC)
)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_the_engines_lock_of_a_dead_process_of_this_machine_is_broken() -> None:
    assert "process 9 on this machine, is gone" in engine_lock.why_broken(LOCK, process(1), NOON, None)


def test_the_engines_lock_of_a_living_process_is_not_broken() -> None:
    assert engine_lock.why_broken(LOCK, process(1, alive=frozenset({1, 9})), NOON, None) == ""


def test_the_engines_lock_of_another_machine_is_broken_by_age_only() -> None:
    there = replace(LOCK, host="runner-2")
    assert engine_lock.why_broken(there, process(1), NOON, None) == ""
    assert engine_lock.why_broken(there, process(1), NOON + timedelta(hours=5, minutes=59), None) == ""
    assert "it is 6 hours old" in engine_lock.why_broken(there, process(1), NOON + timedelta(hours=6, minutes=1), None)


def test_who_lost_the_lease_loses_the_locks_of_its_engines_too(tmp_path: Path) -> None:
    time = Time(moment=NOON - timedelta(minutes=2))
    hold(tmp_path, time, process(7, machine="runner-2"))
    time.moment += timedelta(minutes=12)
    broken = hold(tmp_path, time, process(1)).broken
    there = replace(LOCK, host="runner-2", owner="ci@runner-2")
    assert "also had the lease that was broken" in engine_lock.why_broken(there, process(1), NOON, broken)
    before = replace(there, taken=NOON - timedelta(minutes=3))
    assert engine_lock.why_broken(before, process(1), NOON, broken) == ""
