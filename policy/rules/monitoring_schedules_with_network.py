"""Monitoring schedules whose own jobs reach a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.monitoring import SCHEDULE, network_lacks
from policy.rule import Asked, Rule, security_hub

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(asked: Asked) -> Iterator[str]:
    """For AWS a switch that is not given fails as well."""
    yield from network_lacks(asked, "enableNetworkIsolation")


RULE = Rule(
    name="monitoring-schedules-with-network",
    description="The jobs of a monitoring schedule run isolated from every network.",
    severity="high",
    controls=("SageMaker.14",),
    link=security_hub("SageMaker.14"),
    looks_at=(SCHEDULE,),
    check=check,
)
