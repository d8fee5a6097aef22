"""What training settings must be together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.problems import Problem
from infra.settings_report import NAMESPACE

if TYPE_CHECKING:
    from infra.training_settings import TrainingSection

_KEY = f"{NAMESPACE}training.max_wait_seconds"


def problems_of_training(training: TrainingSection) -> list[Problem]:
    """Return every conflict inside `slipway:training`: spot jobs wait, others do not."""
    wait, runtime = training.max_wait_seconds, training.max_runtime_seconds
    if training.use_spot and (wait is None or wait < runtime):
        rule = f"must be at least max_runtime_seconds ({runtime}) where use_spot is true"
        way_out = "add it, or use_spot: false" if wait is None else "raise it, or use_spot: false"
        return [Problem(key=_KEY, rule=rule, value=wait, given=wait is not None, way_out=way_out)]
    if not training.use_spot and wait is not None:
        return [Problem(key=_KEY, rule="is for spot jobs only", value=wait, way_out="remove it, or use_spot: true")]
    return []
