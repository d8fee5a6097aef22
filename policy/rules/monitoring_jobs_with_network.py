"""Monitoring jobs that reach a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.monitoring import JOB_DEFINITIONS, network_lacks
from policy.rule import Asked, Rule, security_hub

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(asked: Asked) -> Iterator[str]:
    """Captures, baselines and reports come and go through SageMaker's own agent."""
    yield from network_lacks(asked, "enableNetworkIsolation")


RULE = Rule(
    name="monitoring-jobs-with-network",
    description="The jobs of a monitoring definition run isolated from every network.",
    severity="high",
    controls=("SageMaker.11", "SageMaker.12", "SageMaker.20", "SageMaker.25"),
    link=security_hub("SageMaker.11"),
    looks_at=JOB_DEFINITIONS,
    check=check,
)
