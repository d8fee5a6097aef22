"""Any plan at all becomes pages that GitHub takes and a screen that fits, without secrets or foreign markup."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from slipway.preview.as_json import as_json
from slipway.preview.digest import digest
from slipway.preview.markdown import marker
from slipway.preview.markdown.escape import code
from slipway.preview.markdown.pages import LIMIT, PAGES, pages
from slipway.preview.reading import plan
from slipway.preview.review import Beside, CodeChange, ReleaseChange, review
from slipway.preview.terminal import lines
from tests import event_logs as logs
from tests.markdown_reading import check
from tests.plan_strategies import HIDDEN, event_logs, names, texts

kinds = st.sampled_from(("preview", "drift"))


@settings(max_examples=40)
@given(event_logs(), kinds)
def test_any_plan_is_valid_markdown_below_the_limit_with_nothing_foreign_in_it(log: list[bytes], kind: str) -> None:
    found = review(plan(log), "drift" if kind == "drift" else "preview")
    written = pages(found)
    assert 1 <= len(written) <= PAGES
    for number, page in enumerate(written, start=1):
        assert len(page.encode()) < LIMIT
        check(page)
        mark = marker.read(page)
        assert mark is not None
        assert (mark.project, mark.stack, mark.page, mark.of) == (
            found.plan.project,
            found.plan.stack,
            number,
            len(written),
        )


@settings(max_examples=40)
@given(event_logs(), kinds)
def test_what_must_be_looked_at_first_is_always_there(log: list[bytes], kind: str) -> None:
    found = review(plan(log), "drift" if kind == "drift" else "preview")
    if found.rows:
        assert code(found.rows[0].step.name) in pages(found)[0]
        first = next(
            line for line in lines(found, height=10, width=10_000) if line.startswith("  ") and line[2] in "+~-=?"
        )
        assert "".join(one if one.isprintable() else "?" for one in found.rows[0].step.name) in first


@settings(max_examples=40)
@given(event_logs())
def test_a_secret_is_shown_nowhere(log: list[bytes]) -> None:
    found = review(plan(log))
    for shown in (*pages(found), *lines(found, details=True), json.dumps(as_json(found)), repr(found)):
        assert HIDDEN not in shown


@settings(max_examples=40)
@given(event_logs(), st.integers(5, 60), st.integers(20, 200))
def test_a_summary_fits_its_screen(log: list[bytes], height: int, width: int) -> None:
    shown = lines(review(plan(log)), height=height, width=width)
    assert max(map(len, shown)) <= width
    assert all(line.isprintable() for line in shown)


@settings(max_examples=40)
@given(event_logs(), st.randoms(use_true_random=False))
def test_a_digest_does_not_depend_on_the_order_of_events(log: list[bytes], random: st.DrawFn) -> None:
    steps = sorted({line for line in log if b'"resourcePreEvent"' in line and b"replace" not in line})
    seen: dict[str, bytes] = {}
    for line in steps:  # one step for each resource, as an engine has it
        seen.setdefault(json.loads(line)["resourcePreEvent"]["metadata"]["urn"], line)
    kept = list(seen.values())
    mixed = list(kept)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    ending = [json.dumps(logs.summary()).encode() + b"\n"]
    assert digest(plan([*kept, *ending])) == digest(plan([*mixed, *ending]))


@settings(max_examples=40)
@given(names, names, st.lists(texts, max_size=80), st.lists(texts, max_size=80))
def test_what_is_known_beside_the_log_is_escaped_too(
    name: str, digest_text: str, files: list[str], told: list[str]
) -> None:
    beside = Beside(
        code=(CodeChange(name=name, old=digest_text, new=digest_text, files=tuple(files)),),
        release=ReleaseChange(old=digest_text, new=name, lines=tuple(told)),
        commit=digest_text,
    )
    for page in pages(review(plan(logs.log()), beside=beside)):
        check(page)
