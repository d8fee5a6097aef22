"""Model containers that reach a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.rule import Asked, Rule, security_hub
from policy.seen import at

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(asked: Asked) -> Iterator[str]:
    """SageMaker itself brings the model and takes the captures; the container needs no network for it."""
    if at(asked.it.properties, "enableNetworkIsolation") is not True:
        yield "enableNetworkIsolation is not true: set it, so that the container can send nothing anywhere"


RULE = Rule(
    name="models-with-network",
    description="The containers of a model run isolated from every network.",
    severity="high",
    controls=("SageMaker.5", "CKV_AWS_370"),
    link=security_hub("SageMaker.5"),
    looks_at=("aws:sagemaker/model:Model",),
    check=check,
    met_by=("slipway:serving:Endpoint",),
)
