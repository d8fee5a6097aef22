"""The verdict can't be fooled: what AWS says, what the stack file pins and what the model answers must all agree."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from slipway.verdict import words
from slipway.verdict.judgement import COMPARED, Verdict, judge
from slipway.verdict.serving import Serving
from slipway.verdict.smoke import Smoke

if TYPE_CHECKING:
    from collections.abc import Callable

RIGHT = Smoke(rows=3, largest_difference=1e-16, problem=None)
Pin = dict[str, Any]


@pytest.fixture
def pins(pinned_release: Callable[..., Pin]) -> dict[str, Pin]:
    return {"current": pinned_release(2), "previous": pinned_release(1)}


def serving(pin: Pin | None, **changes: Any) -> Serving:
    release = {} if pin is None else {name: pin[name] for name in COMPARED}
    told = Serving(endpoint="slipway-dev", status="InService", config="endpoint-1a2b3c4d-0000000", release=release)
    return replace(told, **changes)


def said(verdict: Verdict) -> str:
    return "\n".join(words.lines(verdict, "dev"))


def test_what_is_pinned_in_service_and_right_is_good(pins: dict[str, Pin]) -> None:
    found = judge(pins, serving(pins["current"]), RIGHT)
    assert (found.outcome, found.good, found.why) == ("as pinned", True, ())
    assert "3 rows of its manifest, at most 1.0e-16" in said(found)


def test_an_update_that_was_taken_back_is_seen_though_up_ended_well(pins: dict[str, Pin]) -> None:
    taken_back = serving(pins["previous"], reason="the primary container did not pass the ping health check")
    found = judge(pins, taken_back, RIGHT)
    assert (found.outcome, found.good, found.place) == ("another release serves", False, "previous")
    text = said(found)
    assert "ANOTHER RELEASE SERVES" in text
    assert f"wanted   release {pins['current']['digest']} (slipway-dev/2" not in text  # the package has its whole path
    assert f"wanted   release {pins['current']['digest']} (model-package/slipway-dev/2" in text
    assert f"serves   release {pins['previous']['digest']} (model-package/slipway-dev/1" in text
    assert "SageMaker took the update back: the primary container did not pass the ping health check" in text
    assert "`slipway rollback` pins what serves" in text


def test_a_pin_that_nobody_rolled_out_yet_says_so(pins: dict[str, Pin]) -> None:
    found = judge(pins, serving(pins["previous"]), RIGHT)
    assert found.outcome == "another release serves"
    assert found.advice == "`slipway up` rolls the pinned release out"


@pytest.mark.parametrize("name", COMPARED)
def test_no_value_of_a_release_may_differ(pins: dict[str, Pin], name: str) -> None:
    other = {**pins["current"], name: "another"}
    found = judge({"current": pins["current"]}, serving(other), RIGHT)
    assert found.outcome == "another release serves"
    assert f"{name} is another, {pins['current'][name]} is pinned" in found.why


def test_a_configuration_that_serves_and_was_deleted_is_told(pins: dict[str, Pin]) -> None:
    gone = serving(None, gone='Could not find endpoint configuration "endpoint-1a2b3c4d-0000000".')
    found = judge(pins, gone, None)
    assert found.outcome == "another release serves"
    assert "not declared any more: Could not find endpoint configuration" in said(found)


def test_the_pinned_configuration_with_wrong_answers_is_not_good(pins: dict[str, Pin]) -> None:
    wrong = Smoke(rows=3, largest_difference=0.2, problem="the endpoint answers [0.9], the model itself answered [0.7]")
    found = judge(pins, serving(pins["current"]), wrong)
    assert (found.outcome, found.good) == ("wrong answers", False)
    assert found.why == (wrong.problem,)


def test_an_endpoint_that_nobody_could_ask_is_not_good(pins: dict[str, Pin]) -> None:
    assert judge(pins, serving(pins["current"]), None).outcome == "wrong answers"


def test_an_overwritten_artifact_is_not_good_however_the_endpoint_answers(pins: dict[str, Pin]) -> None:
    found = judge(pins, serving(pins["current"]), RIGHT, artifact_problem="s3://a/m.tar.gz has digest 1, 2 is pinned")
    assert (found.outcome, found.good) == ("artifact lost", False)
    assert "train and release again" in said(found)


@pytest.mark.parametrize("status", ["Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"])
def test_an_endpoint_in_progress_is_undecided(pins: dict[str, Pin], status: str) -> None:
    found = judge(pins, serving(pins["current"], status=status), RIGHT)
    assert (found.outcome, found.good) == ("undecided", False)
    assert f"endpoint slipway-dev is {status}" in said(found)


@pytest.mark.parametrize("status", ["Failed", "OutOfService", "UpdateRollbackFailed"])
def test_an_endpoint_that_failed_says_sagemakers_reason(pins: dict[str, Pin], status: str) -> None:
    found = judge(pins, serving(pins["current"], status=status, reason="no capacity"), None)
    assert found.outcome == "failed"
    assert found.why == (f"endpoint slipway-dev is {status}: no capacity",)


def test_a_missing_endpoint_is_missing_only_when_something_is_pinned(pins: dict[str, Pin]) -> None:
    missing = Serving(endpoint="slipway-dev", status="Missing")
    assert (judge(pins, missing, None).outcome, judge({}, missing, None).outcome) == ("missing", "nothing pinned")
    assert judge({}, missing, None).good
    assert "serves   nothing; endpoint slipway-dev is Missing" in said(judge(pins, missing, None))


def test_an_endpoint_without_a_pin_is_not_good(pins: dict[str, Pin]) -> None:
    found = judge({}, serving(pins["current"]), RIGHT)
    assert (found.outcome, found.good) == ("another release serves", False)


def test_reasons_of_many_lines_stay_in_their_column(pins: dict[str, Pin]) -> None:
    found = judge(pins, serving(pins["previous"], reason="it died; its log ends with:\nModelError: damaged"), RIGHT)
    assert "\n           ModelError: damaged" in said(found)


def test_machines_read_the_same(pins: dict[str, Pin]) -> None:
    document = json.loads(json.dumps(words.as_json(judge(pins, serving(pins["previous"], reason="why"), RIGHT), "dev")))
    assert (document["verdict"], document["good"], document["stack"]) == ("another release serves", False, "dev")
    assert document["wanted"]["digest"] == pins["current"]["digest"]
    assert document["serves"]["digest"] == pins["previous"]["digest"]
    assert document["pinned_as"] == "previous"
    assert document["endpoint"] == {
        "name": "slipway-dev",
        "status": "InService",
        "config": "endpoint-1a2b3c4d-0000000",
    }
    assert document["smoke"] == {"rows": 3, "largest_difference": 1e-16, "problem": None}
