"""Composite alarms evaluated: from the states of the alarms in their rules, the lower ones first.

A composite alarm is evaluated when it is new or changed, and when one of its children changed its state: what
SetAlarmState made of it stays until then, as on AWS.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from slipway.sandbox.clockwork.alarms.evaluating import Outcome
from slipway.sandbox.clockwork.alarms.reasons import stamp
from slipway.sandbox.clockwork.alarms.rule import Rule

Alarms = Mapping[str, Mapping[str, Any]]
"""Descriptions of alarms by name."""


def in_order(rules: Mapping[str, Rule]) -> list[str]:
    """Return the names of composite alarms so that children come before their parents; rules have no circles."""
    ordered: list[str] = []

    def add(name: str) -> None:
        for child in rules[name].children:
            if child in rules and child not in ordered:
                add(child)
        if name not in ordered:
            ordered.append(name)

    for name in sorted(rules):
        add(name)
    return ordered


def fingerprint(alarm: Mapping[str, Any], children: Sequence[str], alarms: Alarms) -> str:
    """Return what must differ for a composite alarm to be evaluated again."""
    states = [(child, alarms[child]["StateValue"]) for child in children if child in alarms]
    return json.dumps([str(alarm["AlarmConfigurationUpdatedTimestamp"]), alarm["AlarmRule"], states])


def combine(rule: Rule, alarms: Alarms) -> Outcome:
    """Return what a composite alarm's state should be."""
    states = {child: str(alarms[child]["StateValue"]) for child in rule.children if child in alarms}
    told = [alarms[child] for child in rule.children if child in alarms]
    newest = max(told, key=lambda alarm: alarm["StateUpdatedTimestamp"], default=None)
    reason = "the rule names no alarms"
    if newest is not None:
        moment = newest["StateUpdatedTimestamp"]
        reason = f"{newest['AlarmArn']} transitioned to {newest['StateValue']} at {moment:%A %d %B, %Y %H:%M:%S} UTC"
    triggering = [
        {
            "arn": alarm["AlarmArn"],
            "state": {"value": alarm["StateValue"], "timestamp": stamp(alarm["StateUpdatedTimestamp"])},
        }
        for alarm in told
    ]
    return Outcome("ALARM" if rule.holds(states) else "OK", reason, json.dumps({"triggeringAlarms": triggering}))
