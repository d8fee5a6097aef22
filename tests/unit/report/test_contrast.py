"""The style sheet's own colours against WCAG 2.2: 4.5:1 for text (1.4.3), 3:1 for what a drawing says (1.4.11)."""

from __future__ import annotations

import re

import pytest

from slipway.report.style.sheet import sheet

TEXT, MARK = 4.5, 3.0
SURFACES = {"paper", "panel"}
ON_MARKS = {"on-mark"}
BACKGROUND = SURFACES | {"grid", "rule"}
"""What carries nothing that is not said elsewhere: grid lines, rules between sections, the empty part of a bar."""
SERIES = {f"s{number}" for number in range(1, 7)}
Colours = dict[str, tuple[float, float, float]]


def colours_in(block: str) -> Colours:
    found = re.findall(r"--([\w-]+):\s*#([0-9a-f]{6});", block)
    return {name: (int(hexes[0:2], 16), int(hexes[2:4], 16), int(hexes[4:6], 16)) for name, hexes in found}


def blocks() -> list[str]:
    return re.findall(r":root\s*\{([^}]*--paper[^}]*)\}", sheet())


LIGHT, DARK = map(colours_in, blocks())
THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])


def luminance(colour: tuple[float, float, float]) -> float:
    """Return the relative luminance, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    linear = [one / 255 / 12.92 if one / 255 <= 0.04045 else ((one / 255 + 0.055) / 1.055) ** 2.4 for one in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def used(*properties: str) -> set[str]:
    """Return the colours that rules give to properties, by name."""
    rules = re.findall(rf"(?<![\w-])(?:{'|'.join(properties)})\s*:([^;}}]*)", sheet())
    return {name for value in rules for name in re.findall(r"var\(--([\w-]+)\)", value)} - {"operations", "column"}


def test_contrast_is_what_wcag_says_it_is() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((0x77, 0x77, 0x77), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)


def test_both_themes_have_the_same_colours_and_no_rule_has_one_of_its_own() -> None:
    assert LIGHT.keys() == DARK.keys()
    rest = sheet()
    for block in blocks():
        rest = rest.replace(block, "")
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{}]*;)|rgba?\(|hsla?\(|color-mix\(", rest)
    assert used("[\\w-]+") <= LIGHT.keys()


@THEMES
def test_every_text_can_be_read_on_every_surface(theme: Colours) -> None:
    texts = used("color") | {"ink", "soft", "fail"} - ON_MARKS
    assert texts >= SERIES
    for text in texts:
        for surface in SURFACES:
            assert contrast(theme[text], theme[surface]) >= TEXT, (text, surface)


@THEMES
def test_a_name_inside_an_area_can_be_read_on_every_series(theme: Colours) -> None:
    for series in SERIES:
        assert contrast(theme["on-mark"], theme[series]) >= TEXT, series


@THEMES
def test_every_mark_can_be_told_from_the_paper(theme: Colours) -> None:
    marks = used("fill", "stroke", "background", "border", "border-color", "outline") - BACKGROUND - ON_MARKS
    assert {"axis", "fail", "s1", "s6"} <= marks
    for mark in marks | SERIES | {"base"}:
        assert contrast(theme[mark], theme["paper"]) >= MARK, mark


@THEMES
def test_a_faint_line_can_still_be_told_from_the_paper(theme: Colours) -> None:
    (opacity,) = map(float, re.findall(r"\.faint\s*\{[^}]*opacity:\s*([\d.]+)", sheet()))
    for line in SERIES | {"base"}:
        blended = [
            opacity * mark + (1 - opacity) * paper for mark, paper in zip(theme[line], theme["paper"], strict=True)
        ]
        assert contrast((blended[0], blended[1], blended[2]), theme["paper"]) >= MARK, line


def test_print_is_light_whatever_the_reader_prefers() -> None:
    assert "@media screen and (prefers-color-scheme: dark)" in sheet()
    assert len(re.findall("prefers-color-scheme", sheet())) == 1
