"""Which version answered when: by the answers themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from slipway.demo.traffic import moments_of, problems, quantile, telling_rows, traffic, version_of
from slipway.history.states import State
from slipway.load.samples import Sample

EXPECTED = [{"model 1": 0.2, "model 2": 0.4}, {"model 1": 0.5, "model 2": 0.3}]
BEGAN = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def sample(number: int, answer: float | None, **changes: Any) -> Sample:
    due = number / 10
    given = {"number": number, "due": due, "free": due, "sent": due, "answered": due + 0.02, "problem": ""}
    return Sample(**{**given, "answer": answer, **changes})


def test_an_answer_belongs_to_the_version_that_gives_it_to_this_row() -> None:
    assert version_of(sample(0, 0.2), EXPECTED) == "model 1"
    assert version_of(sample(2, 0.4 + 5e-7), EXPECTED) == "model 2"
    assert version_of(sample(1, 0.3), EXPECTED) == "model 2"


@pytest.mark.parametrize("answer", [None, 0.3, 0.2 + 2e-6, float("nan")])
def test_an_answer_of_nobody_is_a_failed_request(answer: float | None) -> None:
    assert version_of(sample(0, answer, problem="" if answer else "ModelError: no"), EXPECTED) is None
    seen = traffic([sample(0, answer)], EXPECTED, rate=10, clients=4, moments=[])
    assert seen.failed == 1


def test_an_answer_that_two_versions_give_tells_nothing() -> None:
    assert version_of(sample(0, 0.2), [{"model 1": 0.2, "model 2": 0.2}]) is None


def test_rows_are_chosen_that_tell_the_versions_apart() -> None:
    own = {"model 1": [0.1, 0.2, 0.3, 0.4], "model 2": [0.1, 0.9, 0.31, 0.8]}
    assert telling_rows(own, 2) == [1, 3]
    assert telling_rows(own, 10) == [0, 1, 2, 3]


def test_every_request_is_in_one_slice() -> None:
    samples = [sample(number, EXPECTED[number % 2]["model 1" if number < 12 else "model 2"]) for number in range(25)]
    samples.append(sample(25, None, problem="ModelError: no"))
    seen = traffic(samples, EXPECTED, rate=10, clients=4, moments=[])
    assert (seen.requests, seen.failed, seen.versions) == (26, 1, ("model 1", "model 2"))
    assert sum(sum(one.answered.values()) + one.failed for one in seen.slices) == 26
    assert [one.start for one in seen.slices] == [0.0, 0.5, 1.0, 1.5, 2.0]
    assert [one.answered["model 1"] for one in seen.slices] == [5, 5, 2, 0, 0]
    assert [one.failed for one in seen.slices] == [0, 0, 0, 0, 1]
    assert problems(samples, EXPECTED) == ["request 25, 2.5 s into the load: ModelError: no"]
    assert problems(samples[:3] + samples[4:25], EXPECTED) == ["request 3 was not written down"]


def test_the_last_slice_ends_with_the_last_answer() -> None:
    seen = traffic([sample(number, 0.2) for number in range(13)], EXPECTED, rate=10, clients=4, moments=[])
    whole, last = seen.slices
    assert (whole.start, whole.seconds, last.start) == (0.0, 0.5, 0.5)
    assert last.seconds == pytest.approx(0.72)
    (only,) = traffic([sample(0, 0.2)], EXPECTED, rate=10, clients=4, moments=[]).slices
    assert only.seconds == 0.5


def test_latencies_are_told_by_version_and_every_one_is_in_the_histogram() -> None:
    quick = [sample(number, EXPECTED[number % 2]["model 1"]) for number in range(99)]
    slow = sample(99, 0.5, answered=99 / 10 + 1.2)
    (latencies,) = traffic([*quick, slow], EXPECTED, rate=10, clients=4, moments=[]).latencies
    assert (latencies.version, latencies.requests) == ("model 1", 100)
    assert latencies.p50 == pytest.approx(20)
    assert latencies.largest == pytest.approx(1200)
    assert sum(count for _, _, count in latencies.histogram) == 100
    edges = [low for low, _, _ in latencies.histogram] + [latencies.histogram[-1][1]]
    assert edges == sorted(edges)
    assert all(
        high == low for (_, high, _), (low, _, _) in zip(latencies.histogram, latencies.histogram[1:], strict=False)
    )


def test_a_load_that_did_not_keep_up_reports_no_latencies() -> None:
    dozing = [sample(number, EXPECTED[number % 2]["model 1"], sent=number / 10 + 0.2) for number in range(20)]
    seen = traffic(dozing, EXPECTED, rate=10, clients=4, moments=[])
    assert seen.latencies == ()
    assert "could not keep up" in str(seen.caveat)


def test_no_request_at_all_is_said() -> None:
    seen = traffic([], EXPECTED, rate=10, clients=4, moments=[])
    assert (seen.requests, seen.slices, seen.latencies) == (0, (), ())
    assert seen.caveat == "the load generator sent nothing"


def test_quantiles_are_values_that_were_seen() -> None:
    assert [quantile([1.0, 2.0, 3.0, 4.0], share) for share in (0.0, 0.25, 0.5, 0.99, 1.0)] == [1.0, 1.0, 2.0, 4.0, 4.0]


def state(seconds: float, status: str, config: str, pending: str = "") -> State:
    when = BEGAN + timedelta(seconds=seconds)
    return State(when=when, status=status, config=config, pending=pending, told=when)


def test_an_endpoints_states_become_moments_of_the_load() -> None:
    states = [
        state(-5, "IN_SERVICE", "one"),
        state(1, "UPDATING", "one"),
        state(1, "UPDATING", "one", "two"),
        state(2, "UPDATING", "one", "two"),
        state(3, "IN_SERVICE", "two"),
        state(5, "UPDATING", "two", "three"),
        state(6, "ROLLING_BACK", "two"),
        state(6.5, "ROLLING_BACK", "two", "three"),
        state(7, "IN_SERVICE", "two"),
    ]
    told = moments_of(states, BEGAN.timestamp(), {"one": "model 1", "two": "model 2", "three": "the torn release"})
    assert [(moment.at, moment.text) for moment in told] == [
        (1, "update to model 2 begins"),
        (3, "model 2 serves alone"),
        (5, "update to the torn release begins"),
        (6, "the torn release is taken back"),
    ]
