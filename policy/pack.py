"""The rules as an engine asks them: pulumi_policy's objects around ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyConfigSchema,
    PolicyPack,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError

from policy.judging import Finding, Judgement, Waived, judge
from policy.providers import default_tags
from policy.rules import RULES
from policy.seen import Seen
from policy.stack_file import StackValues, stack_values

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from policy.rule import Rule
    from policy.waivers import Waiver

WAIVED = "waived"
BAD_WAIVERS = "bad-waivers"


class NotKnownYetError(UnknownValueError):
    """What pulumi_policy tells as a finding of its own when it leaves a rule: it could not be judged, and why."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(UNKNOWN_STRING_VALUE, [])
        self.message = "; ".join(dict.fromkeys(finding.words for finding in findings))


@dataclass
class Pack:
    """The rules with the values of one stack on one day."""

    values: StackValues
    today: date
    _waived: list[Waived] = field(default_factory=list)

    def policies(self) -> list[Policy]:
        """Return every rule as pulumi_policy's; the two about waivers come last, when the others have been asked."""
        return [*(self._policy(rule) for rule in RULES), self._bad_waivers(), self._waived_findings()]

    @property
    def _counting(self) -> list[Waiver]:
        return [waiver for waiver in self.values.waivers if self._problem(waiver) is None]

    def _problem(self, waiver: Waiver) -> str | None:
        return waiver.problem([rule.name for rule in RULES], self.today)

    def _policy(self, rule: Rule) -> Policy:
        def look(resources: Sequence[Seen], config: Mapping[str, Any], stack: Sequence[Seen] = ()) -> Judgement:
            ours = {key: value for key, value in self.values.settings.items() if key in rule.settings}
            judgement = judge(
                rule,
                resources,
                environment=self.values.environment,
                settings={**ours, **config},
                waivers=self._counting,
                stack=stack,
            )
            self._waived += judgement.waived
            return judgement

        def resource(args: ResourceValidationArgs, report: ReportViolation) -> None:
            if args.resource_type in rule.looks_at:
                _tell(look([_seen(args)], args.get_config()), report)

        def stack(args: StackValidationArgs, report: ReportViolation) -> None:
            every = _stack(args.resources)
            _tell(look(every, args.get_config(), every), report)

        level = EnforcementLevel(rule.levels.of(self.values.environment))
        about: dict[str, Any] = {
            "name": rule.name,
            "description": rule.description,
            "enforcement_level": level,
            "config_schema": _schema(rule),
            "severity": Severity(rule.severity),
            "tags": list(rule.controls),
            "url": rule.link,
        }
        if rule.whole_stack:
            return StackValidationPolicy(validate=stack, **about)
        return ResourceValidationPolicy(validate=resource, **about)

    def _bad_waivers(self) -> Policy:
        def validate(_: StackValidationArgs, report: ReportViolation) -> None:
            for waiver in self.values.waivers:
                problem = self._problem(waiver)
                if problem is not None:
                    report(f"{waiver} does not count: {problem}", None)

        level = "advisory" if self.values.environment == "dev" else "mandatory"
        return StackValidationPolicy(
            name=BAD_WAIVERS,
            description="A waiver has a reason and a day on which it ends.",
            enforcement_level=EnforcementLevel(level),
            severity=Severity.HIGH,
            validate=validate,
        )

    def _waived_findings(self) -> Policy:
        def validate(_: StackValidationArgs, report: ReportViolation) -> None:
            together: dict[tuple[str, str, str], list[Waived]] = {}
            for one in self._waived:
                key = (one.finding.rule, one.finding.resource.name, one.finding.resource.urn)
                together.setdefault(key, []).append(one)
            for (rule, _name, urn), (first, *others) in sorted(together.items(), key=lambda item: item[0]):
                more = f"; and {len(others)} more like it" if others else ""
                report(
                    f"{rule}: {first.finding.words}{more}\n"
                    f"let pass until {first.waiver.expires} by the stack file, because {first.waiver.reason}",
                    urn,
                )
            used = {id(waived.waiver) for waived in self._waived}
            for waiver in self._counting:
                if id(waiver) not in used:
                    report(f"{waiver} lets nothing pass now; remove it if that stays so", None)

        return StackValidationPolicy(
            name=WAIVED,
            description="What a stack file lets pass is said.",
            enforcement_level=EnforcementLevel.ADVISORY,
            severity=Severity.LOW,
            validate=validate,
        )


def run(*, today: date, start: Callable[..., Any] = PolicyPack) -> None:
    """Serve the rules to the engine that started this process, until it interrupts it."""
    values = stack_values(pulumi.runtime.get_config_env())
    start(name="slipway", policies=Pack(values=values, today=today).policies())


def _tell(judgement: Judgement, report: ReportViolation) -> None:
    for finding in judgement.violations:
        report(finding.words, finding.resource.urn)
    if judgement.unjudged:
        raise NotKnownYetError(judgement.unjudged)


def _seen(args: ResourceValidationArgs) -> Seen:
    return Seen(
        type=args.resource_type,
        name=args.name,
        urn=args.urn,
        properties=args.props,
        protect=args.opts.protect,
        default_tags=default_tags(None if args.provider is None else args.provider.props),
    )


def _stack(resources: Sequence[PolicyResource]) -> list[Seen]:
    needs: dict[str, dict[str, list[Seen]]] = {one.urn: {} for one in resources}
    every = {
        one.urn: Seen(
            type=one.resource_type,
            name=one.name,
            urn=one.urn,
            properties=one.props,
            protect=one.opts.protect,
            needs=needs[one.urn],
            default_tags=default_tags(None if one.provider is None else one.provider.props),
        )
        for one in resources
    }
    for one in resources:
        for key, found in one.property_dependencies.items():
            needs[one.urn][key] = [every[needed.urn] for needed in found if needed.urn in every]
    return list(every.values())


_JSON_TYPES = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}


def _schema(rule: Rule) -> PolicyConfigSchema | None:
    if not rule.settings:
        return None
    # Without defaults: what the stack file says must be told from what --policy-pack-config says.
    kinds = {key: _JSON_TYPES.get(type(value)) for key, value in rule.settings.items()}
    return PolicyConfigSchema({key: {"type": kind} if kind else {} for key, kind in kinds.items()})
