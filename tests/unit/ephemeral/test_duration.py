from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.ephemeral import duration
from slipway.failure import Misuse


@pytest.mark.parametrize(
    ("text", "length"), [("90m", timedelta(minutes=90)), ("8h", timedelta(hours=8)), ("14d", timedelta(days=14))]
)
def test_minutes_hours_and_days_are_lengths_of_time(text: str, length: timedelta) -> None:
    assert duration.read(text, flag="--ttl") == length


@pytest.mark.parametrize("text", ["", "8", "eight hours", "8 hours", "-8h", "8.5h", "8H", "1h30m", "8s", "٨h", "inf"])
def test_what_is_no_length_of_time_is_refused_with_its_flag(text: str) -> None:
    with pytest.raises(Misuse, match="no length of time") as refused:
        duration.read(text, flag="--ttl")
    assert f"--ttl {text!r}" in str(refused.value)


@pytest.mark.parametrize("text", ["0m", "0d", "15d", "999999d"])
def test_nothing_and_too_much_are_out_of_bounds(text: str) -> None:
    with pytest.raises(Misuse, match="out of bounds"):
        duration.read(text, flag="--keep-failed")


@given(st.integers(min_value=1, max_value=14 * 24 * 60))
def test_what_is_said_of_a_length_adds_up_to_it_within_its_last_unit(minutes: int) -> None:
    units = {"m": 1, "h": 60, "d": 24 * 60}
    parts = duration.said(timedelta(minutes=minutes)).split()
    told = sum(int(part[:-1]) * units[part[-1]] for part in parts)
    assert 0 <= minutes - told < units[parts[-1][-1]] * (60 if len(parts) == 2 else 1)


def test_less_than_a_minute_is_said_in_seconds_and_the_past_is_nothing() -> None:
    assert duration.said(timedelta(seconds=42)) == "42s"
    assert duration.said(timedelta(seconds=-5)) == "0s"
