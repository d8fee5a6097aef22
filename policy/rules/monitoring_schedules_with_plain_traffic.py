"""Monitoring schedules whose own jobs talk to each other in plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.monitoring import SCHEDULE, network_lacks
from policy.rule import Asked, Rule, security_hub

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(asked: Asked) -> Iterator[str]:
    """For AWS a switch that is not given fails as well."""
    yield from network_lacks(asked, "enableInterContainerTrafficEncryption")


RULE = Rule(
    name="monitoring-schedules-with-plain-traffic",
    description="The instances of a schedule's jobs encrypt what they tell each other.",
    severity="medium",
    controls=("SageMaker.22",),
    link=security_hub("SageMaker.22"),
    looks_at=(SCHEDULE,),
    check=check,
)
