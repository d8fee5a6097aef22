"""What normal looks like, read out of a model artifact: the bins, and what training counted in them."""

from __future__ import annotations

import json
import tarfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from monitoring.errors import MonitoringError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

BASELINE, MANIFEST = "baseline.json", "manifest.json"
VERSION = 1
Value = float | str | None


@dataclass
class Bins:
    """One feature's bins: training's counts, and what is counted beside them now."""

    expected: list[int]
    """Training's counts by bin, the missing last."""
    edges: Sequence[float] = ()
    """Upper edges of a number's bins, the last bin having none."""
    places: dict[str, int] = field(default_factory=dict)
    """A category's bin by its value; the bin after them is for all others."""
    actual: list[int] = field(init=False)
    """Counts of now."""

    def __post_init__(self) -> None:
        """Begin with nothing counted."""
        self.actual = [0] * len(self.expected)

    def count(self, values: Iterable[Value]) -> None:
        """Count values: None and NaN are missing; what is no number is missing where numbers are expected."""
        others = len(self.expected) - 2
        if self.places:
            for value in values:
                self.actual[-1 if value is None else self.places.get(str(value), others)] += 1
            return
        numbers = np.array([value if isinstance(value, float) else np.nan for value in values], dtype=np.float64)
        there = numbers[~np.isnan(numbers)]
        found = np.bincount(np.searchsorted(self.edges, there, side="left"), minlength=others + 1)
        self.actual = [
            old + int(new) for old, new in zip(self.actual, [*found, len(numbers) - len(there)], strict=True)
        ]


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """A model's features in its own order, and the bins of each and of its answers."""

    features: dict[str, Bins]
    categories: dict[str, list[str]]
    """The values of each category feature: a value's place is its number in a matrix."""
    prediction: Bins


def read(artifact: Path) -> Baseline:
    """Read a `model.tar.gz`; raises MonitoringError for one that training/ wrote before there were baselines."""
    found = {}
    try:
        with tarfile.open(artifact) as archive:
            for member in archive:
                name = member.name.removeprefix("./")
                if name in (BASELINE, MANIFEST) and (file := archive.extractfile(member)) is not None:
                    found[name] = json.load(file)
    except (OSError, tarfile.TarError, ValueError) as error:
        raise MonitoringError(f"the model artifact {artifact} can't be read: {error}") from error
    if BASELINE not in found or MANIFEST not in found:
        raise MonitoringError(
            f"the model artifact {artifact} has no {BASELINE}, so nothing says what normal is: train and release again"
        )
    if found[BASELINE].get("version") != VERSION:
        version = found[BASELINE].get("version")
        raise MonitoringError(f"{BASELINE} has version {version}, this job reads version {VERSION}")
    try:
        described = found[MANIFEST]["features"]
        return Baseline(
            features={one["name"]: _bins(found[BASELINE]["features"][one["name"]]) for one in described},
            categories={one["name"]: list(one["categories"]) for one in described if one["kind"] == "category"},
            prediction=_bins(found[BASELINE]["prediction"]),
        )
    except (KeyError, TypeError) as error:
        raise MonitoringError(f"{BASELINE} of {artifact} lacks {error}: train and release again") from error


def _bins(described: dict[str, Any]) -> Bins:
    if described["kind"] == "number":
        return Bins([*described["counts"], described["missing"]], edges=described["edges"])
    values = list(described["counts"])
    counts = [*described["counts"].values(), described["other"], described["missing"]]
    return Bins(counts, places={value: place for place, value in enumerate(values)})
