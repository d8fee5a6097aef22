"""What an alarm makes of missing datapoints: the tables of CloudWatch's user guide, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.sandbox.clockwork.alarms.missing_data import TREATMENTS, judge

if TYPE_CHECKING:
    from slipway.sandbox.clockwork.alarms.rule import State

RETAINED = "retained"
THREE_OF_THREE = [
    ("0 - X - X", ("OK", "OK", "OK", "OK")),
    ("0 - - - -", ("OK", "OK", "OK", "OK")),
    ("- - - - -", ("INSUFFICIENT_DATA", RETAINED, "ALARM", "OK")),
    ("0 X X - X", ("ALARM", "ALARM", "ALARM", "ALARM")),
    ("- - X - -", ("ALARM", RETAINED, "ALARM", "OK")),
    ("- - - - X", (RETAINED, RETAINED, "ALARM", "OK")),
    ("- - - X -", (RETAINED, RETAINED, "ALARM", "OK")),
]
TWO_OF_THREE = [
    ("0 - X - X", ("ALARM", "ALARM", "ALARM", "ALARM")),
    ("0 0 X 0 X", ("ALARM", "ALARM", "ALARM", "ALARM")),
    ("0 - X - -", ("OK", "OK", "ALARM", "OK")),
    ("- - - - 0", ("OK", "OK", "ALARM", "OK")),
    ("- - - X -", ("ALARM", RETAINED, "ALARM", "OK")),
]
ROWS = [(3, *row) for row in THREE_OF_THREE] + [(2, *row) for row in TWO_OF_THREE]
CASES = [
    (needed, text, treatment, expected)
    for needed, text, row in ROWS
    for treatment, expected in zip(TREATMENTS, row, strict=True)
]
STATES: list[State] = ["OK", "ALARM", "INSUFFICIENT_DATA"]


def breaches(value: float) -> bool:
    return value > 0


@pytest.mark.parametrize(("needed", "text", "treatment", "expected"), CASES)
def test_the_documented_tables_hold(needed: int, text: str, treatment: str, expected: str) -> None:
    points = [{"0": 0.0, "X": 1.0, "-": None}[each] for each in text.split()]
    for current in STATES:
        state = judge(points, breaches, periods=3, needed=needed, treatment=treatment, current=current)
        assert state == (current if expected == RETAINED else expected), current


@given(st.lists(st.sampled_from([0.0, 1.0]), min_size=3, max_size=5), st.integers(1, 3), st.sampled_from(TREATMENTS))
def test_with_enough_data_only_the_latest_datapoints_count(points: list[float], needed: int, treatment: str) -> None:
    state = judge(points, breaches, periods=3, needed=needed, treatment=treatment, current="INSUFFICIENT_DATA")
    assert (state == "ALARM") == (sum(points[-3:]) >= needed)
    assert state != "INSUFFICIENT_DATA"
