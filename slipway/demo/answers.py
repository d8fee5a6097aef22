"""The stage that asks the endpoint: real rows, as JSON and as CSV, each answer held against the offline prediction."""

from __future__ import annotations

import json
import math
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3

from slipway import child
from slipway.demo.check import require
from slipway.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient

    from slipway.demo.console import Console

TOLERANCE = 1e-6
BATCH = 100
Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What the comparison found."""

    rows: int
    largest_json: float
    """Largest difference of a JSON answer from the offline prediction."""
    largest_csv: float
    seconds: float
    """Spent in the endpoint's answers."""
    auc: float | None
    """How well the served answers rank these rows; None when their outcomes are all the same."""


def offline(project: Path, model: Path, rows: Sequence[Row], folder: Path) -> list[float]:
    """Predict with the trained model in a folder itself, in a separate process that runs training/'s own code."""
    asked = folder / "asked-rows.json"
    asked.write_text(json.dumps(list(rows)), "utf-8")
    words = ["-m", "training", "predict", "--model", str(model), "--rows", str(asked)]
    finished = child.run([sys.executable, *words], cwd=project)
    if finished.code != 0:
        raise Failure(f"the offline prediction failed: {finished.tail()}")
    predicted: list[float] = json.loads(finished.stdout)
    require(len(predicted) == len(rows), f"{len(rows)} rows were predicted offline, {len(predicted)} answers came")
    return predicted


def ask(
    console: Console,
    endpoint: str,
    features: Sequence[str],
    rows: Sequence[Row],
    expected: Sequence[float],
    late: Sequence[bool],
) -> Compared:
    """Ask the endpoint for every row, twice, and compare each answer; Broken names the first row that differs."""
    runtime = boto3.client("sagemaker-runtime")
    started = time.monotonic()
    as_json: list[float] = []
    as_csv: list[float] = []
    for batch in _batches(rows):
        as_json += _ask_json(runtime, endpoint, batch)
        console.now(f"{len(as_json)} of {len(rows)} rows answered as JSON")
    for batch in _batches(rows):
        as_csv += _ask_csv(runtime, endpoint, features, batch)
        console.now(f"{len(as_csv)} of {len(rows)} rows answered as CSV")
    seconds = time.monotonic() - started
    return Compared(
        rows=len(rows),
        largest_json=_largest("JSON", rows, as_json, expected),
        largest_csv=_largest("CSV", rows, as_csv, expected),
        seconds=seconds,
        auc=area_under_curve(as_json, late),
    )


def _batches(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


def _ask_json(runtime: SageMakerRuntimeClient, endpoint: str, rows: Sequence[Row]) -> list[float]:
    body = json.dumps({"instances": list(rows)}).encode()
    answer = runtime.invoke_endpoint(EndpointName=endpoint, ContentType="application/json", Body=body)
    predictions: list[float] = json.loads(answer["Body"].read())["predictions"]
    return predictions


def _ask_csv(
    runtime: SageMakerRuntimeClient, endpoint: str, features: Sequence[str], rows: Sequence[Row]
) -> list[float]:
    body = "".join(csv_line(row, features) for row in rows).encode()
    answer = runtime.invoke_endpoint(EndpointName=endpoint, ContentType="text/csv", Body=body)
    return [float(line) for line in answer["Body"].read().decode().split()]


def csv_line(row: Row, features: Sequence[str]) -> str:
    """Write one row in the manifest's order; what is missing is an empty field."""
    return ",".join("" if row[name] is None else str(row[name]) for name in features) + "\n"


def _largest(form: str, rows: Sequence[Row], got: Sequence[float], expected: Sequence[float]) -> float:
    require(len(got) == len(expected), f"{len(expected)} rows were asked as {form}, {len(got)} answers came")
    largest = 0.0
    for row, answer, wanted in zip(rows, got, expected, strict=True):
        difference = abs(answer - wanted)
        # a NaN compares false with everything: it must not slip through
        require(
            difference <= TOLERANCE,
            f"as {form} the endpoint answers {answer}, the model itself {wanted}, over {TOLERANCE} apart, for {row}",
        )
        largest = max(largest, difference)
    return largest


def area_under_curve(scores: Sequence[float], late: Sequence[bool]) -> float | None:
    """Return the share of (late, punctual) pairs in which the late one has the higher score; a tie counts half.

    Mann and Whitney's statistic over midranks; None when one of the kinds does not occur.
    """
    order = sorted(range(len(scores)), key=scores.__getitem__)
    ranks = [0.0] * len(scores)
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and math.isclose(scores[order[end]], scores[order[start]], rel_tol=0, abs_tol=0):
            end += 1
        for position in range(start, end):
            ranks[order[position]] = (start + 1 + end) / 2
        start = end
    positives = sum(late)
    negatives = len(late) - positives
    if not positives or not negatives:
        return None
    total = sum(rank for rank, is_late in zip(ranks, late, strict=True) if is_late)
    return (total - positives * (positives + 1) / 2) / (positives * negatives)
