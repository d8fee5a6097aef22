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
    """Class that sets the colour: `s1` to `s6`, `base` for what is no model, `plain` for what no model is named for."""
    marker: str
    dash: str | None


BASE = Series(css="base", marker="plank", dash="2 3")
PLAIN = Series(css="plain", marker="circle", dash=None)
"""What belongs to no model that the report knows."""


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
    calibration: Series


def of(report: Report) -> Looks:
    """Give every model a look, and a version or calibration the look of the model that it names, if it does."""
    predictors: list[Series] = []
    known: dict[str, Series] = {}
    models = 0
    for one in report.predictors:
        predictors.append(BASE if one.digest is None else numbered(models))
        if one.digest is not None:
            known[one.digest] = known[one.label] = predictors[-1]
            models += 1
    names = version_names(report)
    fresh = models if any(name in known for name in names) else 0
    strangers = [name for name in names if name not in known]
    unknown = {name: numbered(fresh + place) for place, name in enumerate(strangers)}
    subject = "" if report.calibration is None else report.calibration.of
    named = [label for label in known if f"{subject} ".startswith(f"{label} ")]
    return Looks(
        predictors=tuple(predictors),
        versions={name: known.get(name) or unknown[name] for name in names},
        calibration=known[max(named, key=len)] if named else PLAIN,
    )


def version_names(report: Report) -> tuple[str, ...]:
    """Return the versions in the order in which they came, then those that only answers or latencies name."""
    if report.traffic is None:
        return ()
    answered = {name for one in report.traffic.slices for name in one.answered}
    timed = {one.version for one in report.traffic.latencies}
    return (*report.traffic.versions, *sorted((answered | timed) - set(report.traffic.versions)))
