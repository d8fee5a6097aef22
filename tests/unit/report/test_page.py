from __future__ import annotations

import fnmatch
import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from slipway.report.findings import Stage
from slipway.report.page import POLICY, render, write
from slipway.report.style.sheet import FILES, sheet
from slipway.report.svg import SMALL_SIZE, TYPE_SIZE
from tests import report_odd_samples as odd
from tests import report_samples as samples
from tests.report_reading import drawn, find, parse, said, section

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway.report.findings import Report

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("make", odd.EVERY.values(), ids=odd.EVERY)
def test_a_page_is_well_formed_and_says_the_same_every_time(make: Callable[[], Report]) -> None:
    page = render(make())
    parse(page)
    assert render(make()) == page


@pytest.mark.parametrize("make", odd.EVERY.values(), ids=odd.EVERY)
def test_nothing_is_drawn_at_a_place_that_is_no_number(make: Callable[[], Report]) -> None:
    values = [value for _, value in drawn(parse(render(make())))]
    assert not [value for value in values if re.search(r"nan|inf", value, re.IGNORECASE)]


def test_a_page_loads_nothing_and_forbids_itself_to() -> None:
    root = parse(render(samples.whole()))
    (policy,) = [one.get("content") for one in root.iter("meta") if one.get("http-equiv")]
    assert policy == POLICY == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    for one in root.iter():
        assert one.tag not in {"script", "img", "iframe", "object", "embed", "use", "image"}
        for key, value in one.items():
            assert key not in {"src", "srcset", "href", "xlink:href"} or value.startswith("data:"), (
                one.tag,
                key,
                value,
            )
    assert "url(" not in sheet()
    assert "@import" not in sheet()


def test_the_top_says_outcome_seconds_memory_when_and_the_facts() -> None:
    (top,) = find(parse(render(samples.whole())), "header", "top")
    words = said(top)
    for expected in ("passed", "71.7 s", "812 MiB", "Saturday 14 March 2026", "embedded (no pulumi on PATH)", "3.12.4"):
        assert expected in words


def test_an_outcome_that_is_not_passed_is_no_pass() -> None:
    (top,) = find(parse(render(odd.bare())), "header", "top")
    assert "did not pass: port 4566 is taken" in said(top)
    assert "✓" not in said(top)


def test_memory_that_was_not_measured_is_not_said_to_be_none() -> None:
    page = render(replace(odd.bare(), stages=(Stage(name="start", seconds=1.0, peak_bytes=0),)))
    assert "0 MiB" not in page
    assert "not measured" in said(section(parse(page), "stages"))


def test_sections_without_findings_say_so() -> None:
    root = parse(render(odd.bare()))
    empty = {
        "claims": "This run checked no claim.",
        "scores": "This run scored no predictor.",
        "calibration": "This run looked at no probabilities.",
        "traffic": "This run sent no load.",
        "tree": "This run made no resource.",
        "stages": "This run timed no stage.",
        "left": "This run names nothing that is left.",
    }
    for slug, sentence in empty.items():
        assert sentence in said(section(root, slug))
    assert [one.get("id") for one in root.iter("section")] == list(
        empty
    )  # no latency, no failed release: nothing to tell


def test_every_section_has_a_heading_and_a_sentence() -> None:
    for one in parse(render(samples.whole())).iter("section"):
        (heading,) = find(one, "h2")
        (sentence,) = find(one, "p", "lede")
        assert one.get("aria-labelledby") == heading.get("id")
        assert said(sentence).endswith(".")


def test_every_chart_says_what_it_is_to_those_who_can_not_see_it() -> None:
    charts = find(parse(render(samples.whole())), "svg", "chart")
    assert len(charts) == 8  # four charts, each for wide and for narrow pages
    for one in charts:
        assert one.get("role") == "img"
        assert one.get("aria-label")
        assert one[0].tag == "desc"
        assert said(one[0])


