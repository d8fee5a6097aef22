"""Waivers: which count, and what is said of those that do not."""

from __future__ import annotations

from datetime import date

import pytest

from policy.waivers import Waiver, read_waivers

TODAY = date(2026, 11, 25)
RULES = ["models-with-network"]
GOOD = {"rule": "models-with-network", "resource": "m", "reason": "a trial", "expires": "2026-12-31"}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"expires": "2026-11-25"}, None),
        ({"expires": "2026-11-24"}, "it expired on 2026-11-24"),
        ({"expires": ""}, "give the last day as YYYY-MM-DD"),
        ({"expires": "soon"}, "it expires 'soon'; give the last day as YYYY-MM-DD"),
        ({"expires": "2027-12-31"}, "more than 366 days from now"),
        ({"reason": ""}, "it has no reason"),
        ({"reason": "  "}, "it has no reason"),
        ({"rule": "models-with-netwrok"}, "there is no rule 'models-with-netwrok'"),
    ],
)
def test_a_waiver_counts_with_a_reason_until_its_last_day(changes: dict[str, str], says: str | None) -> None:
    (waiver,) = read_waivers({"waivers": [{**GOOD, **changes}]})
    problem = waiver.problem(RULES, TODAY)
    assert problem == says if says is None else says in str(problem)


@pytest.mark.parametrize("found", [["models-with-network"], "models-with-network", [{"rule": "models-with-network"}]])
def test_a_waiver_of_another_form_is_read_and_does_not_count(found: object) -> None:
    (waiver,) = read_waivers({"waivers": found})
    assert waiver.problem(RULES, TODAY) == "it has no reason; say why the finding may stay"


def test_a_waiver_covers_by_rule_and_by_pattern_of_names() -> None:
    waiver = Waiver(rule="models-with-network", resource="endpoint-*", reason="r", expires="2026-12-31")
    assert waiver.covers("models-with-network", "endpoint-0a1b2c3d")
    assert not waiver.covers("models-with-network", "other")
    assert not waiver.covers("public-buckets", "endpoint-0a1b2c3d")


def test_a_stack_file_without_waivers_has_none() -> None:
    assert read_waivers({}) == ()
    assert read_waivers({"waivers": None}) == ()
