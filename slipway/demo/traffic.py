"""A load on the endpoint through its rollouts: which version answered when, how fast, and what failed; pure."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

from slipway.demo.answers import TOLERANCE
from slipway.load.keeping_up import shortfall
from slipway.report.findings import Latencies, Moment, Slice, Traffic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slipway.history.states import State
    from slipway.load.samples import Sample

SLICE_SECONDS = 0.5
# edges of the latency histogram in milliseconds: each decade in the same steps
_SHORTEST_MS = 1e-3
_STEPS = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)


def version_of(sample: Sample, expected: Sequence[Mapping[str, float]]) -> str | None:
    """Return the version whose own answer to this row was given; None for no answer, or one of nobody's or of several.

    `expected` has the versions' answers by row; the load asks about the rows in turn.
    """
    if sample.answer is None:
        return None
    wanted = expected[sample.number % len(expected)]
    right = [version for version, value in wanted.items() if abs(sample.answer - value) <= TOLERANCE]
    return right[0] if len(right) == 1 else None


def telling_rows(answers: Mapping[str, Sequence[float]], count: int) -> list[int]:
    """Return up to `count` rows whose answers differ most between any two versions: they tell who answered."""
    versions = list(answers.values())
    rows = range(min(map(len, versions)))

    def apart(row: int) -> float:
        values = sorted(version[row] for version in versions)
        return min(after - before for before, after in itertools.pairwise(values))

    return sorted(sorted(rows, key=apart, reverse=True)[:count])


def traffic(
    samples: Sequence[Sample],
    expected: Sequence[Mapping[str, float]],
    *,
    rate: float,
    clients: int,
    moments: Sequence[Moment],
) -> Traffic:
    """Put together what a load saw."""
    versions = tuple(expected[0])
    by = {sample.number: version_of(sample, expected) for sample in samples}
    caveat = shortfall(samples, rate=rate, clients=clients)
    timed = {
        version: sorted(sample.latency * 1000 for sample in samples if by[sample.number] == version)
        for version in versions
    }
    edges = _edges([latency for latencies in timed.values() for latency in latencies])
    return Traffic(
        versions=versions,
        asked_per_second=rate,
        clients=clients,
        requests=len(samples),
        failed=sum(version is None for version in by.values()),
        slices=_slices(samples, by, versions),
        moments=tuple(sorted(moments, key=lambda moment: moment.at)),
        latencies=()
        if caveat
        else tuple(_latencies(version, found, edges) for version, found in timed.items() if found),
        caveat=caveat,
    )


def problems(samples: Sequence[Sample], expected: Sequence[Mapping[str, float]]) -> list[str]:
    """Say what went wrong with each request that failed, or that nobody wrote down."""
    written = {sample.number for sample in samples}
    lost = [number for number in range(max(written, default=-1) + 1) if number not in written]
    return [f"request {number} was not written down" for number in lost] + [
        f"request {sample.number}, {sample.answered:.1f} s into the load: "
        + (sample.problem or f"the answer {sample.answer} is no version's")
        for sample in samples
        if version_of(sample, expected) is None
    ]


def moments_of(states: Sequence[State], began: float, labels: Mapping[str, str]) -> list[Moment]:
    """Tell the endpoint's states as moments of a load that began at this time (seconds since 1970).

    `labels` names the releases behind endpoint configurations.
    """
    found = []
    pending, serving, before = "", "", ""
    for state in states:
        at = state.when.timestamp() - began
        text = ""
        if state.status == "UPDATING" and state.pending and state.pending != pending:
            text = f"update to {labels.get(state.pending, state.pending)} begins"
        elif state.status == "ROLLING_BACK" and before != state.status:
            text = f"{labels.get(pending, pending)} is taken back"
        elif state.status == "IN_SERVICE" and state.config != serving:
            text = f"{labels.get(state.config, state.config)} serves alone"
        before = state.status
        pending = "" if state.status == "IN_SERVICE" else state.pending or pending
        serving = state.config if state.status == "IN_SERVICE" else serving
        if text and at >= 0:
            found.append(Moment(at=at, text=text))
    return found


def _slices(samples: Sequence[Sample], by: Mapping[int, str | None], versions: Sequence[str]) -> tuple[Slice, ...]:
    if not samples:
        return ()
    # what is left behind the last whole slice belongs to it: a load that ends is no load that drops
    end = max(sample.answered for sample in samples)
    count = max(1, int(end / SLICE_SECONDS))
    seconds = [SLICE_SECONDS] * (count - 1) + [max(SLICE_SECONDS, end - (count - 1) * SLICE_SECONDS)]
    answered = [dict.fromkeys(versions, 0) for _ in range(count)]
    failed = [0] * count
    for sample in samples:
        place = min(int(sample.answered / SLICE_SECONDS), count - 1)
        version = by[sample.number]
        if version is None:
            failed[place] += 1
        else:
            answered[place][version] += 1
    return tuple(
        Slice(start=place * SLICE_SECONDS, seconds=seconds[place], answered=answered[place], failed=failed[place])
        for place in range(count)
    )


def _latencies(version: str, rising: Sequence[float], edges: Sequence[float]) -> Latencies:
    return Latencies(
        version=version,
        requests=len(rising),
        p50=quantile(rising, 0.5),
        p90=quantile(rising, 0.9),
        p99=quantile(rising, 0.99),
        largest=rising[-1],
        histogram=tuple(
            (low, high, sum(low <= latency < high for latency in rising)) for low, high in itertools.pairwise(edges)
        ),
    )


def quantile(rising: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of the values does not exceed (nearest rank)."""
    return rising[max(0, math.ceil(share * len(rising)) - 1)]


def _edges(latencies: Sequence[float]) -> list[float]:
    """Return the histogram's edges, from just below the smallest latency to just above the largest one."""
    if not latencies:
        return []
    low, high = max(min(latencies), _SHORTEST_MS), max(latencies)
    decades = range(math.floor(math.log10(low)), math.floor(math.log10(max(high, low))) + 2)
    every = [step * 10.0**decade for decade in decades for step in _STEPS]
    first = max(place for place, edge in enumerate(every) if edge <= low)
    last = min(place for place, edge in enumerate(every) if edge > high)
    return every[first : last + 1]
