"""What training settings must be together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.problems import Problem
from infra.settings_report import NAMESPACE

if TYPE_CHECKING:
    from infra.training_settings import TrainingSection

_KEY = f"{NAMESPACE}training.max_wait_seconds"


def problems_of_training(training: TrainingSection) -> list[Problem]:
    """Return every conflict inside `slipway:training`."""
    return [*_spot(training), *_tuning(training)]


def _spot(training: TrainingSection) -> list[Problem]:
    """Hold the longest wait against spot: spot jobs wait, others do not."""
    wait, runtime = training.max_wait_seconds, training.max_runtime_seconds
    if training.use_spot and (wait is None or wait < runtime):
        rule = f"must be at least max_runtime_seconds ({runtime}) where use_spot is true"
        way_out = "add it, or use_spot: false" if wait is None else "raise it, or use_spot: false"
        return [Problem(key=_KEY, rule=rule, value=wait, given=wait is not None, way_out=way_out)]
    if not training.use_spot and wait is not None:
        return [Problem(key=_KEY, rule="is for spot jobs only", value=wait, way_out="remove it, or use_spot: true")]
    return []


def _tuning(training: TrainingSection) -> list[Problem]:
    """Refuse ranges with nothing in them, and more jobs at once than in all."""
    tuning = None if training.pipeline is None else training.pipeline.tuning
    if tuning is None:
        return []
    key = f"{NAMESPACE}training.pipeline.tuning"
    found = []
    if tuning.max_parallel_jobs > tuning.max_jobs:
        rule, way_out = f"must be at most max_jobs, {tuning.max_jobs}", "lower it, or raise max_jobs"
        found.append(
            Problem(key=f"{key}.max_parallel_jobs", rule=rule, value=tuning.max_parallel_jobs, way_out=way_out)
        )
    for name, one in tuning.ranges.items():
        place = f"{key}.ranges.{name}"
        if one.minimum >= one.maximum:
            rule = f"must be above minimum, {one.minimum:g}"
            found.append(Problem(key=f"{place}.maximum", rule=rule, value=one.maximum, way_out="widen the range"))
        if one.whole and not (one.minimum.is_integer() and one.maximum.is_integer()):
            way_out = "use whole numbers, or whole: false"
            ends = [one.minimum, one.maximum]
            found.append(Problem(key=place, rule="must begin and end with whole numbers", value=ends, way_out=way_out))
        if one.scale == "Logarithmic" and one.minimum <= 0:
            way_out = "raise it, or use another scale"
            rule = "must be above 0 where scale is Logarithmic"
            found.append(Problem(key=f"{place}.minimum", rule=rule, value=one.minimum, way_out=way_out))
        if one.scale == "ReverseLogarithmic" and (one.whole or not 0 <= one.minimum < one.maximum < 1):
            rule = "ReverseLogarithmic is for numbers from 0 to below 1, not whole ones"
            found.append(Problem(key=f"{place}.scale", rule=rule, value=one.scale, way_out="use another scale"))
    return found
