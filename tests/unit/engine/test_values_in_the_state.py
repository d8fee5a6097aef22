"""Property values in the state file: secrets are encrypted, and stay the same text while they stay the same."""

import itertools
import json
from typing import Any

import pytest

from slipway.engine.codec.state import StateCodec, masked, revealed
from slipway.engine.state.resource import ResourceState
from slipway.engine.values import Archive, Asset, ResourceReference, Secret

URN = "urn:pulumi:dev::p::t:index:T::n"


class Counting:
    """Encrypts every time differently, as a real manager does."""

    def __init__(self) -> None:
        self.number = itertools.count(1)

    def encrypt(self, text: str) -> str:
        return f"{next(self.number)}:{text[::-1]}"

    def decrypt(self, text: str) -> str:
        return text.partition(":")[2][::-1]


@pytest.fixture
def codec() -> StateCodec:
    manager = Counting()
    return StateCodec(manager.encrypt, manager.decrypt)


@pytest.mark.parametrize(
    "value",
    [
        {"a": [1, 2.5, None, True]},
        Secret({"k": Secret("v")}),
        [Asset("h", text="t"), Archive("h", path="p"), ResourceReference(URN, "i")],
    ],
    ids=repr,
)
def test_a_value_comes_back_from_the_file(codec: StateCodec, value: Any) -> None:
    assert codec.decode(json.loads(json.dumps(codec.encode(value)))) == value


def test_nothing_of_a_secret_stands_in_the_file(codec: StateCodec) -> None:
    assert "hunter2" not in json.dumps(codec.encode({"p": Secret("hunter2")}))


def test_an_unchanged_secret_keeps_its_ciphertext(codec: StateCodec) -> None:
    stored = codec.encode(Secret("s"), "here")
    read = codec.decode(stored, "here")
    assert codec.encode(Secret(read.value), "here") == stored


def test_equal_secrets_in_two_places_look_different(codec: StateCodec) -> None:
    assert codec.encode(Secret("s"), "here") != codec.encode(Secret("s"), "there")


def test_what_is_shown_of_a_secret_is_a_mask_unless_asked_for() -> None:
    assert "hunter2" not in json.dumps(masked({"p": [Secret("hunter2")]}))
    assert "hunter2" in json.dumps(revealed({"p": [Secret("hunter2")]}))


def test_a_resource_keeps_fields_that_this_engine_does_not_know(codec: StateCodec) -> None:
    raw = {"urn": URN, "custom": True, "id": "i", "type": "t:index:T", "inputs": {"a": 1}, "viewOf": "urn:x"}
    assert ResourceState.from_json(raw, codec).to_json(codec) == raw


def test_a_changed_resource_gets_a_new_text(codec: StateCodec) -> None:
    state = ResourceState(urn=URN, type="t:index:T", custom=True, id="old")
    assert b'"old"' in state.fragment(codec)
    state.id = "new"
    assert b'"new"' in state.fragment(codec)
