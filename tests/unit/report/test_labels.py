from __future__ import annotations

import pytest

from slipway.report import labels


def test_a_text_that_fits_stays_and_a_longer_one_ends_in_an_ellipsis() -> None:
    assert labels.fit("model 1", 12, 100) == "model 1"
    cut = labels.fit("the endpoint is Updating", 12, 100)
    assert cut.endswith("…")
    assert "the endpoint is".startswith(cut[:-1])
    assert labels.width(cut, 12) <= 100


def test_line_breaks_do_not_survive_in_a_label() -> None:
    assert labels.fit("two\n  lines", 12, 1000) == "two lines"


def test_letters_outside_the_known_alphabets_are_taken_for_broad() -> None:
    assert labels.width("漢", 10) > labels.width("x", 10)
    assert labels.width("\N{ROCKET}", 10) > labels.width("漢", 10)


def test_labels_that_would_cover_each_other_are_moved_apart_and_keep_their_order() -> None:
    assert labels.spread([50, 10, 52], 20, 0, 100) == [50, 10, 70]
    assert labels.spread([95, 96, 97], 20, 0, 100) == [60, 80, 100]


def test_labels_with_room_stay_where_they_are() -> None:
    assert labels.spread([10, 90], 20, 0, 100) == [10, 90]


def test_too_many_labels_run_over_the_end_and_keep_their_gap() -> None:
    assert labels.spread([5, 5, 5], 20, 0, 10) == [0, 20, 40]


def test_a_text_that_spans_the_next_line_is_raised_above_its_text() -> None:
    rows = [flag.row for flag in labels.flags([0, 30, 60], [50, 50, 50], right=200, gap=4)]
    assert rows == [2, 1, 0]


def test_texts_that_end_before_the_next_line_share_a_row() -> None:
    assert [flag.row for flag in labels.flags([0, 100], [50, 50], right=200, gap=4)] == [0, 0]


def test_a_text_without_room_on_the_right_slides_across_its_line() -> None:
    (flag,) = labels.flags([190], [50], right=200, gap=4)
    assert (flag.start, flag.across) == (150, True)


def test_moments_at_the_same_time_stand_in_rows() -> None:
    assert sorted(flag.row for flag in labels.flags([10, 10, 10], [50] * 3, right=200, gap=4)) == [0, 1, 2]


def test_badges_stand_on_their_lines_in_as_few_rows_as_keep_them_apart() -> None:
    badges = labels.badges([10, 15, 40], [8, 8, 8], right=100, gap=3)
    assert [badge.row for badge in badges] == [0, 1, 0]
    assert [badge.start for badge in badges] == [6, 11, 36]


@pytest.mark.parametrize("place", [0.0, 100.0])
def test_a_badge_at_the_edge_stays_in_the_drawing(place: float) -> None:
    (badge,) = labels.badges([place], [10], right=100, gap=3)
    assert 0 <= badge.start <= 90
