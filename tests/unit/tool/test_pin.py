"""What becomes current and previous when a release is pinned."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from infra.release_digest import release_digest
from infra.settings import PinnedRelease
from slipway.failure import Failure
from slipway.pinned.pin import Pin, deploys_the_same, difference, turn
from slipway.release.shadow import beside

FIRST = Pin(
    model_package_arn="arn:aws:sagemaker:us-east-1:123456789012:model-package/slipway-dev/1",
    model_data="s3://artifacts/models/one/model.tar.gz",
    model_sha256="1" * 64,
    image=f"123456789012.dkr.ecr.us-east-1.amazonaws.com/slipway-dev/serving@sha256:{'c' * 64}",
    image_tag="1",
    code="s3://artifacts/code/serving/a.tar.gz",
    instance_type="ml.m5.large",
    initial_instance_count=1,
    environment={"OMP_NUM_THREADS": "1"},
    capture_percentage=100,
    container_startup_timeout_seconds=600,
    data={"train": "1,000 rows, sha256 0123456789ab"},
    metrics={"auc": 0.76},
)
SECOND = replace(
    FIRST, model_package_arn=FIRST.model_package_arn[:-1] + "2", model_sha256="2" * 64, metrics={"auc": 0.78}
)


def released(section: dict[str, Any] | None, new: Pin) -> dict[str, Any]:
    """Pin a release where the current one serves."""
    return turn(section, new, serves=(section or {}).get("current"))


def test_the_first_release_has_no_previous_one() -> None:
    assert released(None, FIRST) == {"current": FIRST.as_settings()}


def test_what_serves_becomes_previous_whatever_was_pinned() -> None:
    section = released(released(None, FIRST), SECOND)
    third = replace(FIRST, model_sha256="3" * 64)
    assert turn(section, third, serves=FIRST.as_settings())["previous"] == FIRST.as_settings()
    assert turn(section, third, serves=SECOND.as_settings())["previous"] == SECOND.as_settings()


def test_a_release_of_what_serves_needs_no_copy_of_itself_to_go_back_to() -> None:
    section = {"current": SECOND.as_settings(), "previous": FIRST.as_settings()}
    assert turn(section, FIRST, serves=FIRST.as_settings()) == {"current": FIRST.as_settings()}


def test_what_was_current_becomes_previous() -> None:
    section = released(released(None, FIRST), SECOND)
    assert section == {"current": SECOND.as_settings(), "previous": FIRST.as_settings()}


def test_releasing_the_same_again_does_not_push_out_the_previous_one() -> None:
    section = released(released(None, FIRST), SECOND)
    assert released(section, SECOND) == section
    assert deploys_the_same(section, SECOND)


def test_a_new_package_of_the_same_artifact_deploys_the_same() -> None:
    again = replace(FIRST, model_package_arn=SECOND.model_package_arn)
    assert deploys_the_same(released(None, FIRST), again)
    assert released(released(None, FIRST), again) == {"current": again.as_settings()}


def test_another_shape_is_another_release() -> None:
    wider = replace(FIRST, initial_instance_count=2)
    assert not deploys_the_same(released(None, FIRST), wider)
    assert released(released(None, FIRST), wider)["previous"] == FIRST.as_settings()


def test_the_difference_names_digests_data_metrics_and_nothing_that_stays() -> None:
    newer = replace(SECOND, data={"train": "2,000 rows, sha256 ba9876543210"}, environment={"OMP_NUM_THREADS": "2"})
    lines = difference(FIRST.as_settings(), newer.as_settings())
    assert f"digest: {FIRST.digest} -> {newer.digest}" in lines
    assert f"model_sha256: {'1' * 12} -> {'2' * 12}" in lines
    assert "data.train: 1,000 rows, sha256 0123456789ab -> 2,000 rows, sha256 ba9876543210" in lines
    assert "environment.OMP_NUM_THREADS: 1 -> 2" in lines
    assert "metrics.auc: 0.7600 -> 0.7800 (on other data)" in lines
    assert "metrics.auc: 0.7600 -> 0.7800 (+0.0200)" in difference(FIRST.as_settings(), SECOND.as_settings())
    assert not any(line.startswith("image") for line in lines)
    assert difference(FIRST.as_settings(), FIRST.as_settings()) == []


def test_a_first_release_comes_from_nothing() -> None:
    lines = difference(None, FIRST.as_settings())
    assert f"digest: none -> {FIRST.digest}" in lines
    assert f"image: none -> 123456789012.dkr.ecr.us-east-1.amazonaws.com/slipway-dev/serving@sha256:{'c' * 12}" in lines


def test_a_pin_is_what_the_settings_take() -> None:
    pinned = PinnedRelease.model_validate(FIRST.as_settings())
    assert release_digest(pinned.model_dump()) == pinned.digest == FIRST.digest


def test_a_shadow_is_ended_by_a_release_and_goes_with_the_one_after() -> None:
    shadow = {"release": SECOND.as_settings(), "beside": FIRST.digest, "percentage": 50}
    promoted = released({"current": FIRST.as_settings(), "shadow": shadow}, SECOND)
    assert promoted == {
        "current": SECOND.as_settings(),
        "previous": FIRST.as_settings(),
        "shadow": {**shadow, "ended": True},
    }
    assert "shadow" not in released(promoted, replace(FIRST, model_sha256="3" * 64))


def test_a_shadow_stands_beside_what_serves() -> None:
    section = {"current": FIRST.as_settings()}
    shadowed = beside(section, SECOND, serves=section["current"], percentage=50)
    assert shadowed["current"] == section["current"]
    assert shadowed["shadow"] == {"release": SECOND.as_settings(), "beside": FIRST.digest, "percentage": 50}
    for serves in (None, SECOND.as_settings()):
        with pytest.raises(Failure, match="the pinned current release does not serve"):
            beside(section, SECOND, serves=serves, percentage=50)
    third = replace(FIRST, model_sha256="3" * 64)
    with pytest.raises(Failure, match="still runs, with 50 %: end it"):
        beside(shadowed, third, serves=section["current"], percentage=50)
    assert beside(shadowed, SECOND, serves=section["current"], percentage=50) == shadowed
    with pytest.raises(Failure, match="still runs, with 50 %: end it"):
        beside(shadowed, SECOND, serves=section["current"], percentage=10)
    shadowed["shadow"]["ended"] = True
    assert beside(shadowed, third, serves=section["current"], percentage=50)["shadow"]["release"] == third.as_settings()
