"""Every rule on the table of `cases.yaml`: what it accepts, what it finds, what it cannot judge, what lets pass."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from policy.rules import RULES
from policy.waivers import Waiver

if TYPE_CHECKING:
    from collections.abc import Callable

    from policy.judging import Judgement
    from policy.rule import Rule

TABLE: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text("utf-8"))
NOTHING_TO_BE_UNKNOWN = {
    "images-that-stay-for-ever",
    "logs-without-key",
    "networks-without-flow-logs",
    "unprotected-data",
}
"""These ask whether something is there at all, or how an option is set: a value that comes later is there."""

Judged = "Callable[..., Judgement]"


def rows(kind: str) -> list[Any]:
    return [
        pytest.param(name, edits, says, id=f"{name}-{number}")
        for name, case in TABLE.items()
        for number, (edits, says) in enumerate(case.get(kind, []))
    ]


def words(findings: list[Any]) -> list[str]:
    return [finding.words for finding in findings]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_has_its_rows(rule: Rule) -> None:
    case = TABLE[rule.name]
    assert case["fails"]
    assert case["absent"]
    assert bool(case.get("unknown")) is (rule.name not in NOTHING_TO_BE_UNKNOWN)
    assert bool(case.get("settings")) is bool(rule.settings)
    types = {f"aws:{row[0]}" if not row[0].startswith(("aws-native:", "pulumi:")) else row[0] for row in case["stack"]}
    assert types & set(rule.looks_at)


@pytest.mark.parametrize("name", TABLE)
def test_what_complies_passes(name: str, judged: Callable[..., Judgement]) -> None:
    judgement = judged(name)
    assert words(judgement.violations) == []
    assert words(judgement.unjudged) == []


@pytest.mark.parametrize(("name", "edits", "says"), rows("fails"))
def test_a_violation_is_found_and_said(name: str, edits: Any, says: str, judged: Callable[..., Judgement]) -> None:
    judgement = judged(name, edits)
    assert any(says in one for one in words(judgement.violations)), words(judgement.violations)


@pytest.mark.parametrize(("name", "edits", "says"), rows("absent"))
def test_an_absent_property_is_judged_without_a_crash(
    name: str, edits: Any, says: str | None, judged: Callable[..., Judgement]
) -> None:
    judgement = judged(name, edits)
    if says is None:
        assert words(judgement.violations) == []
    else:
        assert any(says in one for one in words(judgement.violations)), words(judgement.violations)


@pytest.mark.parametrize(("name", "edits", "says"), rows("unknown"))
def test_what_is_not_known_is_said_and_is_no_pass(
    name: str, edits: Any, says: str, judged: Callable[..., Judgement]
) -> None:
    judgement = judged(name, edits)
    assert any(says in one for one in words(judgement.unjudged)), words(judgement.unjudged)
    assert all(one.startswith("can't judge ") for one in words(judgement.unjudged))


@pytest.mark.parametrize(("name", "edits", "settings"), rows("settings"))
def test_a_configured_value_lets_pass(name: str, edits: Any, settings: Any, judged: Callable[..., Judgement]) -> None:
    assert words(judged(name, edits).violations) != []
    assert words(judged(name, edits, settings=settings).violations) == []


@pytest.mark.parametrize(("name", "edits", "says"), rows("fails"))
def test_a_waiver_lets_its_rule_pass_and_no_other(
    name: str, edits: Any, says: str, judged: Callable[..., Judgement]
) -> None:
    ours = Waiver(rule=name, resource="*", reason="known", expires="2026-12-31")
    judgement = judged(name, edits, waivers=[ours])
    assert words(judgement.violations) == []
    assert any(says in one.finding.words for one in judgement.waived)
    other = Waiver(rule="another", resource="*", reason="known", expires="2026-12-31")
    elsewhere = Waiver(rule=name, resource="elsewhere", reason="known", expires="2026-12-31")
    assert words(judged(name, edits, waivers=[other, elsewhere]).violations) != []


def test_what_was_found_before_an_unknown_value_counts(judged: Callable[..., Judgement]) -> None:
    judgement = judged("open-notebooks", {"n": {"directInternetAccess": "Enabled", "rootAccess": "UNKNOWN"}})
    assert any("SageMaker.1" in one for one in words(judgement.violations))
    assert words(judgement.unjudged) == ["can't judge n because rootAccess is not known yet"]


def test_one_unknown_resource_keeps_no_other_from_being_judged(judged: Callable[..., Judgement]) -> None:
    edits = {"p": {"policy": "UNKNOWN"}, "r": {"inlinePolicies.0.policy.json.Statement.Action": "s3:*"}}
    judgement = judged("wildcard-actions", edits)
    assert len(judgement.violations) == len(judgement.unjudged) == 1


def test_logs_are_kept_shorter_in_dev(judged: Callable[..., Judgement]) -> None:
    edits = {"l": {"retentionInDays": 14}}
    assert words(judged("logs-kept-for-ever", edits, environment="dev").violations) == []
    assert words(judged("logs-kept-for-ever", edits, environment="staging").violations) != []


def test_without_a_ceiling_nothing_that_has_a_price_may_run(judged: Callable[..., Judgement]) -> None:
    judgement = judged("costs-over-the-ceiling", settings={"monthly_ceiling_usd": None})
    assert any("without a ceiling" in one for one in words(judgement.violations))
