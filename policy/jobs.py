"""The jobs that a resource declares: a training job, the jobs of a tuning, the steps of a pipeline."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from policy.seen import CannotJudgeError, Seen, at, entries

_PIPELINE = "aws:sagemaker/pipeline:Pipeline"
_TUNING = "aws:sagemaker/hyperParameterTuningJob:HyperParameterTuningJob"
_INSTANCE_TYPES = (
    "resourceConfig.instanceType",
    "hyperParameterTuningResourceConfig.instanceType",
    "ResourceConfig.InstanceType",
    "ProcessingResources.ClusterConfig.InstanceType",
    "TransformResources.InstanceType",
)

NO_DEFAULT = object()
"""Stands for a parameter of a pipeline whose value every execution has to give."""


def declared_jobs(it: Seen) -> Iterator[tuple[str, Any]]:
    """Yield each job with words for it. Steps of a pipeline have the API's names, everything else Pulumi's.

    Raises CannotJudgeError for a pipeline whose definition is not in the program.
    """
    if it.type == _PIPELINE:
        yield from _steps(it)
    elif it.type == _TUNING:
        one = at(it.properties, "trainingJobDefinition")
        for definition in [*([] if one is None else [one]), *entries(it.properties, "trainingJobDefinitions")]:
            yield f"job {at(definition, 'definitionName') or 'of the tuning'}", definition
    else:
        yield "it", it.properties


def instance_type_of(job: Any) -> str:
    """Return the instance type of a job; empty where it has none. A pipeline's parameter shows its default.

    Raises CannotJudgeError for a parameter without one.
    """
    for path in _INSTANCE_TYPES:
        found = at(job, path)
        if found is NO_DEFAULT:
            raise CannotJudgeError(f"{path} is a parameter without a default")
        if isinstance(found, str):
            return found
    return ""


def _steps(it: Seen) -> Iterator[tuple[str, Any]]:
    text = at(it.properties, "pipelineDefinition")
    if text is None:
        raise CannotJudgeError("its definition is not in the program")
    try:
        definition = json.loads(text)
    except ValueError as error:
        raise CannotJudgeError("its definition is no JSON") from error
    defaults = {one.get("Name"): one.get("DefaultValue") for one in definition.get("Parameters") or ()}
    yield from _jobs_of(definition.get("Steps") or (), defaults)


def _jobs_of(steps: Any, defaults: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    for step in steps:
        arguments = step.get("Arguments") or {}
        if step.get("Type") in ("Training", "Processing"):
            yield f"step {step.get('Name')}", _resolved(arguments, defaults)
        elif step.get("Type") == "Tuning":
            for job in (arguments.get("TrainingJobDefinition"), *(arguments.get("TrainingJobDefinitions") or ())):
                if job is not None:
                    yield f"step {step.get('Name')}", _resolved(job, defaults)
        elif step.get("Type") == "Condition":
            for branch in ("IfSteps", "ElseSteps"):
                yield from _jobs_of(arguments.get(branch) or (), defaults)


def _resolved(value: Any, defaults: Mapping[Any, Any]) -> Any:
    """Put the defaults of a pipeline's parameters in their places."""
    if isinstance(value, Mapping):
        reference = value.get("Get")
        if isinstance(reference, str) and len(value) == 1 and reference.startswith("Parameters."):
            default = defaults.get(reference.removeprefix("Parameters."))
            return NO_DEFAULT if default is None else default
        return {key: _resolved(inner, defaults) for key, inner in value.items()}
    return [_resolved(one, defaults) for one in value] if isinstance(value, list) else value
