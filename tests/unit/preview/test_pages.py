"""Pages, their marks and their cuts."""

from __future__ import annotations

import pytest

from slipway.preview.markdown import marker
from slipway.preview.markdown.block import Table, fit, size
from slipway.preview.markdown.escape import code, fence
from slipway.preview.markdown.marker import Marker
from slipway.preview.markdown.pages import LIMIT, PAGES, pages, summary
from slipway.preview.reading import plan
from slipway.preview.review import Beside, CodeChange, review
from tests import event_logs as logs
from tests.markdown_reading import check


@pytest.mark.parametrize("name", ["dev", "dev-tokyo", "--> <b>", "", "a b", "%20", "ü/ö", "page=2", "x\ny"])
def test_a_mark_is_read_back_whatever_a_stack_is_called(name: str) -> None:
    mark = Marker(kind="preview", project=name, stack=name, page=2, of=3)
    written = mark.written()
    assert marker.read(f"{written}\nrest") == mark
    assert written.count("-->") == 1
    assert "\n" not in written


@pytest.mark.parametrize(
    "body", ["", "text", " <!-- slipway:preview project=a stack=b page=1 of=1 -->", "<!-- slipway -->"]
)
def test_what_begins_with_no_mark_has_none(body: str) -> None:
    assert marker.read(body) is None


def test_a_table_is_cut_at_a_row_and_counts_what_is_left() -> None:
    table = Table(title="t", head=("a", "b"), rows=[(f"{number}", "x" * 50) for number in range(100)], folded=True)
    text, taken = fit(table, 1000)
    assert size(text) <= 1000
    assert f"_... and {100 - taken} more rows_" in text
    assert text.count("\n| ") == taken + 2
    assert fit(table, 60) == ("t: no room on this page for 100 rows", 0)
    assert fit(table, 10) == ("", 0)
    assert fit(table, 10, at_least=1)[1] == 1


def test_more_properties_than_a_page_takes_go_on_pages_of_their_own_up_to_a_limit() -> None:
    events = [
        logs.step("update", "aws:s3/bucket:Bucket", f"b{number}", {"a": f"{number} {'x' * 150}"}, {"a": f"{number}"})
        for number in range(3000)
    ]
    written = pages(review(plan(logs.log(*events))))
    assert len(written) == PAGES
    assert all(len(page.encode()) < LIMIT for page in written)
    assert "more rows_" in written[-1]
    for page in written:
        check(page)


def test_a_page_with_the_worst_of_everything_stays_below_the_limit() -> None:
    worst = "|`" * 150
    updates = [
        logs.step("update", f"aws:{worst}{kind}:T", f"{worst}{number}", {"a": 1}, {"a": 2})
        for kind in range(40)
        for number in range(25)
    ]
    errors = [{"diagnosticEvent": {"severity": "error", "message": f"{worst}\n" * 40 + str(n)}} for n in range(20)]
    judged = [
        {"policyEvent": {"policyName": f"{worst}{n}", "enforcementLevel": "mandatory", "message": worst * 3}}
        for n in range(100)
    ]
    strange = [logs.step(f"{worst}{number}", "a:b:C", f"{worst}{number}", {}, {}) for number in range(30)]
    code = tuple(CodeChange(name=worst, old=worst, new=worst, files=(worst,) * 500) for _ in range(50))
    found = review(plan(logs.log(*updates, *errors, *judged, *strange)), beside=Beside(code=code, commit=worst))
    for page in pages(found):
        assert len(page.encode()) < LIMIT
        check(page)


def test_twenty_thousand_creations_are_a_few_rows() -> None:
    events = [logs.step("create", "aws:s3/bucket:Bucket", f"b{number}", None, {}) for number in range(20_000)]
    (page,) = pages(review(plan(logs.log(*events))))
    assert "Created (20000)" in page
    assert "and 19980 more" in page


def test_nothing_to_do_is_a_page_too_and_a_summary_has_no_mark() -> None:
    found = review(plan(logs.log(logs.step("same", "aws:s3/bucket:Bucket", "b", {}, {}))))
    (page,) = pages(found)
    assert "nothing changes (1 resources)" in page
    assert summary(found).startswith("### Preview of stack `dev`")


def test_foreign_text_is_code_in_one_line_that_can_be_seen() -> None:
    assert code("a\nb") == "`a b`"
    assert code("") == "`-`"
    assert code("x|y`z") == "<code>x&#124;y&#96;z</code>"
    assert code("evil\u202egnp.exe") == "`evil\ufffdgnp.exe`"
    assert code("x" * 300) == f"`{'x' * 99}...{'x' * 98}`"


def test_a_block_of_errors_is_fenced_longer_than_any_fence_in_it() -> None:
    assert fence("a\n````\nb", most=100).splitlines()[0] == "`````text"
    assert fence("\n".join("abc" for _ in range(50)), most=20).splitlines()[-2] == "... and 45 more lines"
