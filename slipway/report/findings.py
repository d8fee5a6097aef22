"""Everything that the report shows, as plain values: whoever makes a Report computes, whoever draws it does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Score:
    """An area under the ROC curve with its 95 % interval."""

    auc: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class ScoredMonth:
    """How well one predictor ranks the flights of one month."""

    month: str
    """Name of the month, `January`."""
    rows: int
    """Flights of the month."""
    seen: bool
    """Whether the predictor was trained on this month: such a score flatters it."""
    score: Score


@dataclass(frozen=True, kw_only=True)
class Predictor:
    """A model, or the baseline, month by month in calendar order."""

    label: str
    """`model 1`, `baseline`."""
    description: str
    """What it is, in a few words: the months that it was trained on, the rule that it follows."""
    digest: str | None
    """Short digest of the model artifact; None for what is no model."""
    months: tuple[ScoredMonth, ...]


@dataclass(frozen=True, kw_only=True)
class CalibrationBin:
    """Flights of similar predicted probability, and how many of them really were late. All shares are 0 to 1."""

    rows: int
    predicted: float
    """Mean predicted probability."""
    observed: float
    """Share that was late."""
    low: float
    """Of the observed share's 95 % interval."""
    high: float


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Whether the probabilities mean what they say."""

    of: str
    """Which model on which rows."""
    bins: tuple[CalibrationBin, ...]


@dataclass(frozen=True, kw_only=True)
class Slice:
    """What was answered in one short time of the load."""

    start: float
    """Seconds since the load began."""
    seconds: float
    """How long the slice is."""
    answered: Mapping[str, int]
    """Right answers by the version that gave them."""
    failed: int
    """Requests without an answer, with an error, or with an answer of no version."""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Something that happened while the load ran."""

    at: float
    """Seconds since the load began."""
    text: str


@dataclass(frozen=True, kw_only=True)
class Latencies:
    """How long one version took to answer, in milliseconds."""

    version: str
    requests: int
    p50: float
    p90: float
    p99: float
    largest: float
    histogram: tuple[tuple[float, float, int], ...]
    """(from, to, requests) in rising order, without gaps."""


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """A constant load, and which version answered when."""

    versions: tuple[str, ...]
    """In the order in which they came."""
    asked_per_second: float
    clients: int
    requests: int
    failed: int
    slices: tuple[Slice, ...]
    moments: tuple[Moment, ...]
    latencies: tuple[Latencies, ...]
    """Empty when the load generator could not keep up: they would be its own."""
    caveat: str | None
    """What a reader must know of how this was measured; None when the generator kept up."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A release that was tried and did not come to serve."""

    wanted: str
    serves: str
    why: str
    verdict: tuple[str, ...]
    """The verdict as it was printed, line by line."""
    exit_code: int


@dataclass(frozen=True, kw_only=True)
class Change:
    """What one operation did to one resource."""

    operation: str
    """One of the tree's operations."""
    kind: str
    """`create`, `update`, `replace`, `delete`, `same`: the engine's words."""


@dataclass(frozen=True, kw_only=True)
class Node:
    """A resource or component of the stack, with what is below it."""

    type: str
    """Type token, `aws:s3/bucket:Bucket`."""
    name: str
    """Logical name."""
    changes: tuple[Change, ...] = ()
    """What happened to it, in the order of the operations; `same` is left out."""
    children: tuple[Node, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Tree:
    """The stack at its largest."""

    operations: tuple[str, ...]
    """The operations that the changes name, in order: `first up`, `release 1`, ..."""
    roots: tuple[Node, ...]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A stage of the run."""

    name: str
    seconds: float
    peak_bytes: int
    """Resident memory of all the run's processes at the stage's peak; 0 where it cannot be measured."""


@dataclass(frozen=True, kw_only=True)
class Left:
    """What is still there when everything is over."""

    kind: str
    names: tuple[str, ...]
    why: str


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Something that the run says of itself and has checked."""

    text: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """A whole run."""

    title: str
    outcome: str
    """`passed`, or what ended the run."""
    started: str
    """When, for people."""
    seconds: float
    peak_bytes: int
    """0 where it cannot be measured."""
    facts: tuple[tuple[str, str], ...] = ()
    """Machine, engine, Python, data: label and text."""
    claims: tuple[Claim, ...] = ()
    predictors: tuple[Predictor, ...] = ()
    """The baseline last."""
    calibration: Calibration | None = None
    traffic: Traffic | None = None
    attempt: Attempt | None = None
    tree: Tree | None = None
    stages: tuple[Stage, ...] = ()
    left: tuple[Left, ...] = ()
