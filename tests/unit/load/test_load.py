"""A constant load, and whether it was one."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from slipway.load.generator import Generator
from slipway.load.keeping_up import shortfall
from slipway.load.samples import Sample, as_line, read

if TYPE_CHECKING:
    from pathlib import Path


def sample(number: int, **changes: Any) -> Sample:
    due = number / 10
    given = {"number": number, "due": due, "free": due - 0.05, "sent": due, "answered": due + 0.01, "problem": ""}
    return Sample(**{**given, "answer": 0.5, **changes})


class Clock:
    """A clock that stands still until a request moves it: sending takes as long as it says."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def sent(seconds: list[float], *, rate: float = 1000.0) -> list[Sample]:
    """Run one client whose requests take these seconds; the rate is so high that it never waits for real."""
    clock, kept = Clock(), list[Sample]()
    generator: Generator

    def send(number: int) -> tuple[float | None, str]:
        clock.now += seconds[number]
        if number == len(seconds) - 1:
            generator.stop()
        return float(number), ""

    generator = Generator(send, kept.append, rate=rate, clients=1, clock=clock)
    generator.run()
    return kept


def test_a_slow_answer_delays_the_requests_behind_it_and_they_say_so() -> None:
    slow, waited, *_ = sent([0.5, 0.002, 0.002])
    assert (slow.due, slow.sent, slow.answered) == (0.0, 0.0, 0.5)
    assert (waited.due, waited.free, waited.sent) == (0.001, 0.5, 0.5)
    assert waited.own_delay == 0
    assert waited.latency == pytest.approx(0.501)


def test_what_the_generator_loses_itself_is_not_the_endpoints_latency() -> None:
    dozed = sample(3, sent=0.5, answered=0.52)
    assert dozed.own_delay == pytest.approx(0.2)
    assert dozed.latency == pytest.approx(0.02)


def test_several_clients_send_every_number_once() -> None:
    kept: list[Sample] = []
    generator: Generator
    enough = threading.Event()

    def send(number: int) -> tuple[float | None, str]:
        if number >= 200:
            generator.stop()
            enough.set()
        return None if number % 2 else 1.0, "odd" if number % 2 else ""

    import time  # noqa: PLC0415 - the only test that runs on the real clock

    generator = Generator(send, kept.append, rate=1e6, clients=4, clock=time.monotonic)
    generator.run()
    assert enough.is_set()
    numbers = sorted(one.number for one in kept)
    assert numbers == list(range(len(numbers)))
    assert {one.problem for one in kept if one.answer is None} == {"odd"}


def test_a_client_that_breaks_ends_the_load_and_is_heard_of() -> None:
    kept: list[Sample] = []

    def send(number: int) -> tuple[float | None, str]:
        if number == 3:
            raise RuntimeError("no room on the disk")
        return 1.0, ""

    with pytest.raises(RuntimeError, match="no room on the disk"):
        Generator(send, kept.append, rate=1e6, clients=2, clock=Clock()).run()


def test_a_request_that_nobody_wrote_down_is_missed() -> None:
    gap = [sample(number) for number in range(100) if number != 40]
    assert shortfall(gap, rate=10, clients=4) == (
        "1 requests of the load were not written down: nobody knows how they went"
    )


@pytest.mark.parametrize(("late", "kept_up"), [(2, True), (3, False)])
def test_two_late_requests_of_a_hundred_are_no_shortfall_and_three_are(late: int, *, kept_up: bool) -> None:
    samples = [sample(number, sent=number / 10 + (0.06 if number < late else 0)) for number in range(100)]
    assert (shortfall(samples, rate=10, clients=4) is None) == kept_up


@pytest.mark.parametrize(("slower", "kept_up"), [(1.04, True), (1.08, False)])
def test_a_rate_that_is_missed_by_more_than_a_twentieth_is_a_shortfall(slower: float, *, kept_up: bool) -> None:
    times = {number: number / 10 * slower for number in range(200)}
    samples = [sample(number, free=at, sent=at, answered=at + 0.1) for number, at in times.items()]
    assert (shortfall(samples, rate=10, clients=4) is None) == kept_up


def test_samples_are_read_as_they_were_written_and_half_a_line_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "samples.jsonl"
    written = [sample(1), sample(0, answer=None, problem="ModelError: no")]
    file.write_text("".join(map(as_line, written)) + as_line(sample(2))[:20])
    assert read(file) == [written[1], written[0]]
    assert read(tmp_path / "nothing.jsonl") == []


def test_a_load_that_kept_up_falls_short_of_nothing() -> None:
    assert shortfall([sample(number) for number in range(100)], rate=10, clients=4) is None


def test_a_generator_that_dozes_says_so() -> None:
    dozing = [sample(number, sent=number / 10 + (0.06 if number % 20 == 0 else 0)) for number in range(100)]
    said = shortfall(dozing, rate=10, clients=4)
    assert said is not None
    assert "5% of its requests left more than 50 ms late although a client was free" in said


def test_too_few_clients_say_so() -> None:
    slow = [sample(number, free=number / 5, sent=number / 5, answered=number / 5 + 0.8) for number in range(100)]
    said = shortfall(slow, rate=10, clients=4)
    assert said is not None
    assert "5.1 requests a second left, 10 were asked for; 4 clients waited" in said


def test_a_load_of_nothing_says_so() -> None:
    assert shortfall([], rate=10, clients=4) == "the load generator sent nothing"
