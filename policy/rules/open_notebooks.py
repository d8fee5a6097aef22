"""Notebook instances on the open internet, as root, without a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.rule import Asked, Rule, security_hub
from policy.seen import at, is_given

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(asked: Asked) -> Iterator[str]:
    """Each of these is a control of its own; AWS's defaults fail all of them."""
    it = asked.it.properties
    if at(it, "directInternetAccess") != "Disabled":
        yield "directInternetAccess is not Disabled: set it (SageMaker.1)"
    if not is_given(it, "subnetId"):
        yield "subnetId is not given: put the notebook into a private subnet (SageMaker.2)"
    if at(it, "rootAccess") != "Disabled":
        yield "rootAccess is not Disabled: set it (SageMaker.3)"
    if not is_given(it, "kmsKeyId"):
        yield "kmsKeyId is not given: name the stack's key (SageMaker.21)"


RULE = Rule(
    name="open-notebooks",
    description="A notebook instance is in our network, has no root and is encrypted under a key of ours.",
    severity="high",
    controls=(
        "SageMaker.1",
        "SageMaker.2",
        "SageMaker.3",
        "SageMaker.21",
        "CKV_AWS_22",
        "CKV_AWS_122",
        "CKV_AWS_306",
        "CKV_AWS_307",
    ),
    link=security_hub("SageMaker.1"),
    looks_at=("aws:sagemaker/notebookInstance:NotebookInstance",),
    check=check,
)
