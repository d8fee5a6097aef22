"""Accelerators that the stack does not allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from policy.jobs import declared_jobs, instance_type_of
from policy.rule import Asked, Rule
from policy.seen import CannotJudgeError, at, entries
from prices.catalogue import instance_types

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
_NOTEBOOK = "aws:sagemaker/notebookInstance:NotebookInstance"


def check(asked: Asked) -> Iterator[str]:
    """GPU, Inferentia and Trainium instances cost up to 500 times what a small CPU does."""
    allowed: Sequence[str] = asked.settings["accelerators"]
    for label, instance_type in _types(asked):
        known = instance_types().get(instance_type)
        family = ".".join(instance_type.split(".")[:2])
        if not instance_type or instance_type in allowed or family in allowed:
            continue
        if known is None:
            raise CannotJudgeError(f"{label} runs on {instance_type}, which prices/ does not know")
        if not known.accelerator:
            continue
        yield (
            f"{label} runs on {instance_type} ({known.accelerator}); the stack allows "
            f"{', '.join(allowed) or 'no accelerator'}: use a CPU, or add it to accelerators of slipway:policy"
        )


def _types(asked: Asked) -> Iterator[tuple[str, Any]]:
    it = asked.it
    if it.type == _NOTEBOOK:
        yield "it", at(it.properties, "instanceType") or ""
        return
    if it.type == _CONFIGURATION:
        for group in ("productionVariants", "shadowProductionVariants"):
            for variant in entries(it.properties, group):
                yield f"variant {at(variant, 'variantName')}", at(variant, "instanceType") or ""
        return
    for label, job in declared_jobs(it):
        yield label, instance_type_of(job)


RULE = Rule(
    name="accelerators-not-allowed",
    description="Only accelerators that the stack allows are used.",
    severity="high",
    controls=(),
    link="https://docs.aws.amazon.com/sagemaker/latest/dg/notebooks-available-instance-types.html",
    looks_at=(
        _CONFIGURATION,
        _NOTEBOOK,
        "aws:sagemaker/trainingJob:TrainingJob",
        "aws:sagemaker/hyperParameterTuningJob:HyperParameterTuningJob",
        "aws:sagemaker/pipeline:Pipeline",
    ),
    check=check,
    settings={"accelerators": []},
    remark="`accelerators` of slipway:policy lists instance types (ml.g5.xlarge) or families (ml.g5)",
)
