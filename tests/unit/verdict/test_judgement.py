"""The verdict can't be fooled: what AWS says, what the stack file pins and what the model answers must all agree."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from slipway.pinned.serving import Serving
from slipway.verdict import words
from slipway.verdict.judgement import Evidence, Verdict, judge
from slipway.verdict.smoke import Smoke

if TYPE_CHECKING:
    from collections.abc import Callable

RIGHT = Smoke(rows=3, largest_difference=1e-16, problem=None)
WRONG = Smoke(rows=3, largest_difference=0.2, problem="the endpoint answers [0.9], the model itself answered [0.7]")
# written out: a value that is no longer compared must be missed here
DEPLOYED = (
    "model_data",
    "image",
    "code",
    "instance_type",
    "initial_instance_count",
    "environment",
    "capture_percentage",
    "container_startup_timeout_seconds",
)
Pin = dict[str, Any]


@pytest.fixture
def pins(pinned_release: Callable[..., Pin]) -> dict[str, Pin]:
    return {"current": pinned_release(2), "previous": pinned_release(1)}


def serving(pin: Pin | None, **changes: Any) -> Serving:
    release = {} if pin is None else {name: pin[name] for name in DEPLOYED}
    config = "my-config" if pin is None else f"endpoint-{pin['digest']}-0123456"
    told = Serving(endpoint="slipway-dev", status="InService", config=config, release=release)
    return replace(told, **changes)


def evidence(pins: dict[str, Pin], smoke: Smoke | None = RIGHT, **changes: Any) -> Evidence:
    """Give what is known after an `up` that ended well."""
    current = pins.get("current")
    return replace(Evidence(rolled_out=None if current is None else current["digest"], smoke=smoke), **changes)


def said(verdict: Verdict) -> str:
    return "\n".join(words.lines(verdict, "dev"))


def test_what_is_pinned_in_service_and_right_is_good(pins: dict[str, Pin]) -> None:
    found = judge(pins, serving(pins["current"]), evidence(pins))
    assert (found.outcome, found.good, found.why) == ("as pinned", True, ())
    assert "3 rows of its manifest, at most 1.0e-16" in said(found)


def test_an_update_that_was_taken_back_is_seen_though_up_ended_well(pins: dict[str, Pin]) -> None:
    taken_back = serving(pins["previous"], reason="the primary container did not pass the ping health check")
    found = judge(pins, taken_back, evidence(pins))
    assert (found.outcome, found.good, found.place) == ("another release serves", False, "previous")
    text = said(found)
    assert "ANOTHER RELEASE SERVES" in text
    assert f"wanted   release {pins['current']['digest']} (model-package/slipway-dev/2" in text
    assert f"serves   release {pins['previous']['digest']} (model-package/slipway-dev/1" in text
    assert "pinned as previous" in text
    assert "SageMaker took the update back: the primary container did not pass the ping health check" in text
    assert "`slipway rollback` pins what serves" in text


def test_an_update_that_was_taken_back_without_a_word_is_seen_too(pins: dict[str, Pin]) -> None:
    found = judge(pins, serving(pins["previous"]), evidence(pins))
    assert found.outcome == "another release serves"
    assert found.why[0].startswith("SageMaker took the update back: it gives no reason")
    assert found.advice is not None
    assert "`slipway rollback`" in found.advice


def test_a_pin_that_nobody_rolled_out_is_not_blamed_for_an_old_failure(pins: dict[str, Pin]) -> None:
    old_reason = serving(pins["previous"], reason="the torn model")
    found = judge(pins, old_reason, evidence(pins, rolled_out=pins["previous"]["digest"]))
    assert (found.outcome, found.good) == ("not rolled out", False)
    assert "the torn model" not in said(found)
    assert found.advice == "`slipway up` rolls the pinned release out"


@pytest.mark.parametrize("name", DEPLOYED)
def test_no_value_of_a_release_may_differ(pins: dict[str, Pin], name: str) -> None:
    other = {**pins["current"], name: "another"}
    found = judge({"current": pins["current"]}, serving(other), evidence(pins))
    assert found.outcome == "another release serves"
    assert f"{name} is another, {pins['current'][name]} is pinned" in found.why


def test_a_configuration_of_another_release_is_another_release_whatever_else_is_alike(pins: dict[str, Pin]) -> None:
    twin = serving(pins["current"], config="endpoint-0000beef-0123456")
    found = judge({"current": pins["current"]}, twin, evidence(pins))
    assert found.outcome == "another release serves"
    assert "its configuration endpoint-0000beef-0123456 belongs to release 0000beef" in said(found)


def test_a_configuration_whose_name_tells_no_release_is_judged_by_what_it_deploys(pins: dict[str, Pin]) -> None:
    assert judge(pins, serving(pins["current"], config="named-by-hand"), evidence(pins)).good


def test_whatever_a_release_does_not_have_makes_it_another_one(pins: dict[str, Pin]) -> None:
    found = judge(pins, serving(pins["current"], strange=("2 production variants answer: a, b",)), evidence(pins))
    assert (found.outcome, found.place) == ("another release serves", None)
    assert "2 production variants answer: a, b" in found.why


def test_a_shadow_runs_where_one_is_pinned_and_nowhere_else(
    pins: dict[str, Pin], pinned_release: Callable[..., Pin]
) -> None:
    beside = serving(pins["current"], shadows=("shadow",))
    stranger = judge(pins, beside, evidence(pins))
    assert stranger.outcome == "another release serves"
    assert "shadow variants run beside it: shadow" in said(stranger)

    shadow = {"release": pinned_release(3), "beside": pins["current"]["digest"], "percentage": 50}
    pinned: Any = {**pins, "shadow": shadow}
    assert judge(pinned, beside, evidence(pins)).outcome == "as pinned"
    missing = judge(pinned, serving(pins["current"]), evidence(pins))
    assert missing.outcome == "not rolled out"
    assert f"shadow {shadow['release']['digest']} does not run" in said(missing)

    ended: Any = {**pins, "shadow": {**shadow, "ended": True}}
    assert judge(ended, serving(pins["current"]), evidence(pins)).outcome == "as pinned"
    assert "still runs, though it is ended" in said(judge(ended, beside, evidence(pins)))


def test_a_configuration_that_was_deleted_under_its_endpoint_is_told_with_the_way_out(pins: dict[str, Pin]) -> None:
    gone = serving(None, gone='Could not find endpoint configuration "my-config".')
    found = judge(pins, gone, evidence(pins, None))
    assert found.outcome == "another release serves"
    assert "was deleted under the endpoint: Could not find endpoint configuration" in said(found)
    assert "before endpoint configuration my-config is made again" in said(found)


def test_the_pinned_configuration_with_wrong_answers_is_not_good(pins: dict[str, Pin]) -> None:
    found = judge(pins, serving(pins["current"]), evidence(pins, WRONG))
    assert (found.outcome, found.good, found.why) == ("wrong answers", False, (WRONG.problem,))


def test_what_serves_instead_is_judged_too(pins: dict[str, Pin]) -> None:
    found = judge(pins, serving(pins["previous"]), evidence(pins, WRONG))
    assert f"what serves is not right either: {WRONG.problem}" in found.why
    assert found.advice == "mend the model and release it anew"


@pytest.mark.parametrize(
    "smoke", [None, Smoke(rows=3, largest_difference=None, problem="AccessDenied", answered=False)]
)
def test_an_endpoint_that_nobody_could_ask_is_neither_good_nor_wrong(pins: dict[str, Pin], smoke: Smoke | None) -> None:
    found = judge(pins, serving(pins["current"]), evidence(pins, smoke))
    assert (found.outcome, found.good) == ("could not be asked", False)
    assert "rollback" not in said(found)


def test_a_bucket_that_nobody_could_read_is_no_loss(pins: dict[str, Pin]) -> None:
    found = judge(pins, serving(pins["current"]), evidence(pins, unknown=("s3://a/m can't be read: 403",)))
    assert (found.outcome, found.why) == ("could not be asked", ("s3://a/m can't be read: 403",))


def test_a_release_that_could_not_start_again_is_not_good_however_it_answers(pins: dict[str, Pin]) -> None:
    found = judge(pins, serving(pins["current"]), evidence(pins, lost=("s3://a/m.tar.gz is not there",)))
    assert (found.outcome, found.good) == ("could not start again", False)
    assert "s3://a/m.tar.gz is not there" in said(found)


@pytest.mark.parametrize("status", ["Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"])
def test_an_endpoint_in_progress_is_undecided(pins: dict[str, Pin], status: str) -> None:
    found = judge(pins, serving(pins["current"], status=status), evidence(pins))
    assert (found.outcome, found.good) == ("undecided", False)
    assert f"endpoint slipway-dev is {status}" in said(found)


@pytest.mark.parametrize("status", ["Failed", "OutOfService"])
def test_an_endpoint_that_failed_says_sagemakers_reason(pins: dict[str, Pin], status: str) -> None:
    found = judge(pins, serving(pins["current"], status=status, reason="no capacity"), evidence(pins, None))
    assert found.outcome == "failed"
    assert found.why == (f"endpoint slipway-dev is {status}: no capacity",)


def test_a_mix_of_two_releases_is_not_to_be_deleted(pins: dict[str, Pin]) -> None:
    found = judge(pins, serving(pins["current"], status="UpdateRollbackFailed"), evidence(pins))
    assert (found.outcome, found.good) == ("half rolled back", False)
    assert "do not delete" in said(found)


def test_a_missing_endpoint_is_missing_only_when_something_is_pinned(pins: dict[str, Pin]) -> None:
    missing, nothing = Serving(endpoint="slipway-dev", status="Missing"), Evidence()
    assert judge(pins, missing, nothing).outcome == "missing"
    unpinned = judge({}, missing, nothing)
    assert (unpinned.outcome, unpinned.good) == ("nothing pinned", True)
    assert "serves   nothing; endpoint slipway-dev is Missing" in said(judge(pins, missing, nothing))


def test_an_endpoint_without_a_pin_is_not_good(pins: dict[str, Pin]) -> None:
    found = judge({}, serving(pins["current"]), evidence({}))
    assert (found.outcome, found.good) == ("another release serves", False)


def test_reasons_of_many_lines_stay_in_their_column(pins: dict[str, Pin]) -> None:
    reason = "it died; its log ends with:\nModelError: damaged"
    found = judge(pins, serving(pins["previous"], reason=reason), evidence(pins))
    assert "\n           ModelError: damaged" in said(found)


def test_machines_read_the_same(pins: dict[str, Pin]) -> None:
    found = judge(pins, serving(pins["previous"], reason="why"), evidence(pins))
    document = json.loads(json.dumps(words.as_json(found, "dev")))
    assert (document["verdict"], document["good"], document["stack"]) == ("another release serves", False, "dev")
    assert document["wanted"]["digest"] == pins["current"]["digest"]
    assert document["serves"]["digest"] == pins["previous"]["digest"]
    assert document["pinned_as"] == "previous"
    config = f"endpoint-{pins['previous']['digest']}-0123456"
    assert document["endpoint"] == {"name": "slipway-dev", "status": "InService", "config": config}
    assert document["smoke"] == {"rows": 3, "largest_difference": 1e-16, "problem": None}
