"""What a training job may be told: typed, bounded hyperparameters."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from training.contract import TrainingError

if TYPE_CHECKING:
    from collections.abc import Mapping

_OF_SAGEMAKER = ("sagemaker_", "_tuning_")  # script mode's and a tuning job's own, which reach every container


def _bounded(default: float, low: float, high: float) -> Any:
    return field(default=default, metadata={"low": low, "high": high})


@dataclass(frozen=True, kw_only=True)
class Hyperparameters:
    """LightGBM's own names. The defaults are held back on purpose: flights of one day resemble each other."""

    num_iterations: int = _bounded(200, 1, 5000)
    """Trees."""
    learning_rate: float = _bounded(0.05, 1e-4, 1.0)
    """Share of each tree that counts."""
    num_leaves: int = _bounded(31, 2, 4096)
    """Leaves of a tree, at most."""
    min_data_in_leaf: int = _bounded(200, 1, 1_000_000)
    """Rows that a leaf must have."""
    feature_fraction: float = _bounded(0.5, 0.05, 1.0)
    """Share of the features that a tree may look at."""
    lambda_l2: float = _bounded(10.0, 0.0, 1e6)
    """Penalty on large leaves."""
    cat_smooth: float = _bounded(100.0, 0.0, 1e6)
    """Rows' worth of doubt about a category that is rarely seen."""
    max_bin: int = _bounded(255, 2, 1024)
    """Steps into which a number's range is cut."""
    seed: int = _bounded(2013, 0, 2**31 - 1)
    """Of everything that is drawn."""

    def as_dict(self) -> dict[str, int | float]:
        """Return every value by name, defaults included."""
        return dataclasses.asdict(self)


def parse(given: Mapping[str, str]) -> Hyperparameters:
    """Read hyperparameters as SageMaker hands them over, all strings.

    Raises TrainingError that names every problem at once.
    """
    fields = {one.name: one for one in dataclasses.fields(Hyperparameters)}
    values: dict[str, Any] = {}
    problems: list[str] = []
    for name, text in sorted(given.items()):
        if name.startswith(_OF_SAGEMAKER):
            continue
        if name not in fields:
            problems.append(f"{name!r} is unknown; known are {', '.join(fields)}")
            continue
        whole = isinstance(fields[name].default, int)
        low, high = fields[name].metadata["low"], fields[name].metadata["high"]
        value = _number(text, whole=whole)
        if value is None or not low <= value <= high:
            kind = "a whole number" if whole else "a number"
            problems.append(f"{name} is {text!r}; {kind} from {low:g} to {high:g} is expected")
            continue
        values[name] = value
    if problems:
        raise TrainingError("the hyperparameters don't do: " + "; ".join(problems))
    return Hyperparameters(**values)


def _number(text: str, *, whole: bool) -> float | None:
    # SageMaker's own SDK writes each value as JSON, a string in quotes
    bare = text.strip().strip('"')
    try:
        value = int(bare) if whole else float(bare)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
