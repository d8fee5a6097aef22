"""How rules are kept: one a file named by what it forbids, each with its links, and a page that says what they are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from policy.document import PAGE, page
from policy.rules import RULES

if TYPE_CHECKING:
    from policy.rule import Rule

ROOT = Path(__file__).parents[2]
CONTROL = re.compile(r"(SageMaker|S3|KMS|IAM|ECR|EC2|CloudWatch)\.[0-9]+|CKV2?_AWS_[0-9]+")
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


def test_every_file_holds_one_rule_named_as_the_file() -> None:
    files = {file.stem for file in (ROOT / "policy" / "rules").glob("*.py")} - {"__init__"}
    assert {rule.name.replace("-", "_") for rule in RULES} == files
    assert len(RULES) == len(files)


@each_rule
def test_a_rule_says_why_with_known_controls(rule: Rule) -> None:
    assert rule.description.endswith(".")
    assert rule.link.startswith("https://")
    assert all(CONTROL.fullmatch(control) for control in rule.controls), rule.controls
    assert len(set(rule.controls)) == len(rule.controls)


@each_rule
def test_a_component_that_satisfies_a_rule_exists(rule: Rule) -> None:
    sources = "\n".join(file.read_text("utf-8") for file in (ROOT / "infra" / "components").rglob("*.py"))
    for token in rule.met_by:
        assert f'"{token}"' in sources, token


def test_the_page_of_controls_is_current() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `python -m policy.document`"


def test_the_page_names_every_control_and_every_rule() -> None:
    text = page()
    for rule in RULES:
        assert f"### {rule.name}\n" in text
        for control in rule.controls:
            assert f"\n| {control} | " in text


@pytest.mark.slow
def test_every_type_that_a_rule_looks_at_is_one_of_pulumi_aws() -> None:
    import pulumi_aws  # noqa: PLC0415 it takes two seconds

    tokens = {
        found
        for file in Path(pulumi_aws.__file__).parent.glob("*/*.py")
        for found in re.findall(r"super\(.*?\)\.__init__\(\s*'(aws:[^']+)'", file.read_text("utf-8"))
    }
    assert len(tokens) > 1000
    looked_at = {token for rule in RULES for token in rule.looks_at if token.startswith("aws:")}
    assert looked_at - tokens == set()
