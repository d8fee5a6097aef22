"""What served from when to when, out of events and pins."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from slipway.history import words
from slipway.history.command import History
from slipway.history.pins import Pinned
from slipway.history.states import State, state_of, states
from slipway.history.timeline import timeline
from slipway.pinned.matching import digest_of
from slipway.pinned.serving import Serving

START = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
FIRST, SECOND, BROKEN = "endpoint-aaaaaaaa-1234567", "endpoint-bbbbbbbb-1234567", "endpoint-cccccccc-1234567"


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def state(minutes: float, status: str, config: str, pending: str = "") -> State:
    return State(when=at(minutes), status=status, config=config, pending=pending, told=at(minutes))


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


def test_an_update_that_came_to_nothing_was_tried_though_nobody_said_that_it_was_taken_back() -> None:
    served, tried = timeline(
        [state(1, "IN_SERVICE", FIRST), state(5, "UPDATING", FIRST, BROKEN), state(7, "IN_SERVICE", FIRST)], []
    )
    assert (served.end, tried.digest, tried.tried, tried.start) == (None, "cccccccc", True, at(7))


def test_new_weights_that_are_taken_back_try_no_release() -> None:
    (served,) = timeline(
        [
            state(1, "IN_SERVICE", FIRST),
            state(5, "UPDATING", FIRST),
            state(6, "ROLLING_BACK", FIRST),
            state(7, "IN_SERVICE", FIRST),
        ],
        [],
    )
    assert served.end is None


def test_new_weights_that_are_taken_back_after_a_rollout_do_not_take_the_rollout_back() -> None:
    rolled_out = [state(5, "UPDATING", FIRST, SECOND), state(6, "IN_SERVICE", SECOND)]
    weights = [state(7, "UPDATING", SECOND), state(8, "ROLLING_BACK", SECOND), state(9, "IN_SERVICE", SECOND)]
    entries = timeline([state(1, "IN_SERVICE", FIRST), *rolled_out, *weights], [])
    assert [(entry.config, entry.tried) for entry in entries] == [(FIRST, False), (SECOND, False)]


def test_a_release_may_be_tried_again_and_is_told_each_time() -> None:
    once = [state(3, "UPDATING", FIRST, BROKEN), state(4, "ROLLING_BACK", FIRST), state(5, "IN_SERVICE", FIRST)]
    again = [state(6, "UPDATING", FIRST, BROKEN), state(7, "ROLLING_BACK", FIRST), state(8, "IN_SERVICE", FIRST)]
    entries = timeline([state(1, "IN_SERVICE", FIRST), *once, *again], [])
    assert [entry.tried for entry in entries] == [False, True, True]


def test_what_served_before_the_first_kept_event_is_told_without_a_beginning() -> None:
    before, after = timeline(
        [state(5, "UPDATING", FIRST, SECOND), state(6, "IN_SERVICE", SECOND)], [pin(0, "aaaaaaaa")]
    )
    assert (before.start, before.end, before.digest) == (None, at(6), "aaaaaaaa")
    assert before.pinned is not None
    assert after.start == at(6)


@pytest.mark.parametrize("end", ["DELETING", "FAILED", "OUT_OF_SERVICE"])
def test_an_endpoint_that_ends_serves_nothing(end: str) -> None:
    (served,) = timeline([state(1, "IN_SERVICE", FIRST), state(2, end, FIRST)], [])
    assert served.end == at(2)


def test_a_release_that_was_rolled_out_before_its_commit_is_still_named() -> None:
    (entry,) = timeline([state(1, "IN_SERVICE", FIRST)], [pin(5, "aaaaaaaa", "9" * 40)])
    assert entry.pinned is not None
    assert entry.pinned.commit == "9" * 40


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


def test_of_two_pins_before_the_rollout_the_last_is_named() -> None:
    first, again = pin(0, "aaaaaaaa", "1" * 40), pin(3, "aaaaaaaa", "2" * 40)
    (entry,) = timeline([state(4, "IN_SERVICE", FIRST)], [first, pin(2, "bbbbbbbb"), again])
    assert entry.pinned == again


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


@pytest.mark.parametrize("change", [("LastModifiedTime", "Other"), ("1795608000500", "1583831889050")])
def test_an_event_without_a_change_time_of_its_own_has_the_events(change: tuple[str, str]) -> None:
    found = state_of(EVENT.replace(*change))
    assert found is not None
    assert found.when == datetime(2026, 11, 25, 12, 0, 1, tzinfo=UTC)


def test_states_of_one_moment_stand_in_the_order_of_an_endpoints_life() -> None:
    mixed = [state(1, status, FIRST) for status in ("IN_SERVICE", "ROLLING_BACK", "UPDATING", "NEW_WORD")]
    told = [one.status for one in sorted(mixed, key=State.order)]
    assert told == ["UPDATING", "ROLLING_BACK", "IN_SERVICE", "NEW_WORD"]


def test_kept_events_are_read_in_the_order_of_time_whatever_order_they_were_kept_in() -> None:
    earlier, later = EVENT.replace(FIRST, SECOND), EVENT.replace("12:00:01Z", "12:07:00Z")
    logs = boto3.client("logs", region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s")
    with Stubber(logs) as stub:
        told = [{"message": text} for text in (later, earlier, "not an event", later)]
        stub.add_response("filter_log_events", {"events": told}, {"logGroupName": "/aws/events/slipway-dev"})
        found = states(logs, "/aws/events/slipway-dev")
    assert found is not None
    assert [one.config for one in found] == [SECOND, FIRST]


def test_an_update_tells_where_it_leads() -> None:
    event = json.loads(EVENT)
    event["detail"]["PendingDeploymentSummary"] = {"EndpointConfigName": SECOND}
    found = state_of(json.dumps(event))
    assert found is not None
    assert found.pending == SECOND


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
    now = Serving(endpoint="slipway-dev", status="InService", config=FIRST)
    entries = timeline(states, pins)
    given: dict[str, Any] = {"endpoint": "slipway-dev", "now": now, "entries": entries, "pins": pins, "notes": []}
    return History(**{**given, **changes})


def test_people_see_what_serves_what_was_tried_and_what_only_was_pinned() -> None:
    text = words.lines(history())
    served, tried = text[2:4]
    assert " now " in served
    assert "aaaaaaaa  slipway-dev/7" in served
    assert "cccccccc Ann: Release aaaaaaaa" in served
    assert " tried, taken back " in tried
    assert text[4] == f"now: endpoint slipway-dev is InService, with {FIRST}"
    assert text[5] == "pinned, never served: release dddddddd, cccccccc Ann: Release dddddddd"


def test_machines_see_the_same() -> None:
    document = words.as_json(history())
    assert [(entry["release"], entry["tried"], entry["to"]) for entry in document["entries"]] == [
        ("aaaaaaaa", False, None),
        ("cccccccc", True, None),
    ]


def test_where_the_past_is_not_known_nothing_is_said_to_have_never_served() -> None:
    empty = history(entries=[], notes=["what served is not known"])
    assert words.lines(empty)[1:] == [
        f"now: endpoint slipway-dev is InService, with {FIRST}",
        "pinned, not known to have served: release cccccccc, cccccccc Ann: Release cccccccc",
        "pinned, not known to have served: release dddddddd, cccccccc Ann: Release dddddddd",
        "note: what served is not known",
    ]


def test_no_commit_steers_the_terminal() -> None:
    nasty = replace(pin(0, "aaaaaaaa"), author="\x1b[31mAnn", subject="a\tb\x9b2J")
    text = "\n".join(words.lines(history(entries=timeline([state(1, "IN_SERVICE", FIRST)], [nasty]))))
    assert not {character for character in text if not character.isprintable()} - {"\n"}
