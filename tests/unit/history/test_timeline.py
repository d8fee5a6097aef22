"""What served from when to when, out of events and pins."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from slipway.history import words
from slipway.history.command import History
from slipway.history.pins import Pinned
from slipway.history.states import State, state_of
from slipway.history.timeline import digest_of, timeline

START = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
FIRST, SECOND, BROKEN = "endpoint-aaaaaaaa-1234567", "endpoint-bbbbbbbb-1234567", "endpoint-cccccccc-1234567"


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def state(minutes: float, status: str, config: str, pending: str = "") -> State:
    return State(when=at(minutes), status=status, config=config, pending=pending)


def pin(minutes: float, digest: str | None, commit: str = "c" * 40) -> Pinned:
    release = None if digest is None else {"digest": digest, "model_package_arn": "arn:x:model-package/slipway-dev/7"}
    return Pinned(commit=commit, when=at(minutes), author="Ann", subject=f"Release {digest}", release=release)


def test_a_release_serves_until_the_next_one_does() -> None:
    first, second = timeline(
        [
            state(0, "CREATING", FIRST),
            state(1, "IN_SERVICE", FIRST),
            state(5, "UPDATING", FIRST, SECOND),
            state(6, "IN_SERVICE", SECOND),
        ],
        [],
    )
    assert (first.start, first.end, first.digest) == (at(1), at(6), "aaaaaaaa")
    assert (second.start, second.end, second.digest) == (at(6), None, "bbbbbbbb")


def test_what_was_taken_back_was_tried_and_the_old_release_went_on() -> None:
    served, tried = timeline(
        [
            state(1, "IN_SERVICE", FIRST),
            state(5, "UPDATING", FIRST),
            state(5, "UPDATING", FIRST, BROKEN),
            state(6, "ROLLING_BACK", FIRST),
            state(7, "IN_SERVICE", FIRST),
        ],
        [],
    )
    assert (served.start, served.end, served.tried) == (at(1), None, False)
    assert (tried.start, tried.digest, tried.tried) == (at(6), "cccccccc", True)


def test_one_change_that_is_told_twice_is_one() -> None:
    assert len(timeline([state(1, "IN_SERVICE", FIRST), state(2, "IN_SERVICE", FIRST)], [])) == 1
    back = [state(minutes, "ROLLING_BACK", FIRST, BROKEN) for minutes in (4, 4.1, 4.2)]
    tried = [state(3, "UPDATING", FIRST, BROKEN), *back]
    assert len(timeline([state(1, "IN_SERVICE", FIRST), *tried], [])) == 2


def test_a_deleted_endpoint_serves_nothing_and_a_new_one_begins_anew() -> None:
    first, second = timeline(
        [state(1, "IN_SERVICE", FIRST), state(2, "DELETING", FIRST), state(9, "IN_SERVICE", FIRST)], []
    )
    assert (first.end, second.start, second.end) == (at(2), at(9), None)


def test_the_pin_before_the_rollout_is_named_and_not_a_later_one() -> None:
    early, late = pin(0, "aaaaaaaa", "1" * 40), pin(9, "aaaaaaaa", "2" * 40)
    entry, other = timeline(
        [state(1, "IN_SERVICE", FIRST), state(5, "IN_SERVICE", SECOND)], [early, pin(4, "bbbbbbbb", "3" * 40), late]
    )
    assert entry.pinned == early
    assert other.pinned is not None
    assert other.pinned.commit == "3" * 40


def test_a_configuration_of_somebody_elses_has_no_release() -> None:
    assert digest_of("my-config") is None
    (entry,) = timeline([state(1, "IN_SERVICE", "my-config")], [pin(0, "aaaaaaaa")])
    assert (entry.digest, entry.pinned) == (None, None)


EVENT = json.dumps(
    {
        "time": "2026-11-25T12:00:01Z",
        "detail-type": "SageMaker Endpoint State Change",
        "detail": {"EndpointStatus": "IN_SERVICE", "EndpointConfigName": FIRST, "LastModifiedTime": 1795608000500},
    }
)


def test_an_event_is_read_to_the_millisecond() -> None:
    found = state_of(EVENT)
    assert found is not None
    assert found.when == datetime.fromtimestamp(1795608000.5, UTC)
    assert (found.status, found.config, found.pending) == ("IN_SERVICE", FIRST, "")


def test_an_event_without_a_change_time_has_its_own() -> None:
    found = state_of(EVENT.replace("LastModifiedTime", "Other"))
    assert found is not None
    assert found.when == datetime(2026, 11, 25, 12, 0, 1, tzinfo=UTC)


def test_what_is_no_event_of_an_endpoint_is_passed_over() -> None:
    for text in ("", "{}", "[]", "null", '{"detail": 1}', '{"detail": {"EndpointStatus": "X"}}'):
        assert state_of(text) is None


def history(**changes: Any) -> History:
    pins = [pin(0, "aaaaaaaa"), pin(4, "cccccccc"), pin(8, "dddddddd")]
    states = [
        state(1, "IN_SERVICE", FIRST),
        state(5, "UPDATING", FIRST, BROKEN),
        state(6, "ROLLING_BACK", FIRST),
        state(7, "IN_SERVICE", FIRST),
    ]
    given: dict[str, Any] = {"endpoint": "slipway-dev", "entries": timeline(states, pins), "pins": pins, "notes": []}
    return History(**{**given, **changes})


def test_people_see_what_serves_what_was_tried_and_what_only_was_pinned() -> None:
    text = words.lines(history())
    served, tried = text[2:4]
    assert " now " in served
    assert "aaaaaaaa  slipway-dev/7" in served
    assert "cccccccc Ann: Release aaaaaaaa" in served
    assert " tried, taken back " in tried
    assert text[4] == "pinned, never served: release dddddddd, cccccccc Ann: Release dddddddd"


def test_machines_see_the_same() -> None:
    document = words.as_json(history())
    assert [(entry["release"], entry["tried"], entry["to"]) for entry in document["entries"]] == [
        ("aaaaaaaa", False, None),
        ("cccccccc", True, None),
    ]


def test_an_endpoint_without_a_past_says_so_and_why() -> None:
    empty = history(entries=[], pins=[], notes=["what served is not known"])
    assert words.lines(empty)[1:] == ["  nothing yet", "note: what served is not known"]
