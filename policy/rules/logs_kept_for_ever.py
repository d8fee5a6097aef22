"""Logs that are kept for ever, or too short."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.rule import Asked, Rule, security_hub
from policy.seen import at

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(asked: Asked) -> Iterator[str]:
    """A log group without retention keeps everything and is paid for. Zero means the same as none."""
    days = at(asked.it.properties, "retentionInDays")
    least = asked.settings["least_days"].get(asked.environment, 1)
    if not days:
        yield "retentionInDays is not given: its logs are kept for ever; set it"
    elif days < least:
        yield f"retentionInDays is {days:g}; {asked.environment} keeps logs for {least:g} days at least"


RULE = Rule(
    name="logs-kept-for-ever",
    description="Logs are kept as long as they are needed, and no longer.",
    severity="medium",
    controls=("CloudWatch.16", "CKV_AWS_66", "CKV_AWS_338"),
    link=security_hub("CloudWatch.16"),
    looks_at=("aws:cloudwatch/logGroup:LogGroup",),
    check=check,
    settings={"least_days": {"dev": 1, "staging": 30, "prod": 365}},
    met_by=("slipway:training:TrainingEnvironment", "slipway:serving:Endpoint", "slipway:monitoring:EndpointEvents"),
)
