"""Property values, to protobuf and back, and as a provider that understands less gets them."""

from typing import Any

import pytest
from google.protobuf import json_format

from slipway.engine.codec import SIGNATURE, UNKNOWN_STRING, wire
from slipway.engine.values import UNKNOWN, Archive, Asset, OutputValue, ResourceReference, Secret

URN = "urn:pulumi:dev::p::t:index:T::n"


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        1.5,
        "text",
        [],
        {},
        [1, "two", [None, False]],
        {"a": {"b": [1]}, "cost-center": "x"},
        UNKNOWN,
        Secret("hidden"),
        Secret({"deep": [1, Secret("er")]}),
        ResourceReference(URN, "id-1", "1.2.3"),
        ResourceReference(URN),
        ResourceReference(URN, UNKNOWN),
        Asset("hash", text="t"),
        Archive("hash", assets={"a": Asset("h", path="p"), "b": Archive("h", path="q")}),
    ],
    ids=repr,
)
def test_a_value_comes_back_as_it_went(value: Any) -> None:
    assert wire.decode(wire.encode(value)) == value


def test_a_whole_number_stays_one() -> None:
    assert repr(wire.decode(wire.encode(3))) == "3"


def test_true_is_not_one() -> None:
    assert wire.decode(wire.encode(True)) is True


def test_an_output_value_of_a_program_says_what_is_known() -> None:
    raw = wire.encode({SIGNATURE: "d0e6a833031e9bbcd3f4e8bde6ca49a4", "secret": True, "dependencies": [URN]})
    assert wire.decode(raw) == OutputValue(None, known=False, secret=True, dependencies=(URN,))


def test_a_provider_that_does_not_know_secrets_gets_the_plain_value() -> None:
    plain = wire.encode_struct({"a": Secret([Secret("x")])}, wire.Dialect(secrets=False))
    assert json_format.MessageToDict(plain) == {"a": ["x"]}


def test_a_provider_that_does_not_know_references_gets_the_id_or_the_urn() -> None:
    dialect = wire.Dialect(resources=False)
    sent = wire.encode_struct({"made": ResourceReference(URN, "id-1"), "component": ResourceReference(URN)}, dialect)
    assert json_format.MessageToDict(sent) == {"made": "id-1", "component": URN}


def test_every_marker_of_an_unknown_is_understood() -> None:
    assert wire.decode(wire.encode("1c4a061d-8072-4f0a-a4cb-0ff528b18fe7")) is UNKNOWN
    assert wire.encode(UNKNOWN).string_value == UNKNOWN_STRING
