"""Monitoring jobs that reach a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.rule import Asked, Rule, security_hub
from policy.seen import at

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(asked: Asked) -> Iterator[str]:
    """Captures, baselines and reports come and go through SageMaker's own agent."""
    if at(asked.it.properties, "networkConfig.enableNetworkIsolation") is not True:
        yield "networkConfig.enableNetworkIsolation is not true: set it, the job needs no network of its own"


RULE = Rule(
    name="monitoring-jobs-with-network",
    description="The jobs of a monitoring definition run isolated from every network.",
    severity="high",
    controls=("SageMaker.11", "SageMaker.12", "SageMaker.20", "SageMaker.25"),
    link=security_hub("SageMaker.11"),
    looks_at=(
        "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition",
        "aws-native:sagemaker:ModelBiasJobDefinition",
        "aws-native:sagemaker:ModelExplainabilityJobDefinition",
        "aws-native:sagemaker:ModelQualityJobDefinition",
    ),
    check=check,
)
