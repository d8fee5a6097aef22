"""Endpoints that stand and fall with one instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.rule import PROD_ONLY, Asked, Rule, security_hub
from policy.seen import at, entries, is_given

if TYPE_CHECKING:
    from collections.abc import Iterator

_LEAST = 2


def check(asked: Asked) -> Iterator[str]:
    """SageMaker spreads the instances of a variant over zones; one instance is in one zone."""
    if is_given(asked.it.properties, "asyncInferenceConfig"):
        return  # requests wait in a queue while an instance is replaced, and none may run at all
    for variant in entries(asked.it.properties, "productionVariants"):
        count = at(variant, "initialInstanceCount")
        if is_given(variant, "serverlessConfig") or (count is not None and count >= _LEAST):
            continue
        yield (
            f"variant {at(variant, 'variantName')} starts with {'no count' if count is None else f'{count:g}'} of "
            f"instances: give initialInstanceCount {_LEAST} or more, so that the endpoint outlives a zone"
        )


RULE = Rule(
    name="endpoints-with-one-instance",
    description="The variants of an endpoint have at least two instances, over zones.",
    severity="medium",
    controls=("SageMaker.4",),
    link=security_hub("SageMaker.4"),
    looks_at=("aws:sagemaker/endpointConfiguration:EndpointConfiguration",),
    check=check,
    levels=PROD_ONLY,
    met_by=("slipway:serving:Endpoint",),
    remark="serverless and asynchronous variants are not asked",
)
