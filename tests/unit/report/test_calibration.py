from __future__ import annotations

from dataclasses import replace

import pytest

from slipway.report.findings import Calibration, CalibrationBin
from slipway.report.page import render
from tests import report_samples as samples
from tests.report_reading import find, parse, said, section


def shown(calibration: Calibration | None) -> tuple[str, list[list[str]]]:
    """Return what the section says, and the texts of its drawings."""
    found = section(parse(render(replace(samples.whole(), calibration=calibration))), "calibration")
    return said(found), [[said(one) for one in find(drawing, "text")] for drawing in find(found, "svg", "chart")]


def test_the_caption_says_which_flights_and_how_many() -> None:
    words, _ = shown(samples.calibration())
    assert "model 2 on the flights of July: 28,293 flights in 10 bins." in words


def test_probabilities_that_are_all_small_get_an_axis_of_their_size() -> None:
    small = CalibrationBin(rows=10, predicted=0.03, observed=0.02, low=0.01, high=0.04)
    _, drawings = shown(Calibration(of="rare", bins=(small,)))
    assert all("10%" in texts and "100%" not in texts for texts in drawings)


@pytest.mark.parametrize(
    ("of", "look"), [("model 2 on July", "s2"), ("model 2", "s2"), ("model 20 on July", "plain"), ("anything", "plain")]
)
def test_a_calibration_has_the_look_of_the_model_that_it_names(of: str, look: str) -> None:
    report = replace(samples.whole(), calibration=replace(samples.calibration(), of=of))
    (wide,) = find(section(parse(render(report)), "calibration"), "svg", "wide")
    assert [one.get("class") for one in find(wide, "g") if one.get("class")] == [look, look]


def test_a_model_without_rows_is_named() -> None:
    words, drawings = shown(Calibration(of="model 2 on no flights", bins=()))
    assert "No flights to look at: model 2 on no flights." in words
    assert not drawings


@pytest.mark.parametrize(
    ("observed", "hidden"), [(0.97, "late more often than said"), (0.02, "late less often than said")]
)
def test_a_remark_makes_way_for_a_bar(observed: float, hidden: str) -> None:
    predicted = 0.1 if observed > 0.5 else 0.95
    far = CalibrationBin(rows=10, predicted=predicted, observed=observed, low=observed - 0.02, high=observed + 0.02)
    _, drawings = shown(Calibration(of="wrong", bins=(far,)))
    for texts in drawings:
        assert hidden not in texts
        assert len([one for one in texts if one.startswith("late ")]) == 1


def test_a_bar_of_flights_is_as_tall_as_they_are_many() -> None:
    bins = tuple(
        CalibrationBin(rows=rows, predicted=place, observed=place, low=place, high=place)
        for rows, place in ((100, 0.2), (50, 0.8))
    )
    root = parse(render(replace(samples.whole(), calibration=Calibration(of="two", bins=bins))))
    for bars in find(section(root, "calibration"), "path", "bar"):
        tops_and_bottoms = [
            [float(each) for each in part.replace("H", " ").replace("V", " ").split()]
            for part in bars.get("d", "").replace("Z", "").split("M")[1:]
        ]
        tall, short = [bottom - top for _, top, _, bottom, _ in tops_and_bottoms]
        assert tall == pytest.approx(2 * short, abs=0.02)
