"""What becomes current and previous when a release is pinned."""

from __future__ import annotations

from dataclasses import replace

from slipway.release.pin import Pin, deploys_the_same, difference, turn

FIRST = Pin(
    model_package_arn="arn:aws:sagemaker:us-east-1:123456789012:model-package/slipway-dev/1",
    model_data="s3://artifacts/models/one/model.tar.gz",
    model_sha256="1" * 64,
    image="123456789012.dkr.ecr.us-east-1.amazonaws.com/slipway-dev/serving:1",
    code="s3://artifacts/code/serving/a.tar.gz",
    instance_type="ml.m5.large",
    initial_instance_count=1,
    metrics={"auc": 0.76},
)
SECOND = replace(
    FIRST, model_package_arn=FIRST.model_package_arn[:-1] + "2", model_sha256="2" * 64, metrics={"auc": 0.78}
)


def test_the_first_release_has_no_previous_one() -> None:
    assert turn(None, FIRST) == {"current": FIRST.as_settings()}


def test_what_was_current_becomes_previous() -> None:
    section = turn(turn(None, FIRST), SECOND)
    assert section == {"current": SECOND.as_settings(), "previous": FIRST.as_settings()}


def test_releasing_the_same_again_does_not_push_out_the_previous_one() -> None:
    section = turn(turn(None, FIRST), SECOND)
    assert turn(section, SECOND) == section
    assert deploys_the_same(section, SECOND)


def test_a_new_package_of_the_same_artifact_deploys_the_same() -> None:
    again = replace(FIRST, model_package_arn=SECOND.model_package_arn)
    assert deploys_the_same(turn(None, FIRST), again)
    assert turn(turn(None, FIRST), again) == {"current": again.as_settings()}


def test_another_shape_is_another_release() -> None:
    wider = replace(FIRST, initial_instance_count=2)
    assert not deploys_the_same(turn(None, FIRST), wider)
    assert turn(turn(None, FIRST), wider)["previous"] == FIRST.as_settings()


def test_the_difference_names_digests_metrics_and_nothing_that_stays() -> None:
    lines = difference(turn(None, FIRST), SECOND)
    assert f"model_sha256: {'1' * 12} -> {'2' * 12}" in lines
    assert "metrics.auc: 0.7600 -> 0.7800 (+0.0200)" in lines
    assert not any(line.startswith("image") for line in lines)
    assert difference(turn(None, FIRST), FIRST) == []
