"""Paths of properties: read as people write them, and put back by ignore_changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.codec import paths
from slipway.engine.values import Secret


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("tags", ("tags",)),
        ("tags.owner", ("tags", "owner")),
        ('tags["cost-center"].x', ("tags", "cost-center", "x")),
        ("items[3].name", ("items", 3, "name")),
        ("rules[*].id", ("rules", "*", "id")),
        (r'a["with \" quote"]', ("a", 'with " quote')),
    ],
)
def test_a_path_is_read_step_by_step(text: str, steps: tuple[str | int, ...]) -> None:
    assert paths.parse(text) == steps


@given(st.text(min_size=1).filter(lambda key: "\\" not in key and '"' not in key))
def test_any_key_can_be_named_within_another(key: str) -> None:
    assert paths.parse(paths.joined("tags", key)) == ("tags", key)


def test_a_pattern_holds_what_lies_in_it() -> None:
    assert paths.contains(("rules", "*"), ("rules", 0, "id"))
    assert not paths.contains(("tags", "x"), ("tags",))


def test_an_ignored_property_is_as_it_was() -> None:
    assert paths.reset(("a",), {"a": 1}, {"a": 2, "b": 3}) == {"a": 1, "b": 3}


def test_an_ignored_property_that_was_not_there_is_not_added() -> None:
    assert paths.reset(("a",), {}, {"a": 2, "b": 3}) == {"b": 3}


def test_an_ignored_part_leaves_its_neighbours() -> None:
    assert paths.reset(("t", "x"), {"t": {"x": 1, "y": 1}}, {"t": {"x": 2, "y": 2}}) == {"t": {"x": 1, "y": 2}}


def test_a_part_of_a_secret_can_be_ignored_and_stays_secret() -> None:
    reset = paths.reset(("t", "x"), {"t": Secret({"x": 1})}, {"t": Secret({"x": 2, "y": 2})})
    assert reset == {"t": Secret({"x": 1, "y": 2})}


def test_the_same_part_of_every_item_can_be_ignored() -> None:
    old = {"r": [{"id": 1, "n": "a"}, {"id": 2, "n": "b"}]}
    new = {"r": [{"id": 8, "n": "c"}, {"id": 9, "n": "d"}]}
    assert paths.reset(("r", "*", "id"), old, new) == {"r": [{"id": 1, "n": "c"}, {"id": 2, "n": "d"}]}


def test_lists_of_another_length_are_not_put_back() -> None:
    assert paths.reset(("r", "*", "id"), {"r": [{"id": 1}]}, {"r": [{"id": 8}, {"id": 9}]}) == {
        "r": [{"id": 8}, {"id": 9}]
    }
    assert paths.reset(("r", 1), {"r": [1]}, {"r": [8, 9]}) == {"r": [8, 9]}
    assert paths.reset(("r", 0), {"r": [1]}, {"r": [8, 9]}) == {"r": [1, 9]}


def test_everything_at_one_level_can_be_ignored() -> None:
    assert paths.reset(("t", "*"), {"t": {"x": 1, "y": 2}}, {"t": {"x": 8, "z": 9}}) == {"t": {"x": 1, "y": 2}}
    assert paths.reset(("t", "*"), {}, {"t": {"x": 8}}) == {"t": {"x": 8}}


def test_what_comes_out_of_a_secret_stays_one_and_its_neighbours_stay_plain() -> None:
    assert paths.reset(("t", "x"), {"t": Secret({"x": 1})}, {"t": {"x": 2, "y": 2}}) == {"t": {"x": Secret(1), "y": 2}}


def test_a_part_of_something_that_is_not_given_any_more_is_not_brought_back() -> None:
    assert paths.reset(("t", "x"), {"t": {"x": 1}}, {"a": 1}) == {"a": 1}
    assert paths.reset(("t", "x"), {}, {"t": {"x": 1, "y": 2}}) == {"t": {"y": 2}}
