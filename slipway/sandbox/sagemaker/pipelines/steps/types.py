"""The types of step that are served, by the name of each in a definition."""

from collections.abc import Callable, Mapping
from typing import Any

from slipway.sandbox.sagemaker.pipelines.steps import (
    condition,
    fail,
    model,
    processing,
    register_model,
    training,
    transform,
    tuning,
)
from slipway.sandbox.sagemaker.pipelines.steps.attempt import Attempt, Result

RUN: Mapping[str, Callable[[dict[str, Any], Attempt], Result]] = {
    "Processing": processing.run,
    "Training": training.run,
    "Transform": transform.run,
    "Tuning": tuning.run,
    "Condition": condition.run,
    "Fail": fail.run,
    "Model": model.run,
    "RegisterModel": register_model.run,
}
