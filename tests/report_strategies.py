"""Any report that the contract allows, as Hypothesis strategies."""

from __future__ import annotations

from itertools import pairwise
from typing import TypeVar

from hypothesis import strategies as st

from slipway.report.findings import (
    Attempt,
    Calibration,
    CalibrationBin,
    Change,
    Claim,
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
    Traffic,
    Tree,
)
from tests.report_odd_samples import HOSTILE

T = TypeVar("T")

texts = st.one_of(st.text(max_size=40), st.sampled_from(HOSTILE))
names = st.one_of(st.sampled_from(("model 1", "model 2", "v")), texts)
shares = st.floats(min_value=0, max_value=1)
counts = st.integers(min_value=0, max_value=10**9)
seconds = st.one_of(st.just(0.0), st.floats(min_value=0, max_value=1e6))


def tuples(of: st.SearchStrategy[T], most: int = 4) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(of, max_size=most).map(tuple)


@st.composite
def between(draw: st.DrawFn) -> tuple[float, float, float]:
    low, middle, high = sorted(draw(st.tuples(shares, shares, shares)))
    return low, middle, high


scores = between().map(lambda three: Score(low=three[0], auc=three[1], high=three[2]))
bins = st.builds(
    lambda rows, predicted, three: CalibrationBin(
        rows=rows, predicted=predicted, low=three[0], observed=three[1], high=three[2]
    ),
    counts,
    shares,
    between(),
)


@st.composite
def latencies(draw: st.DrawFn) -> Latencies:
    times = st.floats(min_value=0, max_value=1e7)
    edges = sorted(draw(st.lists(times, min_size=2, max_size=6)))
    p50, p90, p99, largest = sorted(draw(st.tuples(times, times, times, times)))
    bars = tuple((low, high, draw(counts)) for low, high in pairwise(edges))
    return Latencies(
        version=draw(names), requests=draw(counts), p50=p50, p90=p90, p99=p99, largest=largest, histogram=bars
    )


months = st.builds(ScoredMonth, month=names, rows=counts, seen=st.booleans(), score=scores)
predictors = st.builds(
    Predictor,
    label=names,
    description=texts,
    digest=st.none() | names,
    months=st.lists(months, max_size=4, unique_by=lambda one: one.month).map(tuple),
)
slices = st.builds(
    Slice, start=seconds, seconds=seconds, answered=st.dictionaries(names, counts, max_size=3), failed=counts
)
traffic = st.builds(
    Traffic,
    versions=st.lists(names, max_size=3, unique=True).map(tuple),
    asked_per_second=seconds,
    clients=counts,
    requests=counts,
    failed=counts,
    slices=tuples(slices, 6),
    moments=tuples(st.builds(Moment, at=seconds, text=texts), 6),
    latencies=tuples(latencies()),
    caveat=st.none() | texts,
)
changes = st.builds(
    Change, operation=names, kind=st.sampled_from(("create", "update", "replace", "delete", "import", "<b>"))
)
leaves = st.builds(Node, type=texts, name=texts, changes=tuples(changes))
nodes = st.recursive(
    leaves,
    lambda below: st.builds(Node, type=texts, name=texts, changes=tuples(changes), children=tuples(below)),
    max_leaves=8,
)
trees = st.builds(Tree, operations=st.lists(names, max_size=7, unique=True).map(tuple), roots=tuples(nodes))
reports = st.builds(
    Report,
    title=texts,
    outcome=st.just("passed") | texts,
    started=texts,
    seconds=seconds,
    peak_bytes=counts,
    facts=tuples(st.tuples(texts, texts)),
    claims=tuples(st.builds(Claim, text=texts, detail=texts)),
    predictors=tuples(predictors),
    calibration=st.none() | st.builds(Calibration, of=texts, bins=tuples(bins)),
    traffic=st.none() | traffic,
    attempt=st.none()
    | st.builds(
        Attempt, wanted=texts, serves=texts, why=texts, verdict=tuples(texts), exit_code=st.integers(-255, 255)
    ),
    tree=st.none() | trees,
    stages=tuples(st.builds(Stage, name=texts, seconds=seconds, peak_bytes=counts)),
    left=tuples(st.builds(Left, kind=texts, names=tuples(texts), why=texts)),
)
