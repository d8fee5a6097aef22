"""Bare words of YAML files, typed as Go's yaml.v3 types them."""

import pytest

from slipway.engine.documents import typed


@pytest.mark.parametrize(
    ("text", "value"), [("0b101", 5), ("0x1F", 31), ("0o17", 15), ("0b96f8d1", "0b96f8d1"), ("0o9", "0o9")]
)
def test_a_word_is_a_number_only_with_the_digits_of_its_base(text: str, value: object) -> None:
    assert typed(text) == value
