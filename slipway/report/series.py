"""How a model or version is told from the others: colour, marker and dashes, the same in every chart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slipway.report.findings import Report

MARKERS = ("circle", "square", "triangle", "diamond", "wedge", "pentagon")
DASHES = (None, "9 3", "5 2 1.5 2", "3 2", "12 3 2 3", "1.5 2.5")


@dataclass(frozen=True, kw_only=True)
class Series:
    """The look of one name."""

    css: str
    """Class that sets the colour: `s1` to `s6`, `base` for what is no model."""
    marker: str
    dash: str | None


BASE = Series(css="base", marker="plank", dash="2 3")


def numbered(number: int) -> Series:
    """Return the look of the model or version with this number, from 0; after six they start again."""
    place = number % len(MARKERS)
    return Series(css=f"s{place + 1}", marker=MARKERS[place], dash=DASHES[place])


@dataclass(frozen=True, kw_only=True)
class Looks:
    """The look of every name of a report."""

    predictors: tuple[Series, ...]
    """In the report's order."""
    versions: dict[str, Series]


def of(report: Report) -> Looks:
    """Give every model a look, and a version the look of the model with its label or digest, if there is one."""
    models = [one for one in report.predictors if one.digest is not None]
    order = {id(one): numbered(place) for place, one in enumerate(models)}
    known = {word: order[id(one)] for one in reversed(models) for word in (one.digest, one.label) if word is not None}
    names = version_names(report)
    fresh = 0 if not any(name in known for name in names) else len(models)
    versions: dict[str, Series] = {}
    for name in names:
        if name in known:
            versions[name] = known[name]
        else:
            versions[name] = numbered(fresh)
            fresh += 1
    return Looks(predictors=tuple(order.get(id(one), BASE) for one in report.predictors), versions=versions)


def version_names(report: Report) -> tuple[str, ...]:
    """Return the versions in the order in which they came, then those that only answers or latencies name."""
    if report.traffic is None:
        return ()
    answered = {name for one in report.traffic.slices for name in one.answered}
    timed = {one.version for one in report.traffic.latencies}
    return (*report.traffic.versions, *sorted((answered | timed) - set(report.traffic.versions)))
