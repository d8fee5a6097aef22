"""Reports that a page has to look well with too: nothing, one of everything, no spread, far too much, hostile names."""

from __future__ import annotations

import itertools
from dataclasses import fields, is_dataclass, replace
from typing import Any

from slipway.report.findings import (
    Calibration,
    CalibrationBin,
    Change,
    Latencies,
    Left,
    Moment,
    Node,
    Predictor,
    Report,
    Score,
    ScoredMonth,
    Slice,
    Stage,
    Tree,
)
from tests import report_samples as samples


def bare() -> Report:
    """Return a run that ended before it found anything."""
    return Report(title="Slipway demo", outcome="port 4566 is taken", started="today", seconds=0.0, peak_bytes=0)


def single() -> Report:
    """Return a run with one of everything."""
    score = Score(auc=0.71, low=0.70, high=0.72)
    one = ScoredMonth(month="January", rows=1, seen=False, score=score)
    return replace(
        bare(),
        outcome="passed",
        predictors=(Predictor(label="model 1", description="one month", digest=samples.FIRST, months=(one,)),),
        calibration=Calibration(
            of="model 1", bins=(CalibrationBin(rows=1, predicted=0.2, observed=0.0, low=0.0, high=0.98),)
        ),
        traffic=replace(
            samples.traffic(),
            versions=("model 1",),
            requests=1,
            slices=(Slice(start=0.0, seconds=1.0, answered={"model 1": 1}, failed=0),),
            moments=(Moment(at=0.5, text="up begins"),),
            latencies=(
                Latencies(
                    version="model 1", requests=1, p50=3.0, p90=3.0, p99=3.0, largest=3.0, histogram=((3.0, 3.5, 1),)
                ),
            ),
        ),
        tree=Tree(operations=("up",), roots=(Node(type="aws:s3/bucket:Bucket", name="lake"),)),
        stages=(Stage(name="start", seconds=0.0, peak_bytes=0),),
        left=(Left(kind="keys", names=("a",), why="KMS keeps it"),),
    )


def flat() -> Report:
    """Return a run in which everything that has a spread has none."""
    score = Score(auc=1.0, low=1.0, high=1.0)
    months = tuple(ScoredMonth(month=month, rows=0, seen=True, score=score) for month in samples.MONTHS)
    model = Predictor(label="model 1", description="always right", digest=samples.FIRST, months=months)
    empty = CalibrationBin(rows=0, predicted=0.0, observed=0.0, low=0.0, high=0.0)
    instant = Latencies(version="v", requests=0, p50=0.0, p90=0.0, p99=0.0, largest=0.0, histogram=((0.0, 0.0, 0),))
    idle = Slice(start=0.0, seconds=0.0, answered={}, failed=0)
    return replace(
        single(),
        predictors=(model, replace(model, label="model 2"), replace(model, label="baseline", digest=None)),
        calibration=Calibration(of="model 1", bins=(empty, empty)),
        traffic=replace(
            samples.traffic(),
            asked_per_second=0.0,
            requests=0,
            slices=(idle,),
            moments=(),
            versions=("v",),
            latencies=(instant,),
        ),
    )


def all_failed() -> Report:
    """Return a run whose endpoint never answered."""
    slices = tuple(Slice(start=place / 4, seconds=0.25, answered={}, failed=10) for place in range(80))
    lost = replace(samples.traffic(), slices=slices, failed=800, requests=800, latencies=())
    return replace(samples.whole(), outcome="800 requests were lost", traffic=lost)


def crowded() -> Report:
    """Return more of everything than a page should have to hold."""
    many = tuple(
        replace(
            samples.predictor(
                f"model {number}", "another one", f"{number:012x}", [0.5 + 0.002 * number] * 8, seen=number % 8
            ),
        )
        for number in range(12)
    )
    moments = tuple(Moment(at=number / 2, text=f"moment {number}: something of some length") for number in range(40))
    versions = tuple(f"model {number}" for number in range(8))
    slices = tuple(
        Slice(
            start=place / 250,
            seconds=1 / 250,
            answered={versions[place * 8 // 5000]: 1} if place % 97 else {},
            failed=0 if place % 97 else 1,
        )
        for place in range(5000)
    )
    latency = tuple(replace(one, version=versions[place]) for place, one in enumerate(samples.latencies() * 4))
    up = (Change(operation="up 0", kind="create"),)
    node = Node(type="aws:s3/bucket:Bucket", name="leaf", changes=up)
    for depth in range(12):
        node = Node(type="slipway:storage:Lake", name=f"level {depth}", changes=up, children=(node,))
    leaves = tuple(replace(node, name=f"leaf {number}", children=()) for number in range(400))
    return replace(
        samples.whole(),
        predictors=many,
        traffic=replace(
            samples.traffic(),
            versions=versions,
            slices=slices,
            moments=moments,
            latencies=latency,
            failed=52,
            requests=5000,
        ),
        tree=Tree(
            operations=tuple(f"up {number}" for number in range(12)),
            roots=(node, Node(type="slipway:storage:Lake", name="wide", changes=up, children=leaves)),
        ),
    )


HOSTILE = (
    "<script>alert('x')</script>",
    "a & b \"quoted\" 'single' </style></svg>",
    "🛩️👩‍🔬 émoji",
    "x" * 500,
    "שלום עולם, مرحبا بالعالم",
    "\u202emirrored",
    "",
)
"""Names that nobody should choose."""


def hostile() -> Report:
    """Return a run in which every text is one that breaks careless pages."""
    texts = itertools.cycle(HOSTILE)

    def told(value: Any) -> Any:
        """Replace every text, whatever holds it; texts that refer to each other stay equal."""
        if isinstance(value, str):
            return known.setdefault(value, f"{next(texts)} {len(known)}")
        if isinstance(value, tuple):
            return tuple(told(one) for one in value)
        if isinstance(value, dict):
            return {told(key): told(one) for key, one in value.items()}
        if is_dataclass(value) and not isinstance(value, type):
            return replace(value, **{field.name: told(getattr(value, field.name)) for field in fields(value)})
        return value

    known = {kind: kind for kind in ("create", "update", "delete")}
    changed: Report = told(replace(samples.whole(), traffic=samples.traffic(failed=7, caveat=None)))
    return changed


EVERY = {each.__name__: each for each in (samples.whole, bare, single, flat, all_failed, crowded, hostile)}
"""What the page has to look well with, by name."""