@pytest.mark.parametrize("slug", ["scores", "calibration", "traffic", "latency"])
def test_every_chart_has_its_numbers_in_a_table(slug: str) -> None:
    (details,) = find(section(parse(render(samples.whole())), slug), "details", "numbers")
    (table,) = find(details, "table")
    columns = len(find(table, "th"))
    rows = [one for body in table.iter("tbody") for one in body.iter("tr")]
    assert len(rows) > 1
    assert {len(find(row, "td")) for row in rows} == {columns}


def test_a_failed_release_shows_its_verdict_as_it_was_printed() -> None:
    attempt = samples.attempt()
    shown = section(parse(render(samples.whole())), "attempt")
    (printed,) = find(shown, "pre")
    assert said(printed) == "\n".join(attempt.verdict)
    for words in (attempt.wanted, attempt.serves, attempt.why, "exit code"):
        assert words in said(shown)


def test_what_is_left_is_named_with_its_reason() -> None:
    shown = said(section(parse(render(samples.whole())), "left"))
    for one in samples.whole().left:
        assert one.kind in shown
        assert one.why in shown
        assert all(each in shown for each in one.names)


def test_the_longest_stage_has_the_longest_bar() -> None:
    shown = section(parse(render(samples.whole())), "stages")
    widths = [one.get("style") for cell in find(shown, "td", "time") for one in find(cell, "i")]
    assert widths[6] == "width:100%"
    assert widths.count("width:100%") == 1


def test_texts_are_shown_and_none_becomes_an_element() -> None:
    root = parse(render(odd.hostile()))
    words = said(root)
    for text in ("<script>alert('x')</script>", "</style></svg>", "🛩️👩‍🔬 émoji", "שלום עולם, مرحبا بالعالم", "x" * 500):
        assert text in words
    plain = parse(render(samples.whole()))
    assert {one.tag for one in root.iter()} <= {one.tag for one in plain.iter()}


def test_a_page_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    write(odd.single(), file)
    before = file.read_bytes()
    assert before.decode() == render(odd.single())
    with pytest.raises(ValueError, match="can't be drawn"):
        write(replace(odd.single(), stages=(Stage(name="x", seconds=float("nan"), peak_bytes=1),)), file)
    assert file.read_bytes() == before
    with file.open("rb") as reading:
        write(samples.whole(), file)
        assert reading.read() == before  # who reads the old page reads it to its end
    assert file.read_bytes() != before
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]


def test_a_page_that_can_not_be_put_in_place_leaves_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(OSError, match=r"report\.html"):
        write(odd.bare(), tmp_path / "report.html")
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]


def test_texts_in_charts_are_as_large_as_their_places_were_reckoned_for() -> None:
    sizes = {
        name: re.findall(rf"\.chart {name}[^{{]*\{{[^}}]*font-size: ([\d.]+)px", sheet())
        for name in ("text", r"\.tick", r"\.flag")
    }
    assert {name: {float(size) for size in found} for name, found in sizes.items()} == {
        "text": {TYPE_SIZE},
        r"\.tick": {SMALL_SIZE},
        r"\.flag": {SMALL_SIZE},
    }


def test_every_style_sheet_is_used_and_none_can_end_its_element() -> None:
    folder = ROOT / "slipway" / "report" / "style"
    assert sorted(FILES) == sorted(one.name for one in folder.glob("*.css"))
    assert not re.search("[<&]", sheet())


def test_a_wheel_of_the_tool_has_every_file_that_is_not_code() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["*"]
    data = [one for one in (ROOT / "slipway").rglob("*.*") if one.suffix not in {".py", ".pyc", ".md"}]
    assert [one.name for one in data if one.suffix == ".css"]
    for one in data:
        assert any(fnmatch.fnmatch(one.name, pattern) for pattern in patterns), one
        assert (one.parent / "__init__.py").is_file(), (
            f"{one.parent} is no package: setuptools would leave {one.name} out"
        )
