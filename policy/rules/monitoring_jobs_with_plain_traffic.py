"""Monitoring jobs whose instances talk to each other in plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.monitoring import JOB_DEFINITIONS, network_lacks
from policy.rule import Asked, Rule, security_hub
from policy.seen import at

if TYPE_CHECKING:
    from collections.abc import Iterator

_BIAS = "aws-native:sagemaker:ModelBiasJobDefinition"


def check(asked: Asked) -> Iterator[str]:
    """AWS asks bias jobs with one instance nothing: nobody is there to talk to."""
    instances = at(asked.it.properties, "jobResources.clusterConfig.instanceCount") or 1
    if asked.it.type == _BIAS and instances < 2:  # noqa: PLR2004 two can talk
        return
    yield from network_lacks(asked, "enableInterContainerTrafficEncryption")


RULE = Rule(
    name="monitoring-jobs-with-plain-traffic",
    description="The instances of a monitoring job encrypt what they tell each other.",
    severity="medium",
    controls=("SageMaker.9", "SageMaker.10", "SageMaker.13", "SageMaker.15", "CKV_AWS_369"),
    link=security_hub("SageMaker.9"),
    looks_at=JOB_DEFINITIONS,
    check=check,
)
