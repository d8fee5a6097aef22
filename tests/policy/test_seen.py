"""What rules read of a resource."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError, unknown_checking_proxy

from policy.seen import at, entries, is_given

PROPERTIES: Any = unknown_checking_proxy(
    {
        "rule": {"name": "r", "later": UNKNOWN_STRING_VALUE},
        "list": [{"name": "a"}],
        "0": "zero",
        "off": False,
        "text": "x",
    }
)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("rule.name", "r"),
        ("rule.missing", None),
        ("missing.name", None),
        ("rule.name.deeper", None),
        ("list.0.name", "a"),
        ("list.1.name", None),
        ("list.name", None),
        ("text.0", None),
        ("0", "zero"),
        ("off", False),
    ],
)
def test_a_path_leads_to_a_value_or_to_none(path: str, value: object) -> None:
    assert at(PROPERTIES, path) == value


def test_a_value_that_is_not_known_is_given_and_cannot_be_looked_at() -> None:
    assert is_given(PROPERTIES, "rule.later")
    with pytest.raises(UnknownValueError):
        at(PROPERTIES, "rule.later")


def test_false_is_given_and_an_empty_text_is_not() -> None:
    assert is_given(PROPERTIES, "off")
    assert not is_given({"key": ""}, "key")
    assert not is_given(PROPERTIES, "missing")


def test_only_lists_have_entries() -> None:
    assert entries(PROPERTIES, "text") == []
    assert entries(PROPERTIES, "missing") == []
    assert len(entries(PROPERTIES, "list")) == 1
