"""Turns rows into the matrix that the model reads, refusing what is wrong by row and feature.

Policy: a missing value is fine for a nullable feature, and a nullable feature may be left out. A category that
training never saw is answered as missing, not refused: new routes and carriers appear in real traffic, and one of
them must not fail a whole request; data capture shows them. All else that doesn't fit (unknown names, wrong types,
infinities) is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from serving.errors import RequestError
from serving.tabular.forms import Matrix, Objects

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from serving.tabular.forms import Rows

_NAN = float("nan")
_ABSENT = object()
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
_SHOWN = 60  # characters of a wrong value


@dataclass(frozen=True)
class Feature:
    """One feature of the manifest."""

    name: str
    places: Mapping[str, float] | None
    """A category's number by its value; None for a number."""
    nullable: bool

    @property
    def expected(self) -> str:
        """Say what a value must be."""
        kind = "a number" if self.places is None else "a string"
        return f"{kind} or null" if self.nullable else kind


def matrix(rows: Rows, features: Sequence[Feature]) -> NDArray[np.float64]:
    """Return (rows, features) as doubles; raises RequestError naming the row, from 0, and the feature."""
    if isinstance(rows, Matrix):
        return _checked_matrix(rows.rows, features)
    if isinstance(rows, Objects):  # orjson has refused numbers that a double can't hold
        return np.array([_object(number, row, features) for number, row in enumerate(rows.rows)], dtype=np.float64)
    built = np.array([_line(number, row, features) for number, row in enumerate(rows.rows)], dtype=np.float64)
    _refuse_infinite(built, features)
    return built


def _object(number: int, row: Any, features: Sequence[Feature]) -> list[float]:
    if type(row) is not dict:
        raise RequestError(f"row {number} is {_shown(row)}; an object of features is expected")
    values = []
    left_out = 0
    for one in features:
        value = row.get(one.name, _ABSENT)
        if one.places is None and (type(value) is float or type(value) is int):
            values.append(value)
        elif one.places is not None and type(value) is str:
            values.append(one.places.get(value, _NAN))
        elif one.nullable and (value is None or value is _ABSENT):
            left_out += value is _ABSENT
            values.append(_NAN)
        elif value is _ABSENT:
            raise RequestError(f"row {number} lacks {one.name!r}; {one.expected} is expected")
        else:
            raise RequestError(f"row {number}: {one.name!r} is {_shown(value)}; {one.expected} is expected")
    if len(row) + left_out != len(features):
        known = {one.name for one in features}
        extra = _shown(next(name for name in row if name not in known))
        raise RequestError(
            f"row {number} has {extra}, which is no feature; features are {', '.join(one.name for one in features)}"
        )
    return values


def _line(number: int, row: Sequence[str], features: Sequence[Feature]) -> list[float]:
    if len(row) != len(features):
        raise RequestError(
            f"row {number} has {len(row)} values; {len(features)} are expected, without a header, in the order "
            f"{', '.join(one.name for one in features)}"
        )
    return [_text(number, value, one) for value, one in zip(row, features, strict=True)]


def _text(number: int, value: str, feature: Feature) -> float:
    if not value.strip():
        if feature.nullable:
            return _NAN
        raise RequestError(f"row {number}: {feature.name!r} is empty; {feature.expected} is expected")
    if feature.places is not None:
        return feature.places.get(value, _NAN)
    if not _NUMBER.fullmatch(value):  # float() would take "nan", "inf" and "1_0" too
        raise RequestError(f"row {number}: {feature.name!r} is {_shown(value)}; {feature.expected} is expected")
    return float(value)


def _checked_matrix(values: NDArray[np.float64], features: Sequence[Feature]) -> NDArray[np.float64]:
    if values.shape[1] != len(features):
        raise RequestError(
            f"the matrix has {values.shape[1]} columns; {len(features)} are expected, in the order "
            f"{', '.join(one.name for one in features)}"
        )
    _refuse_infinite(values, features)
    for column, one in enumerate(features):
        given = values[:, column]
        missing = np.isnan(given)
        if one.places is not None:  # NaN is how a matrix says "a category that the model does not know"
            wrong = ~missing & ((given != np.floor(given)) | (given < 0) | (given >= len(one.places)))
            expected = f"the place of a category, 0 to {len(one.places) - 1}, or NaN"
        else:
            wrong = missing if not one.nullable else np.zeros_like(missing)
            expected = one.expected
        if wrong.any():
            number = int(wrong.argmax())
            raise RequestError(f"row {number}: {one.name!r} is {given[number]}; {expected} is expected")
    return values


def _refuse_infinite(values: NDArray[np.float64], features: Sequence[Feature]) -> None:
    infinite = np.isinf(values)
    if infinite.any():
        number, column = (int(place) for place in np.argwhere(infinite)[0])
        one = features[column]
        raise RequestError(f"row {number}: {one.name!r} is infinite or too large; {one.expected} is expected")


def _shown(value: object) -> str:
    text = "null" if value is None else repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
