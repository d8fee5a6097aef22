"""How good each model is, month by month: asked of training/'s own code, one process a model."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slipway import child
from slipway.demo.lake import MONTHS, span
from slipway.failure import Failure
from slipway.report.findings import Calibration, CalibrationBin, Predictor, Score, ScoredMonth

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from slipway.demo.lake import Lake


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A model and the months that it learned from."""

    label: str
    sha256: str
    folder: Path
    """Where its artifact is unpacked."""
    trained_on: tuple[int, ...]
    asked_about: int
    """The month that it was judged on when it was trained."""


def evaluate(project: Path, models: Sequence[Judged], lake: Lake) -> list[dict[str, Any]]:
    """Return for each model what `python -m training evaluate` says about every month of the lake, by month."""

    def run(model: Judged) -> dict[str, Any]:
        words = ["-m", "training", "evaluate", "--model", str(model.folder)]
        for month in model.trained_on:
            words += ["--train", str(lake.curated_file(month))]
        for month in sorted(lake.months):
            words += ["--data", f"{month}={lake.curated_file(month)}"]
        finished = child.run([sys.executable, *words], cwd=project)
        if finished.code != 0:
            raise Failure(f"the evaluation of {model.label} failed: {finished.tail()}")
        sets: dict[str, Any] = json.loads(finished.stdout)["sets"]
        return sets

    with ThreadPoolExecutor(len(models)) as pool:
        return list(pool.map(run, models))


def predictors(models: Sequence[Judged], evaluated: Sequence[dict[str, Any]], baseline: str) -> tuple[Predictor, ...]:
    """Return the models' scores and, last, those of the first model's baseline."""
    found = [
        Predictor(
            label=model.label,
            description=f"trained on {span(model.trained_on)}",
            digest=model.sha256[:12],
            months=_months(sets, "model", model.trained_on),
        )
        for model, sets in zip(models, evaluated, strict=True)
    ]
    rule = Predictor(
        label="baseline",
        description=baseline,
        digest=None,
        months=_months(evaluated[0], "baseline", models[0].trained_on),
    )
    return (*found, rule)


def calibration(model: Judged, sets: dict[str, Any]) -> Calibration:
    """Return whether a model's probabilities on its validation month mean what they say."""
    found = sets[str(model.asked_about)]
    return Calibration(
        of=f"{model.label} on {found['rows']:,} flights of {MONTHS[model.asked_about]}, a month it never saw",
        bins=tuple(CalibrationBin(**one) for one in found["calibration"]),
    )


def _months(sets: dict[str, Any], who: str, seen: Sequence[int]) -> tuple[ScoredMonth, ...]:
    return tuple(
        ScoredMonth(month=MONTHS[int(name)], rows=one["rows"], seen=int(name) in seen, score=Score(**one[who]))
        for name, one in sorted(sets.items(), key=lambda item: int(item[0]))
    )
