import pytest
from google.protobuf.struct_pb2 import Struct
from hypothesis import given
from hypothesis import strategies as st

from slipway.sandbox.provider.wire import OUTPUT, SECRET, SIGNATURE, UNKNOWN, UNKNOWN_MARKER, decode, encode, text_of

names = st.text("abcXYZ-_", min_size=1, max_size=6)
values = st.recursive(
    st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=8) | st.just(UNKNOWN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(names, values, max_size=4))
def test_what_is_encoded_decodes_to_the_same(properties: dict[str, object]) -> None:
    assert decode(encode(properties)) == (properties, frozenset())


def test_whole_numbers_become_integers_and_nulls_are_left_out() -> None:
    struct = Struct()
    struct.update({"days": 7.0, "share": 0.5, "nothing": None, "inner": {"nothing": None}})
    assert decode(struct)[0] == {"days": 7, "share": 0.5, "inner": {}}
    assert isinstance(decode(struct)[0]["days"], int)


def test_a_secret_is_unwrapped_and_its_path_kept() -> None:
    struct = encode({"environment": {"TOKEN": "hush", "LEVEL": "info"}}, {("environment", "TOKEN")})
    assert (
        struct.fields["environment"].struct_value.fields["TOKEN"].struct_value.fields[SIGNATURE].string_value == SECRET
    )
    assert decode(struct) == (
        {"environment": {"TOKEN": "hush", "LEVEL": "info"}},
        frozenset({("environment", "TOKEN")}),
    )


def test_a_secret_path_that_the_values_do_not_reach_wraps_its_deepest_part() -> None:
    struct = encode({"policy": '{"a": 1}'}, {("policy", "Statement", 0)})
    assert decode(struct)[1] == {("policy",)}


def test_a_secret_path_that_is_not_there_wraps_nothing() -> None:
    assert decode(encode({"a": "b"}, {("c",)}))[1] == frozenset()


def test_an_output_value_without_a_value_is_unknown_and_may_be_secret() -> None:
    struct = Struct()
    struct.update({"a": {SIGNATURE: OUTPUT, "secret": True}, "b": UNKNOWN_MARKER})
    assert decode(struct) == ({"a": UNKNOWN, "b": UNKNOWN}, frozenset({("a",)}))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("productionVariants", 0, "modelName"), "productionVariants[0].modelName"),
        (("tagsAll", "cost-center"), 'tagsAll["cost-center"]'),
        (("tags", "aws:x"), 'tags["aws:x"]'),
        (("environment", "MODEL_NAME"), "environment.MODEL_NAME"),
    ],
)
def test_paths_are_written_as_pulumi_writes_them(path: tuple[str | int, ...], text: str) -> None:
    assert text_of(path) == text
