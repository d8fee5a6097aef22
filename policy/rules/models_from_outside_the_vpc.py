"""Model images that SageMaker pulls from a registry outside the VPC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.rule import Asked, Rule, security_hub
from policy.seen import at, entries

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(asked: Asked) -> Iterator[str]:
    """The control wants repositoryAccessMode Vpc, also where the registry is the account's own ECR."""
    containers = entries(asked.it.properties, "containers")
    primary = at(asked.it.properties, "primaryContainer")
    for container in [*([] if primary is None else [primary]), *containers]:
        mode = at(container, "imageConfig.repositoryAccessMode")
        if mode != "Vpc":
            yield (
                f"imageConfig.repositoryAccessMode is {mode or 'not given, so Platform'}: images come through "
                "SageMaker's own network; use Vpc with a private registry, or waive it where they come from ECR"
            )


RULE = Rule(
    name="models-from-outside-the-vpc",
    description="The images of a model come from a private registry in the VPC.",
    severity="low",
    controls=("SageMaker.16", "SageMaker.19"),
    link=security_hub("SageMaker.16"),
    looks_at=("aws:sagemaker/model:Model",),
    check=check,
    remark="ECR is no such registry: a stack that uses ECR waives it, with the reason",
)
