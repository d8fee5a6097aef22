"""Ticks stay on their axis, and texts off each other, whatever the values are."""

from __future__ import annotations

import math
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.report import labels
from slipway.report.scales import Linear, Logarithmic, fitting, span

values = st.floats(min_value=-1e12, max_value=1e12)
places = st.lists(st.floats(min_value=0, max_value=800), min_size=1, max_size=12)


@given(st.lists(values, min_size=1), st.floats(min_value=1e-6, max_value=10), st.floats(min_value=0, max_value=0.2))
def test_an_axis_shows_every_value_and_is_never_empty(found: list[float], least: float, margin: float) -> None:
    low, high = span(found, at_least=least, margin=margin)
    assert low < high
    assert low <= min(found)
    assert max(found) <= high


@given(st.lists(st.floats(min_value=0, max_value=1), min_size=1), st.floats(min_value=0.001, max_value=0.5))
def test_an_axis_in_bounds_shows_every_value_there(found: list[float], least: float) -> None:
    low, high = span(found, at_least=least, margin=0.06, within=(0.0, 1.0))
    assert -1e-9 <= low <= min(found)
    assert max(found) <= high <= 1 + 1e-9
    assert high - low >= least - 1e-9


@given(values, st.floats(min_value=1e-6, max_value=1e12), st.integers(min_value=1, max_value=20))
def test_ticks_rise_inside_the_axis_and_differ_in_their_texts(low: float, length: float, about: int) -> None:
    start, end = span([low, low + length], at_least=1e-6)
    ticks = Linear(low=start, high=end, start=0, end=800).ticks(about)
    slack = (end - start) * 1e-3
    assert all(start - slack <= tick.value <= end + slack for tick in ticks)
    assert all(one.value < other.value for one, other in pairwise(ticks))
    assert len({tick.text for tick in ticks}) == len(ticks)


@given(st.floats(min_value=1e-6, max_value=1e9), st.floats(min_value=1.01, max_value=1e9))
def test_a_logarithmic_axis_keeps_the_order_of_its_values(low: float, factor: float) -> None:
    scale = Logarithmic(low=low, high=low * factor, start=0, end=800)
    there = [scale(low * factor**share) for share in (0, 0.3, 0.6, 1)]
    assert there == sorted(there)
    assert there[0] == 0
    assert there[-1] == pytest.approx(800)
    assert all(math.isfinite(scale(tick.value)) for tick in scale.ticks(8))


@given(st.floats(min_value=0, max_value=1e6), st.floats(min_value=0.01, max_value=1e6))
def test_texts_of_ticks_do_not_touch(low: float, length: float) -> None:
    start, end = span([low, low + length], at_least=1e-3)
    scale = Linear(low=start, high=end, start=0, end=300)
    ticks = fitting(scale, lambda text: labels.width(text, 12) + 8, 12)
    for one, other in pairwise(ticks):
        apart = scale(other.value) - scale(one.value)
        assert apart >= (labels.width(one.text, 12) + labels.width(other.text, 12)) / 2 + 8 - 1e-6


@given(places, st.data())
def test_no_text_of_a_line_covers_another(at: list[float], data: st.DataObject) -> None:
    lengths = data.draw(st.lists(st.floats(min_value=1, max_value=300), min_size=len(at), max_size=len(at)))
    for place in (labels.flags, labels.badges):
        found = place(at, lengths, right=800, gap=3)
        for (one, length), (other, other_length) in combinations(zip(found, lengths, strict=True), 2):
            apart = one.start + length <= other.start or other.start + other_length <= one.start
            assert one.row != other.row or apart
        for flag, length in zip(found, lengths, strict=True):
            assert flag.start >= 0
            assert flag.start + length <= 800 + 1e-6


@given(places, st.data())
def test_a_text_with_room_on_its_right_lies_across_no_line_that_has_room_too(
    at: list[float], data: st.DataObject
) -> None:
    lengths = data.draw(st.lists(st.floats(min_value=1, max_value=300), min_size=len(at), max_size=len(at)))
    found = labels.flags(at, lengths, right=2000, gap=3)
    for one, (flag, length) in enumerate(zip(found, lengths, strict=True)):
        for other, line in enumerate(at):
            crossed = flag.start < line < flag.start + length
            assert other == one or not crossed or found[other].row < flag.row


@given(places, st.floats(min_value=1, max_value=50))
def test_labels_beside_a_drawing_are_apart_and_in_order(at: list[float], gap: float) -> None:
    moved = labels.spread(at, gap, 0, 800)
    ordered = [moved[one] for one in sorted(range(len(at)), key=lambda one: (at[one], one))]
    assert all(other - one >= gap - 1e-6 for one, other in pairwise(ordered))
    assert min(moved) >= -1e-6
    assert max(moved) <= max(800, gap * (len(at) - 1)) + 1e-6


@given(st.text(max_size=60), st.floats(min_value=20, max_value=300))
def test_a_cut_text_fits_its_room(text: str, room: float) -> None:
    assert labels.width(labels.fit(text, 12, room), 12) <= room + 1e-6
