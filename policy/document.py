"""Writes docs/controls.md out of the rules: `python -m policy.document`. A test keeps the page current."""

from __future__ import annotations

from pathlib import Path

from policy.rule import ENVIRONMENTS, Rule
from policy.rules import RULES

PAGE = Path(__file__).resolve().parent.parent / "docs" / "controls.md"

_HEAD = """\
# Controls

Written by `python -m policy.document` out of `policy/rules/`; do not edit. What the policy pack forbids, which control
of AWS Security Hub or of Checkov each rule implements, how strict it is in dev, staging and prod, and which of our
components satisfies it, where one does. Types are without `aws:`.

    pulumi preview --policy-pack policy       # or: python -m slipway.engine preview --policy-pack policy
    pulumi preview --policy-pack policy --policy-pack-config FILE
    # FILE: {"RULE": "disabled"} or {"RULE": {"enforcementLevel": "advisory", "SETTING": ...}}

The environment is that of `slipway:stack`; a stack that names none is judged as prod. What a stack lets pass stands in
its file, under `slipway:policy`: `waivers` with rule, resource, reason and last day, `accelerators` and
`monthly_ceiling_usd`. A waiver without a reason, past its last day or for more than a year counts for nothing and is a
finding itself (`bad-waivers`); one that counts is said at every preview (`waived`). What a preview does not know yet is
said as "can't judge ... because ... is not known yet", as advice: the rule looks again during the `up`, before the
resource is made. Rules that need the whole stack look at the end of an `up`: run a preview first.
"""

_NOT_JUDGED = """\
## Not judged
| control | why |
|---|---|
| SageMaker.8 | the platform version of a notebook is AWS's to choose; the stack declares no notebook |
| SageMaker.23, SageMaker.24 | inference experiments are not declared |
| S3.9, CKV_AWS_18 | access logs are the audit concern's, not every bucket's: the log bucket has none |
| CKV_AWS_144 | no replication to another region: promotion copies artifacts by digest |
"""


def page() -> str:
    """Return the text of docs/controls.md."""
    pairs = [(control, rule) for rule in RULES for control in rule.controls]
    lines = [_HEAD, "## From control to rule", "| control | rule |", "|---|---|"]
    controls: dict[str, list[str]] = {}
    for control, rule in sorted(pairs, key=lambda pair: (_order(pair[0]), pair[1].name)):
        controls.setdefault(control, []).append(f"[{rule.name}](#{rule.name})")
    lines += [f"| {control} | {', '.join(rules)} |" for control, rules in controls.items()]
    own = [f"[{rule.name}](#{rule.name})" for rule in RULES if not rule.controls]
    lines += [f"| ours alone | {', '.join(own)} |", "", "## Rules"]
    for rule in RULES:
        lines += ["", *_rule(rule)]
    return "\n".join([*lines, "", _NOT_JUDGED])


def _rule(rule: Rule) -> list[str]:
    levels = ", ".join(f"{rule.levels.of(environment)} in {environment}" for environment in ENVIRONMENTS)
    looks_at = ", ".join(f"`{token.removeprefix('aws:')}`" for token in rule.looks_at)
    rows = [
        f"### {rule.name}",
        f"{rule.description} ({rule.severity}; [why]({rule.link}))",
        f"- controls: {', '.join(rule.controls) or 'ours alone'}",
        f"- looks at: {looks_at}{', in the whole stack' if rule.whole_stack else ''}",
        f"- levels: {levels}",
    ]
    if rule.settings:
        rows.append(f"- settings: {', '.join(f'`{key}` ({value!r})' for key, value in rule.settings.items())}")
    if rule.met_by:
        rows.append(f"- satisfied by: {', '.join(f'`{token}`' for token in rule.met_by)}")
    if rule.remark:
        rows.append(f"- {rule.remark}")
    return rows


def _order(control: str) -> tuple[str, int]:
    """Sort Security Hub's controls before Checkov's, and both by number."""
    service, _, number = control.replace("CKV_AWS_", "CKV_AWS.").replace("CKV2_AWS_", "CKV2_AWS.").partition(".")
    return (f"~{service}" if service.startswith("CKV") else service, int(number))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
