"""Whether clients of the running model can go on with the new one as they are: pure.

A client sends rows of the features that the running model's manifest describes, as JSON objects by name, or as CSV and
matrices by position (serving/tabular/rows.py says what is refused). So every feature must stay in its place with its
kind, what could be left out must still be so, and a new feature breaks whoever sends rows by position.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Feature = dict[str, Any]


def broken_requests(running: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Return what requests to the running model the new one would refuse or misread, a line each.

    Both are manifests; one that describes no features promises nothing to its clients.
    """
    before, after = _features(running), _features(new)
    if not before:
        return []
    if not after:
        return [f"its manifest describes no features, the running model's describes {len(before)}"]
    old, now = {one["name"]: one for one in before}, {one["name"]: one for one in after}
    problems = [f"{name!r} is no feature any more: rows that have it are refused" for name in old if name not in now]
    for name, feature in now.items():
        if name not in old:
            problems.append(_added(feature))
        elif feature.get("kind") != old[name].get("kind"):
            problems.append(f"{name!r} is a {feature.get('kind')}, clients send a {old[name].get('kind')}")
        elif old[name].get("nullable") and not feature.get("nullable"):
            problems.append(f"{name!r} may not be missing any more, clients may leave it out")
    return problems or _moved(list(old), list(now))


def moved_categories(running: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Return which categories changed their place: matrices hold places, and mean others now, a line a feature.

    Rows sent as JSON or CSV hold the categories themselves. Whoever sends matrices reads the places in the manifest of
    the model that serves, and has to do so anew.
    """
    old = {one["name"]: one.get("categories") or [] for one in _features(running)}
    return [
        f"the categories of {one['name']!r} changed their places: who sends matrices (x-npy) reads them anew"
        for one in _features(new)
        if (before := old.get(one["name"])) and (one.get("categories") or [])[: len(before)] != before
    ]


def _features(manifest: Mapping[str, Any]) -> Sequence[Feature]:
    found: Sequence[Feature] = manifest.get("features") or []
    return found


def _added(feature: Feature) -> str:
    name = feature["name"]
    if feature.get("nullable"):
        return f"{name!r} is new: rows sent by position, as CSV or a matrix, have one value too few"
    return f"{name!r} is new and may not be missing: no client sends it"


def _moved(old: list[str], now: list[str]) -> list[str]:
    return [
        f"value {number} of a row sent by position is {one!r} now, it was {was!r}"
        for number, (was, one) in enumerate(zip(old, now, strict=True))
        if was != one
    ]
