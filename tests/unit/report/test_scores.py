from __future__ import annotations

from dataclasses import replace

from slipway.report.charts.scores import months_of
from slipway.report.page import render
from slipway.report.series import BASE, numbered
from tests import report_samples as samples
from tests.report_reading import find, parse, said, section

SOLID, DASHED, *_ = (numbered(number) for number in range(6))


def test_months_that_a_predictor_was_trained_on_are_hollow() -> None:
    shown = section(parse(render(samples.whole())), "scores")
    (wide,) = find(shown, "svg", "wide")
    hollow = {
        look: len(find(group, tag, "hollow"))
        for look, tag in (("s1", "circle"), ("s2", "polygon"))
        for group in find(wide, "g", look)[:1]
    }
    assert hollow == {"s1": 3, "s2": 6}
    assert "trained on that month, which flatters the score" in said(shown)


def test_without_such_months_nothing_is_hollow_and_the_caption_says_so() -> None:
    unseen = tuple(
        replace(one, months=tuple(replace(month, seen=False) for month in one.months)) for one in samples.predictors()
    )
    shown = section(parse(render(replace(samples.whole(), predictors=unseen))), "scores")
    assert not [one for one in shown.iter() if "hollow" in one.get("class", "").split()]
    assert "No predictor was trained on any of these months." in said(shown)


def test_every_line_is_named_at_its_end_with_its_last_score() -> None:
    for drawing in find(section(parse(render(samples.whole())), "scores"), "svg", "chart"):
        named = [said(one) for one in find(drawing, "text", "name")]
        assert named == ["model 1", "model 2", "baseline"]
        texts = [said(one) for one in find(drawing, "text", "tick")]
        assert {"0.7214", "0.7461", "0.6858"} <= set(texts)


def test_models_differ_in_more_than_colour_and_the_baseline_is_none_of_them() -> None:
    looks = [numbered(number) for number in range(6)]
    for aspect in ("css", "marker", "dash"):
        assert len({getattr(look, aspect) for look in (*looks, BASE)}) == 7
    shown = section(parse(render(samples.whole())), "scores")
    assert [one.get("class") for one in find(shown, "li")] == ["s1", "s2", "base"]


def test_a_point_tells_its_numbers_to_the_pointer() -> None:
    titles = [said(one) for one in section(parse(render(samples.whole())), "scores").iter("title")]
    assert "model 2, July: 0.7575 (0.7507 to 0.7641), 28,293 flights" in titles
    assert "model 1, January: 0.7702 (0.7634 to 0.7768), 26,398 flights, trained on" in titles


def test_no_line_bridges_a_month_without_a_score() -> None:
    model = samples.predictors()[1]
    gap = replace(samples.predictors()[0], months=model.months[:3] + model.months[5:])
    shown = section(parse(render(replace(samples.whole(), predictors=(model, gap)))), "scores")
    (wide,) = find(shown, "svg", "wide")
    lines = [len(find(group, "line", "curve")) for look in ("s1", "s2") for group in find(wide, "g", look)[:1]]
    assert lines == [7, 4]


def test_months_stay_in_calendar_order_when_predictors_have_different_ones() -> None:
    model = samples.predictors()[0]
    early, late = replace(model, months=model.months[:5:2]), replace(model, months=model.months[:6])
    assert months_of((early, late)) == list(samples.MONTHS[:6])


def test_month_names_are_cut_where_they_have_no_room() -> None:
    narrow = find(section(parse(render(samples.whole())), "scores"), "svg", "narrow")[0]
    texts = [said(one) for one in find(narrow, "text", "tick")]
    assert "Jan" in texts
    assert "January" not in texts
