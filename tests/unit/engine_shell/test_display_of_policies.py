"""Policy results as a person reads them."""

import io
from typing import Any

from slipway.engine.display import PlainDisplay, Style
from slipway.engine.display.notes import unchecked
from slipway.engine.display.paint import Paint
from slipway.engine.display.policies import policies_block

ROLE = "urn:pulumi:dev::app::aws:iam/role:Role::scorer"
# As the policy SDK words it.
CANNOT = (
    "can't run policy 'no-wildcard-actions' from policy pack 'guards@v0.0.1' during preview: "
    "string value at .policy can't be known during preview"
)


def finding(level: str, rule: str = "owner-tag", message: str = "No owner.\nno `owner` tag\n") -> dict[str, Any]:
    return {
        "resourceUrn": ROLE, "message": message, "policyName": rule, "policyPackName": "guards",
        "policyPackVersion": "0.3.0", "enforcementLevel": level,
    }  # fmt: skip


def block(*findings: dict[str, Any], color: bool = False, **more: Any) -> list[str]:
    options = {"remediations": [], "packs": {"guards|local|../policy": "0.3.0"}, "full": False, **more}
    return policies_block(findings, options["remediations"], options["packs"], Paint(color=color), full=options["full"])


def test_mandatory_findings_come_first_under_their_pack_and_in_red() -> None:
    lines = block(finding("advisory"), finding("mandatory", "no-public-bucket"))
    assert lines == [
        "Policies:",
        "    guards@v0.3.0 (local: ../policy)",
        "        - [mandatory]  no-public-bucket  (aws:iam:Role: scorer)",
        "          No owner.",
        "          no `owner` tag",
        "        - [advisory]  owner-tag  (aws:iam:Role: scorer)",
        "          No owner.",
        "          no `owner` tag",
    ]
    assert "\x1b[1;31m[mandatory]\x1b[0m" in block(finding("mandatory"), color=True)[2]


def test_a_mandatory_rule_that_could_not_run_is_said_loudly_though_the_sdk_calls_it_advisory() -> None:
    said = (
        "          mandatory rule no-wildcard-actions could not be checked: string value at .policy "
        "is not known before the update; it will be checked in the up"
    )
    # The log says that the rule is mandatory either by a mark on the event or by what it found elsewhere.
    for findings in (
        [finding("advisory"), finding("mandatory", "no-wildcard-actions", CANNOT)],
        [finding("advisory", "no-wildcard-actions", CANNOT), finding("mandatory", "no-wildcard-actions")],
    ):
        assert said in block(*findings)
    lines = block(finding("advisory"), finding("advisory", "no-wildcard-actions", CANNOT))
    assert lines[2] == "        - [NOT CHECKED]  no-wildcard-actions  (aws:iam:Role: scorer)"
    assert lines[3].endswith("it will be checked in the up, which ends there if the rule is mandatory and violated")
    assert "\x1b[1;31m[NOT CHECKED]" in block(finding("advisory", "x", CANNOT), color=True)[2]


def test_only_what_the_sdk_says_of_a_rule_that_could_not_run_is_taken_for_that() -> None:
    assert unchecked(finding("advisory", message=CANNOT))
    assert not unchecked(finding("advisory", message="the policy can't run policy 'x' during preview: no"))


def test_a_remediation_names_what_it_changed_and_shows_it_when_asked() -> None:
    made = finding("remediate", "log-retention") | {"before": {"days": 30, "a": 1}, "after": {"days": 14, "a": 1}}
    assert block(remediations=[made]) == [
        "Policies:",
        "    guards@v0.3.0 (local: ../policy)",
        "        - [remediate]  log-retention  (aws:iam:Role: scorer)  [~days]",
    ]
    assert block(remediations=[made], full=True)[-1] == "          ~ days: 30 => 14"


def test_the_warning_of_our_engine_says_which_rule_is_mandatory_and_is_not_repeated() -> None:
    warning = (
        "the mandatory policy 'no-wildcard-actions' of guards could not be checked: string value at .policy can't be "
        "known during preview. It is checked during the update, which it may stop"
    )
    out = io.StringIO()
    display = PlainDisplay(out, "preview", "dev", dry_run=True, style=Style(progress=False), clock=lambda: 0.0)
    display.event({"policyEvent": finding("advisory", "no-wildcard-actions", CANNOT)})
    display.event({"diagnosticEvent": {"severity": "warning", "message": warning, "urn": ROLE}})
    display.close()
    assert "mandatory rule no-wildcard-actions could not be checked: string value at .policy is not" in out.getvalue()
    assert "Diagnostics:" not in out.getvalue()
