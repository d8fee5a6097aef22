"""Any report at all becomes a page that is whole, says every number of failed requests, and trusts no text."""

from __future__ import annotations

import re

from hypothesis import given, settings

from slipway.report.findings import Claim, Node, Report, Traffic, Tree
from slipway.report.markup import escape
from slipway.report.page import render
from tests import report_samples as samples
from tests.report_reading import drawn, find, parse, said, section
from tests.report_strategies import reports, texts, traffic

KNOWN = list(parse(render(samples.whole())).iter())
ELEMENTS = {one.tag for one in KNOWN}
ATTRIBUTES = {key for one in KNOWN for key in one.attrib}


@settings(max_examples=150)
@given(reports)
def test_any_report_is_a_page_of_known_elements_without_a_place_that_is_no_number(report: Report) -> None:
    page = render(report)
    root = parse(page)
    assert {one.tag for one in root.iter()} <= ELEMENTS
    assert {key for one in root.iter() for key in one.attrib} <= ATTRIBUTES
    for key, value in drawn(root):
        assert not re.search(r"nan|inf", value, re.IGNORECASE), (key, value)
    assert page.encode() == render(report).encode()


@settings(max_examples=100)
@given(reports)
def test_any_report_refers_to_nothing_outside_itself(report: Report) -> None:
    for one in parse(render(report)).iter():
        assert not one.attrib.keys() & {"src", "srcset", "action", "onload", "onclick"}
        assert one.get("href", "data:,") == "data:,"
        assert "url(" not in one.get("style", "")


@settings(max_examples=100)
@given(traffic)
def test_every_number_of_failed_requests_is_stated(load: Traffic) -> None:
    report = Report(title="", outcome="passed", started="", seconds=1, peak_bytes=0, traffic=load)
    shown = section(parse(render(report)), "traffic")
    (headline,) = find(shown, "p", "headline")
    assert said(headline).startswith(f"{load.failed:,} of {load.requests:,} request")
    rows = [find(row, "td") for table in shown.iter("tbody") for row in table.iter("tr")]
    assert sum(int(said(row[-1]).replace(",", "")) for row in rows) == sum(one.failed for one in load.slices)


@settings(max_examples=100)
@given(texts, texts, texts)
def test_what_somebody_named_is_shown_as_they_named_it(title: str, claim: str, node: str) -> None:
    report = Report(
        title=title,
        outcome="passed",
        started="",
        seconds=1,
        peak_bytes=0,
        claims=(Claim(text=claim, detail=""),),
        tree=Tree(operations=(), roots=(Node(type="aws:s3/bucket:Bucket", name=node),)),
    )
    root = parse(render(report))
    shown = [said(one) for one in find(root, "bdi")]
    for text in (title, claim, node):
        wanted = parse(f"<!DOCTYPE html>\n<p>{escape(text)}</p>").text or ""
        assert wanted in shown
        assert len(wanted) == len(text.replace("\r\n", "\n"))
