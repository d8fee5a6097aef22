"""Puts rules to resources. Pure: what is found, what is let pass and what cannot be judged comes back as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pulumi_policy.proxy import UnknownValueError

from policy.rule import Asked, Environment, Rule
from policy.seen import CannotJudgeError, Seen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from policy.waivers import Waiver


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a rule says about one resource."""

    rule: str
    resource: Seen
    words: str


@dataclass(frozen=True, kw_only=True)
class Waived:
    """A finding that a waiver lets pass."""

    finding: Finding
    waiver: Waiver


@dataclass
class Judgement:
    """What one rule came to."""

    violations: list[Finding] = field(default_factory=list)
    waived: list[Waived] = field(default_factory=list)
    unjudged: list[Finding] = field(default_factory=list)


def judge(
    rule: Rule,
    resources: Sequence[Seen],
    *,
    environment: Environment,
    settings: Mapping[str, Any],
    waivers: Sequence[Waiver],
    stack: Sequence[Seen] = (),
) -> Judgement:
    """Put one rule to those of the resources that it looks at; `waivers` are those that count today."""
    judgement = Judgement()
    for one in resources:
        if one.type not in rule.looks_at:
            continue
        asked = Asked(it=one, environment=environment, settings={**rule.settings, **settings}, stack=stack)
        for words in _answers(rule, asked, judgement):
            finding = Finding(rule=rule.name, resource=one, words=words)
            waiver = next((waiver for waiver in waivers if waiver.covers(rule.name, one.name)), None)
            if waiver is None:
                judgement.violations.append(finding)
            else:
                judgement.waived.append(Waived(finding=finding, waiver=waiver))
    return judgement


def _answers(rule: Rule, asked: Asked, judgement: Judgement) -> list[str]:
    """Return what a rule says up to the first thing that it cannot look at; that is noted."""
    found: list[str] = []
    answers = rule.check(asked)
    try:
        # One by one: what was said before an unknown value counts.
        for words in answers:
            found.append(words)  # noqa: PERF402
    except UnknownValueError as error:
        reason = f"{'.'.join(error.props)} is not known yet"
        words = f"can't judge {asked.it.name} because {reason}"
        judgement.unjudged.append(Finding(rule=rule.name, resource=asked.it, words=words))
    except CannotJudgeError as error:
        words = f"can't judge {asked.it.name} because {error}"
        judgement.unjudged.append(Finding(rule=rule.name, resource=asked.it, words=words))
    return found
