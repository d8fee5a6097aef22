from __future__ import annotations

import pytest

from slipway.report import numbers


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0.0 s"),
        (31.44, "31.4 s"),
        (119.94, "119.9 s"),
        (120.0, "2 min 0 s"),
        (125.4, "2 min 5 s"),
        (3599.9, "1 h 0 min"),
        (3720, "1 h 2 min"),
    ],
)
def test_a_duration_is_said_in_the_units_of_its_size(seconds: float, text: str) -> None:
    assert numbers.duration(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.0312, "0.0312"),
        (0.312, "0.312"),
        (3.1, "3.10"),
        (31.25, "31.2"),
        (312.4, "312"),
        (1234.5, "1,234"),
    ],
)
def test_milliseconds_have_three_digits_that_say_something(value: float, text: str) -> None:
    assert numbers.milliseconds(value) == text


def test_words_follow_their_number() -> None:
    assert numbers.count(1, "request") == "1 request"
    assert numbers.count(2000, "request") == "2,000 requests"
    assert numbers.count(0, "slice") == "0 slices"


def test_shares_memory_and_ticks_are_short() -> None:
    assert numbers.percent(0.2271) == "22.7%"
    assert numbers.memory(775 << 20) == "775 MiB"
    shorter = [numbers.short(number) for number in (0, 999, 5120, 12_000, 1_200_000, 5e12)]
    assert shorter == ["0", "999", "5,120", "12k", "1.2M", "5T"]
    assert numbers.short(0.25, decimals=2) == "0.25"
    assert [numbers.short(number, digits=3) for number in (28_293, 999_999_999)] == ["28.3k", "1G"]
