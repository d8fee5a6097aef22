"""Logs that no key of ours encrypts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.rule import Asked, Rule
from policy.seen import is_given

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(asked: Asked) -> Iterator[str]:
    """Containers write what clients sent into their logs sooner or later."""
    if not is_given(asked.it.properties, "kmsKeyId"):
        yield "kmsKeyId is not given: name the stack's key"


RULE = Rule(
    name="logs-without-key",
    description="Logs are encrypted under a key of ours.",
    severity="medium",
    controls=("CKV_AWS_158",),
    link="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
    looks_at=("aws:cloudwatch/logGroup:LogGroup",),
    check=check,
    met_by=("slipway:training:TrainingEnvironment", "slipway:serving:Endpoint", "slipway:monitoring:EndpointEvents"),
)
