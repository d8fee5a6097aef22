"""The report in a real browser: at the sizes of a phone, a tablet and a desk, in the light and in the dark."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings

from slipway.report.page import POLICY, write
from tests.report_odd_samples import EVERY
from tests.report_strategies import reports

if TYPE_CHECKING:
    from slipway.report.findings import Report
    from tests.browser.chromium import Chromium, Page

pytestmark = pytest.mark.slow

SIZES = {"phone": (360, 740), "tablet": (820, 1180), "desk": (1440, 900)}
SCHEMES = ("light", "dark")
INSPECT = Path(__file__).with_name("inspect.js").read_text(encoding="utf-8")
WIDEST_FACE = """
    document.head.append(Object.assign(document.createElement("style"),
      {textContent: 'body, body * { font-family: "DejaVu Sans", Verdana, sans-serif !important; }'}))
"""
OPEN_EVERYTHING = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write every sample once."""
    folder = tmp_path_factory.mktemp("pages")
    files = {name: folder / f"{name}.html" for name in EVERY}
    for name, file in files.items():
        write(EVERY[name](), file)
    return files


def look(browser: Chromium, file: Path, size: str, scheme: str) -> Page:
    width, height = SIZES[size]
    return browser.open(file, width=width, height=height, scheme=scheme)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", EVERY)
def test_a_page_is_laid_out_without_fault(
    browser: Chromium, pages: dict[str, Path], name: str, size: str, scheme: str
) -> None:
    page = look(browser, pages[name], size, scheme)
    assert not page.requests
    assert not page.complaints
    assert browser.evaluate(INSPECT) == {}
    browser.evaluate(WIDEST_FACE)
    assert browser.evaluate(INSPECT) == {}, "in the widest face"
    browser.evaluate(OPEN_EVERYTHING)
    assert browser.evaluate(INSPECT) == {}, "in the widest face, with everything unfolded"


@settings(max_examples=20, derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(reports)
def test_any_report_is_laid_out_without_fault(browser: Chromium, report: Report) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "report.html"
        write(report, file)
        for size in SIZES:
            page = look(browser, file, size, "light")
            assert not page.requests
            assert not page.complaints
            browser.evaluate(WIDEST_FACE)
            assert browser.evaluate(INSPECT) == {}, size


@pytest.mark.parametrize("size", SIZES)
def test_the_dark_page_has_colours_of_its_own(browser: Chromium, pages: dict[str, Path], size: str) -> None:
    colours = """
        Object.fromEntries([["body", "backgroundColor"], ["body", "color"], [".lede", "color"], [".chart .s1", "color"],
          [".chart .s2", "color"], [".chart .tick", "fill"], [".kind-update", "color"], [".printed", "backgroundColor"]]
          .map(([where, what]) => [`${where} ${what}`, getComputedStyle(document.querySelector(where))[what]]))
    """
    found: list[dict[str, str]] = []
    for scheme in SCHEMES:
        look(browser, pages["whole"], size, scheme)
        found.append(browser.evaluate(colours))
    light, dark = found
    assert light.keys() == dark.keys()
    assert not [where for where in light if light[where] == dark[where]]


def test_paper_is_light_and_shows_the_tree_unfolded(browser: Chromium, pages: dict[str, Path]) -> None:
    hidden = "[...document.querySelectorAll('.nodes .node')].filter((one) => !one.checkVisibility()).length"
    behind = "getComputedStyle(document.body).backgroundColor"
    look(browser, pages["whole"], "desk", "light")
    paper = browser.evaluate(behind)
    look(browser, pages["whole"], "tablet", "dark")
    assert browser.evaluate(behind) != paper
    assert browser.evaluate(hidden) > 0
    browser.prefer("dark", "print")
    assert browser.evaluate(behind) == paper
    assert browser.evaluate(hidden) == 0
    assert browser.evaluate(INSPECT) == {}


def test_a_folded_component_opens(browser: Chromium, pages: dict[str, Path]) -> None:
    look(browser, pages["whole"], "phone", "light")
    folded = "document.querySelector('.nodes details:not([open])')"
    assert browser.evaluate(f"window.one = {folded}; one.querySelector('ul').checkVisibility()") is False
    browser.evaluate("one.querySelector('summary').click()")
    assert browser.evaluate("one.querySelector('ul').checkVisibility()") is True


CHART = '<figure><svg class="chart" viewBox="0 0 100 50" style="width:{width}px">{texts}</svg></figure>'
FAULTY: dict[str, Any] = {
    "overflow": '<p style="width: 400px">too wide for a phone</p>',
    "covered": CHART.format(width=300, texts='<text x="10" y="30">one</text><text x="14" y="32">other</text>'),
    "outside": CHART.format(width=300, texts='<text x="90" y="30">too long for its drawing</text>'),
    "small": CHART.format(width=50, texts='<text x="0" y="20">tiny</text>'),
    "cut": '<p style="width: 50px; overflow: hidden; white-space: nowrap">this is cut off</p>',
    "faint": '<p style="color: #999; background: #fff">hardly to be seen</p>',
    "layouts": CHART.format(width=300, texts="").replace(
        "</figure>", '<svg class="chart" viewBox="0 0 1 1"/></figure>'
    ),
}


@pytest.mark.parametrize("fault", FAULTY)
def test_the_inspection_finds_what_it_looks_for(browser: Chromium, tmp_path: Path, fault: str) -> None:
    file = tmp_path / "faulty.html"
    file.write_text(f"<!DOCTYPE html><title>x</title><body style='margin:0'>{FAULTY[fault]}</body>", encoding="utf-8")
    look(browser, file, "phone", "light")
    assert set(browser.evaluate(INSPECT)) == {fault}


def test_requests_and_complaints_are_noticed(browser: Chromium, tmp_path: Path) -> None:
    picture = '<img src="https://127.0.0.1:9/picture.png" alt="">'
    free, forbidden = tmp_path / "free.html", tmp_path / "forbidden.html"
    free.write_text(f"<!DOCTYPE html>{picture}<script>console.log('hello')</script>", encoding="utf-8")
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    forbidden.write_text(f"<!DOCTYPE html>{policy}{picture}", encoding="utf-8")
    asked = look(browser, free, "phone", "light")
    assert asked.requests == ["https://127.0.0.1:9/picture.png"]
    assert any("hello" in one for one in asked.complaints)
    refused = look(browser, forbidden, "phone", "light")
    assert any("Content Security Policy" in one for one in refused.complaints)
