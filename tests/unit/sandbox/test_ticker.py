"""The clockwork sleeps until it is woken, looks once a period while somebody is busy, and ends."""

from __future__ import annotations

import threading

from slipway.sandbox.clockwork.ticker import Ticker

SHORT = 0.001
PATIENCE = 10.0


class Looker:
    """A watcher that is busy for some looks, and may fail at each."""

    def __init__(self, looks: int, *, fails: bool = False) -> None:
        self.left = looks
        self.looks = 0
        self.fails = fails
        self.done = threading.Event()

    @property
    def busy(self) -> bool:
        return self.left > 0

    def look(self) -> None:
        self.left -= 1
        self.looks += 1
        if not self.left:
            self.done.set()
        if self.fails:
            raise RuntimeError("this look failed")


class Bed(threading.Event):
    """What the clockwork sleeps on; remembers for how long it meant to."""

    def __init__(self) -> None:
        super().__init__()
        self.meant: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.meant.append(timeout)
        return super().wait(timeout)


def test_who_is_not_busy_is_never_asked_to_look_and_who_is_looks_again_and_again() -> None:
    idle, busy = Looker(0), Looker(3)
    ticker = Ticker([idle, busy], period=SHORT)
    ticker.start()
    assert busy.done.wait(PATIENCE)
    ticker.stop()
    assert (idle.looks, busy.looks) == (0, 3)


def test_a_look_that_fails_keeps_nobody_from_looking() -> None:
    broken, sound = Looker(2, fails=True), Looker(2)
    ticker = Ticker([broken, sound], period=SHORT)
    ticker.start()
    assert sound.done.wait(PATIENCE)
    assert broken.done.wait(PATIENCE)
    ticker.stop()


def test_the_sleeping_clockwork_is_woken_and_ends_at_once() -> None:
    late, bed = Looker(0), Bed()
    ticker = Ticker([late], period=SHORT, woken=bed)
    ticker.start()
    late.left = 2
    ticker.wake()
    assert late.done.wait(PATIENCE)
    ticker.stop()
    assert late.looks == 2
    assert bed.meant[-2:] == [SHORT, None]  # a period while somebody is busy, else until it is woken
    assert not any(thread.name == "clockwork" for thread in threading.enumerate())


def test_a_clockwork_that_never_began_ends_too() -> None:
    Ticker([]).stop()
