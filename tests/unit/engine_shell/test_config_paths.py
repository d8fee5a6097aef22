from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.config_paths import get_at, parse_path, remove_at, set_at, typed_word
from slipway.engine.errors import EngineError


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("root", ["root"]),
        ("root.nested", ["root", "nested"]),
        ('root["nested"]', ["root", "nested"]),
        ("root.double.nest", ["root", "double", "nest"]),
        ("root.array[0]", ["root", "array", 0]),
        ("root.array[0].nested", ["root", "array", 0, "nested"]),
        ('root["key with \\"escaped\\" quotes"]', ["root", 'key with "escaped" quotes']),
        ('root["key with a ."]', ["root", "key with a ."]),
        ('["root key with a ."][100]', ["root key with a .", 100]),
        ("ns:root.a", ["ns:root", "a"]),
    ],
)
def test_paths_are_read_as_the_real_command_line_reads_them(text: str, path: list[Any]) -> None:
    assert parse_path(text) == path


@pytest.mark.parametrize("text", ["", "[0]", "a.", "a..b", "a[", "a[x]", 'a["b', "a[-1]"])
def test_a_path_that_leads_nowhere_is_refused(text: str) -> None:
    with pytest.raises(EngineError, match="invalid path"):
        parse_path(text)


@pytest.mark.parametrize(
    ("word", "value"),
    [("true", True), ("false", False), ("0", 0), ("12", 12), ("-3", -3), ("07", "07"), ("1.5", "1.5")],
)
def test_words_below_a_path_are_typed(word: str, value: object) -> None:
    assert typed_word(word) == value
    assert type(typed_word(word)) is type(value)


def test_what_lies_on_the_way_is_made() -> None:
    config: dict[str, Any] = {}
    set_at(config, ["a", "list", 0, "name"], "x")
    set_at(config, ["a", "list", 1], 2)
    assert config == {"a": {"list": [{"name": "x"}, 2]}}


def test_an_index_past_the_end_is_refused_with_the_next_free_one() -> None:
    with pytest.raises(EngineError, match=r"\[2\] is out of range: the next free one is 1"):
        set_at({"a": [1]}, ["a", 2], "x")


def test_a_text_is_not_silently_replaced_by_a_map() -> None:
    with pytest.raises(EngineError, match="a map was expected at 'a', which holds 'text'"):
        set_at({"a": "text"}, ["a", "b"], "x")


@given(st.lists(st.one_of(st.text("ab", min_size=1, max_size=2), st.just(0)), min_size=1, max_size=5), st.integers())
def test_what_is_set_is_found_and_what_is_removed_is_not(tail: list[str | int], value: int) -> None:
    config: dict[str, Any] = {}
    set_at(config, ["key", *tail], value)
    assert get_at(config, ["key", *tail]) == (True, value)
    assert remove_at(config, ["key", *tail])
    assert get_at(config, ["key", *tail]) == (False, None)
    assert not remove_at(config, ["key", *tail])
