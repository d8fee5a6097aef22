from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from slipway.report import svg
from slipway.report.charts.columns import columns
from slipway.report.charts.stacks import visible
from slipway.report.findings import Moment, Slice, Traffic
from slipway.report.page import render
from tests import report_samples as samples
from tests.report_reading import find, parse, said, section

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def shown(traffic: Traffic, slug: str = "traffic") -> Element:
    return section(parse(render(replace(samples.whole(), traffic=traffic))), slug)


def one_slice(start: float, seconds: float, answered: int, failed: int = 0) -> Slice:
    return Slice(start=start, seconds=seconds, answered={"model 1": answered}, failed=failed)


def test_the_number_of_failed_requests_is_the_first_thing_said() -> None:
    (headline,) = find(shown(samples.traffic(failed=23)), "p", "headline")
    assert said(headline).startswith("23 of 800 requests failed")
    assert find(headline, "strong", "fail")


def test_no_failed_request_is_said_as_a_number_too() -> None:
    found = shown(samples.traffic())
    (headline,) = find(found, "p", "headline")
    assert said(headline).startswith("0 of 800 requests failed")
    assert find(headline, "strong", "good")
    assert not find(found, "path", "failed")


def test_failed_requests_have_a_lane_of_their_own_that_shows_a_single_one() -> None:
    slices = (one_slice(0, 5, 200), one_slice(10, 0.001, 0, failed=1), one_slice(15, 5, 200))
    for drawing in find(shown(replace(samples.traffic(), slices=slices, failed=1)), "svg", "chart"):
        stacked, lane = find(drawing, "path", "failed")
        assert "stacked" in stacked.get("class", "")
        left, _, right = lane.get("d", "").removeprefix("M").replace("H", " ").split("V")[0].split(" ")
        assert float(right) - float(left) >= 2
        assert [said(one) for one in find(drawing, "text", "fail-text")] == ["failed"]


def test_every_version_says_how_many_it_answered() -> None:
    (key,) = find(shown(samples.traffic(failed=23)), "ul", "key")
    assert [said(one) for one in find(key, "li")] == ["model 1 answered 383", "model 2 answered 394", "failed 23"]


def test_a_version_has_the_look_of_the_model_with_its_name_or_digest() -> None:
    digests = {"model 1": samples.SECOND, "model 2": "model 1"}
    other = replace(
        samples.traffic(),
        versions=tuple(digests.values()),
        slices=tuple(
            replace(one, answered={digests[version]: count for version, count in one.answered.items()})
            for one in samples.traffic().slices
        ),
        latencies=(),
    )
    (key,) = find(shown(other), "ul", "key")
    assert [one.get("class") for one in find(key, "li")] == ["s2", "s1"]


@pytest.mark.parametrize("moments", [(), tuple(Moment(at=number / 2, text="x") for number in range(40))])
def test_an_area_is_named_whether_or_not_lines_cross_it(moments: tuple[Moment, ...]) -> None:
    for drawing in find(shown(replace(samples.traffic(), moments=moments)), "svg", "chart"):
        assert [said(one) for one in find(drawing, "text", "on-mark")] == ["model 1", "model 2"]


def test_an_area_without_room_for_its_name_has_none() -> None:
    brief = Slice(start=10, seconds=0.2, answered={"model 2": 8}, failed=0)
    found = shown(replace(samples.traffic(), slices=(*samples.traffic().slices[:40], brief)))
    assert {said(one) for one in find(found, "text", "on-mark")} == {"model 1"}


def test_a_caveat_stands_before_the_drawing() -> None:
    found = shown(samples.traffic(caveat="the generator fell behind"))
    (body,) = find(found, "div", "body")
    classes = [one.get("class", one.tag) for one in body]
    assert classes.index("caveat") < classes.index("key inline") < classes.index("figure")
    assert "the generator fell behind" in said(body[classes.index("caveat")])


def test_without_latencies_the_section_says_why() -> None:
    slow = said(shown(samples.traffic(caveat="it fell behind"), "latency"))
    assert "No latencies are shown, because they would be the load generator's own: it fell behind" in slow
    none = said(shown(replace(samples.traffic(), latencies=()), "latency"))
    assert "No latencies are shown: this run measured none." in none


def test_moments_are_written_where_there_is_room_and_numbered_where_there_is_not() -> None:
    wide, narrow = find(shown(samples.traffic()), "svg", "chart")
    assert said(find(wide, "text", "flag")[0]) == "3.1 s up begins"
    assert [said(one) for one in find(narrow, "text", "flag")] == ["1", "2", "3", "4", "5"]
    (listed,) = find(shown(samples.traffic()), "ol", "moments")
    assert [said(one) for one in find(listed, "li")][4] == "12.2 s the endpoint is InService"
    assert "always" not in listed.get("class", "")


def test_a_crowd_of_moments_is_numbered_on_wide_pages_too_and_its_list_is_always_shown() -> None:
    crowd = tuple(Moment(at=number / 4, text="something that takes a while to say") for number in range(60))
    found = shown(replace(samples.traffic(), moments=crowd))
    assert [said(one) for one in find(find(found, "svg", "wide")[0], "text", "flag")] == [str(n) for n in range(1, 61)]
    assert find(found, "ol", "always")


def test_a_load_without_a_record_has_no_drawing() -> None:
    found = shown(replace(samples.traffic(), slices=(), latencies=()))
    assert "No slice of the load was recorded." in said(found)
    assert not find(found, "svg", "chart")


def test_a_version_that_only_an_answer_names_is_shown() -> None:
    stray = replace(samples.traffic(), slices=(Slice(start=0, seconds=1, answered={"intruder": 3}, failed=0),))
    (key,) = find(shown(stray), "ul", "key")
    assert "intruder answered 3" in said(key)


def test_slices_that_would_be_too_thin_to_see_are_merged_and_none_is_lost() -> None:
    slices = [one_slice(place / 250, 1 / 250, 1, place % 2) for place in range(5000)]
    merged = columns(slices, 20, 400)
    assert 300 < len(merged) <= 400
    assert sum(one.answered["model 1"] for one in merged) == 5000
    assert sum(one.failed for one in merged) == 2500
    assert sum(one.slices for one in merged) == 5000


def test_slices_with_time_between_them_are_not_merged() -> None:
    assert len(columns([one_slice(0, 0.1, 1), one_slice(5, 0.1, 1)], 10, 10)) == 2


def test_a_merged_column_has_the_rate_of_its_slices_together() -> None:
    (column,) = columns([one_slice(0, 0.5, 10), one_slice(0.5, 0.5, 30)], 1, 1)
    assert column.rate(column.total) == pytest.approx(40)


def test_slices_come_in_any_order() -> None:
    there = [one_slice(0, 1, 1), one_slice(1, 1, 2), one_slice(2, 1, 3)]
    assert columns(there[::-1], 3, 3) == columns(there, 3, 3)


def test_the_table_says_when_a_row_stands_for_several_slices() -> None:
    found = shown(samples.traffic(slices=5000))
    (details,) = find(found, "details", "numbers")
    assert "A row is up to" in said(details)
    assert len(find(details, "td")) == 5 * len(visible(samples.traffic(slices=5000), svg.WIDE))
    assert "A row is up to" not in said(shown(samples.traffic()))
