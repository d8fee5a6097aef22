"""The digest that names a release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from infra.components.serving.releases import Release, declared_releases
from infra.release_digest import DEPLOYED, OPTIONS, release_digest
from infra.settings import PinnedRelease

if TYPE_CHECKING:
    from random import Random

texts = st.text(max_size=20)
counts = st.integers(1, 1000)
pins: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "model_data": texts,
        "model_sha256": texts,
        "image": texts,
        "code": texts,
        "instance_type": texts,
        "initial_instance_count": counts,
        "environment": st.dictionaries(texts, texts, max_size=4),
        "capture_percentage": st.integers(0, 100),
        "container_startup_timeout_seconds": counts,
    }
)


def declared(pin: dict[str, Any]) -> Release:
    shown = {name: value for name, value in pin.items() if name != "model_sha256"}
    return Release(digest=release_digest(pin), **shown)


def changed(value: Any) -> Any:
    if isinstance(value, dict):
        return {**value, "ONE MORE": "1"} if "ONE MORE" not in value else {}
    return value + 1 if isinstance(value, int) else value + "x"


@given(pins)
def test_a_digest_is_eight_hexadecimal_digits(pin: dict[str, Any]) -> None:
    digest = release_digest(pin)
    assert len(digest) == 8
    assert int(digest, 16) >= 0


def test_every_setting_of_a_pin_is_deployed_or_there_for_people() -> None:
    told = {"digest", "model_package_arn", "image_tag", "data", "metrics"}
    assert set(PinnedRelease.model_fields) == {*DEPLOYED, *OPTIONS, *told}
    assert len(DEPLOYED) == 9


@given(pins, st.sampled_from(DEPLOYED))
def test_everything_that_is_deployed_is_in_the_digest(pin: dict[str, Any], name: str) -> None:
    assert release_digest({**pin, name: changed(pin[name])}) != release_digest(pin)


OPTIONAL: dict[str, Any] = {
    "kind": "async",
    "inference_ami_version": "al2-ami-sagemaker-inference-neuron-2",
    "serverless": {"memory_size_in_mb": 2048, "max_concurrency": 5},
    "asynchronous": {"notify": False},
}


@given(pins, st.sampled_from(OPTIONS))
def test_every_option_is_in_the_digest_once_it_is_given(pin: dict[str, Any], name: str) -> None:
    assert release_digest({**pin, name: OPTIONAL[name]}) != release_digest(pin)


@given(pins)
def test_a_pin_from_before_there_were_options_keeps_its_digest(pin: dict[str, Any]) -> None:
    nothing = {"kind": "realtime", "inference_ami_version": None, "serverless": None, "asynchronous": None}
    assert release_digest({**pin, **nothing}) == release_digest(pin)


@given(pins)
def test_a_nested_option_that_is_left_out_and_one_that_is_null_are_the_same(pin: dict[str, Any]) -> None:
    given = {"memory_size_in_mb": 2048, "max_concurrency": 5}
    spelt_out = {**given, "provisioned_concurrency": None}
    assert release_digest({**pin, "serverless": given}) == release_digest({**pin, "serverless": spelt_out})


@given(pins, texts)
def test_what_is_there_for_people_is_not(pin: dict[str, Any], text: str) -> None:
    told = {"model_package_arn": text, "image_tag": text, "metrics": {text: 0.5}, "data": {text: text}, "digest": text}
    assert release_digest({**pin, **told}) == release_digest(pin)


@given(pins, st.randoms(use_true_random=False))
def test_no_order_of_keys_matters(pin: dict[str, Any], random: Random) -> None:
    def shuffled(mapping: dict[str, Any]) -> dict[str, Any]:
        items = list(mapping.items())
        random.shuffle(items)
        return dict(items)

    assert release_digest(shuffled({**pin, "environment": shuffled(pin["environment"])})) == release_digest(pin)


@given(pins, st.none() | pins)
def test_what_is_declared_is_the_current_release_and_one_other_at_most(
    current: dict[str, Any], previous: dict[str, Any] | None
) -> None:
    found = declared_releases(declared(current), None if previous is None else declared(previous))
    assert found[0] == declared(current)
    digests = [one.digest for one in found]
    assert sorted(digests) == sorted({release_digest(one) for one in (current, previous) if one is not None})


@given(pins, pins)
def test_a_rollback_declares_the_same_resources(current: dict[str, Any], previous: dict[str, Any]) -> None:
    there = declared_releases(declared(current), declared(previous))
    back = declared_releases(declared(previous), declared(current))
    assert {one.digest for one in there} == {one.digest for one in back}
