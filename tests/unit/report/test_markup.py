from __future__ import annotations

import math

import pytest

from slipway.report.markup import coordinate, escape, join, name, tag


def test_text_is_escaped_and_markup_is_not_escaped_twice() -> None:
    inner = tag("b", "<&>")
    assert tag("p", inner, " & ") == "<p><b>&lt;&amp;&gt;</b> &amp; </p>"


def test_an_attribute_can_not_end_its_quotes() -> None:
    assert tag("i", title="\"'><script>") == '<i title="&quot;&#x27;&gt;&lt;script&gt;"></i>'


def test_attributes_are_written_as_html_spells_them_and_none_is_left_out() -> None:
    assert tag("a", class_="k", aria_label="l", viewBox="0 0 1 1", id=None, x=1.5) == (
        '<a class="k" aria-label="l" viewBox="0 0 1 1" x="1.5"></a>'
    )


def test_void_elements_close_themselves_and_no_others() -> None:
    assert tag("meta", charset="utf-8") == '<meta charset="utf-8" />'
    assert tag("td") == "<td></td>"


def test_what_no_page_can_hold_is_shown_as_the_replacement_character() -> None:
    assert escape("a\x00b\x1b[0m\ud800\x9f\uffff") == "a\ufffdb\ufffd[0m\ufffd\ufffd\ufffd"
    assert escape("tab\tline\r\nline\rline") == "tab\tline\nline\nline"


def test_joining_takes_text_for_text() -> None:
    assert join(("<", tag("br"), None)) == "&lt;<br />"


def test_a_name_keeps_its_writing_direction_to_itself() -> None:
    assert name("\u202eevil") == "<bdi>\u202eevil</bdi>"


@pytest.mark.parametrize(("value", "text"), [(1, "1"), (1.5, "1.5"), (2 / 3, "0.67"), (-0.001, "0"), (1e7, "10000000")])
def test_a_coordinate_has_two_decimals_at_most(value: float, text: str) -> None:
    assert coordinate(value) == text


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_coordinate_that_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="can't be drawn: the numbers of a report are finite"):
        coordinate(value)
