"""What CreateHyperParameterTuningJob refuses at once, and what the sandbox cannot do."""

from typing import Any

from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.errors import validation

_RANGES = ("IntegerParameterRanges", "ContinuousParameterRanges", "CategoricalParameterRanges")
_STRATEGIES = ("Bayesian", "Random")


def validate(params: dict[str, Any], _: Context) -> None:
    """Refuse what AWS refuses at once. Raises ApiError."""
    for name in ("TrainingJobDefinitions", "WarmStartConfig", "Autotune"):
        if name in params:
            raise validation(f"{name} is not in the sandbox; use one TrainingJobDefinition")
    config, definition = params["HyperParameterTuningJobConfig"], params.get("TrainingJobDefinition")
    if definition is None:
        raise validation("either TrainingJobDefinition or TrainingJobDefinitions must be specified")
    if config["Strategy"] not in _STRATEGIES:
        raise validation(f"Strategy {config['Strategy']} is not in the sandbox; {' and '.join(_STRATEGIES)} are")
    objective = config.get("HyperParameterTuningJobObjective")
    if objective is None:
        raise validation("HyperParameterTuningJobObjective must be specified")
    defined = [one["Name"] for one in definition["AlgorithmSpecification"].get("MetricDefinitions", [])]
    if objective["MetricName"] not in defined:
        raise validation(f"the objective metric {objective['MetricName']} is not one of MetricDefinitions: {defined}")
    _validate_ranges(config.get("ParameterRanges") or {})
    limits = config["ResourceLimits"]
    if "MaxNumberOfTrainingJobs" not in limits:
        raise validation("ResourceLimits without MaxNumberOfTrainingJobs are not in the sandbox")
    if limits["MaxParallelTrainingJobs"] > limits["MaxNumberOfTrainingJobs"]:
        raise validation("MaxParallelTrainingJobs cannot be greater than MaxNumberOfTrainingJobs")


def _validate_ranges(ranges: dict[str, Any]) -> None:
    if "AutoParameters" in ranges:
        raise validation("AutoParameters are not in the sandbox; use ranges")
    if not any(ranges.get(kind) for kind in _RANGES):
        raise validation("ParameterRanges must hold at least one range")
