"""A tuning step of a pipeline: pure, in SageMaker's own words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.components.training.processing import Json

STEP = "tune"
"""Name of the step that stands in place of the one training job."""
_NUMBER = r"=([0-9.eE+-]+)"
_SHARED = (
    "CheckpointConfig",
    "EnableInterContainerTrafficEncryption",
    "EnableManagedSpotTraining",
    "EnableNetworkIsolation",
    "InputDataConfig",
    "OutputDataConfig",
    "ResourceConfig",
    "RoleArn",
    "StoppingCondition",
    "VpcConfig",
)
"""What the definition of a tuning's jobs has in common with a training job."""


@dataclass(frozen=True, kw_only=True)
class Range:
    """What one hyperparameter is searched in."""

    minimum: float
    """Smallest value."""
    maximum: float
    """Largest value."""
    whole: bool
    """Whether it is a whole number."""
    scale: str
    """How the range is searched."""


@dataclass(frozen=True, kw_only=True)
class Tuning:
    """A search for hyperparameters."""

    max_jobs: int
    """Training jobs of one search."""
    max_parallel_jobs: int
    """How many run at once."""
    strategy: str
    """How values are chosen."""
    objective: str
    """Metric by which the best job is chosen; jobs print it as NAME=NUMBER."""
    maximize: bool
    """Whether more of it is better."""
    ranges: Mapping[str, Range]
    """By hyperparameter."""


def tuning_arguments(tuning: Tuning, training: Json, image: str) -> Json:
    """Return the arguments of a Tuning step whose jobs are otherwise like a training step's.

    A tuning's jobs run the image's own command: HyperParameterAlgorithmSpecification names none (botocore 1.44.5), so
    that the image itself unpacks the channel `code` (`training/deployed.py`).
    """
    return {
        "HyperParameterTuningJobConfig": {
            "Strategy": tuning.strategy,
            "HyperParameterTuningJobObjective": {
                "Type": "Maximize" if tuning.maximize else "Minimize",
                "MetricName": tuning.objective,
            },
            "ResourceLimits": {
                "MaxNumberOfTrainingJobs": tuning.max_jobs,
                "MaxParallelTrainingJobs": tuning.max_parallel_jobs,
            },
            "ParameterRanges": {
                kind: [
                    {
                        "Name": name,
                        "MinValue": _text(one.minimum, one),
                        "MaxValue": _text(one.maximum, one),
                        "ScalingType": one.scale,
                    }
                    for name, one in sorted(tuning.ranges.items())
                    if one.whole == whole
                ]
                for kind, whole in (("IntegerParameterRanges", True), ("ContinuousParameterRanges", False))
            },
        },
        "TrainingJobDefinition": {
            "AlgorithmSpecification": {
                "TrainingImage": image,
                "TrainingInputMode": "File",
                "MetricDefinitions": [{"Name": tuning.objective, "Regex": re.escape(tuning.objective) + _NUMBER}],
            },
            **{name: training[name] for name in _SHARED if name in training},
        },
    }


def best_model(output_path: str) -> Json:
    """Return where the best job's model is: S3OutputPath/JOB/output/model.tar.gz, as of every training job."""
    best = {"Get": f"Steps.{STEP}.BestTrainingJob.TrainingJobName"}
    return {"Std:Join": {"On": "/", "Values": [output_path, best, "output/model.tar.gz"]}}


def _text(value: float, of: Range) -> str:
    return str(int(value)) if of.whole else repr(value)
