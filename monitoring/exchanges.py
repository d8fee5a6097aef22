"""Captured exchanges: the lines that SageMaker writes, and the rows and answers in them.

The line's form: docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html. The forms of rows and
answers are those that serving/ takes and gives.
"""

from __future__ import annotations

import base64
import binascii
import csv
import io
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from monitoring.errors import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitoring.baseline import Value

JSON, CSV, NPY = "application/json", "text/csv", "application/x-npy"
_MATRIX_DIMENSIONS = 2


@dataclass(frozen=True)
class Exchange:
    """One request and its answer: rows by feature, and one answer a row."""

    rows: list[Mapping[str, Value]]
    answers: list[float]


def read(line: str, features: Sequence[str], categories: Mapping[str, Sequence[str]]) -> Exchange:
    """Read one line of a capture file; `features` are in the model's order.

    Raises UnreadableError for what the endpoint refused, and for what is not in a form that serving/ knows.
    """
    try:
        captured = json.loads(line)["captureData"]
        asked, answered = captured["endpointInput"], captured["endpointOutput"]
        answers = _answers(_body(answered), _form(answered))
        rows = _rows(_body(asked), _form(asked), features, categories)
    except (KeyError, TypeError, AttributeError, IndexError, ValueError, EOFError, csv.Error) as error:
        raise UnreadableError(f"{type(error).__name__}: {error}") from error
    if len(rows) != len(answers):
        raise UnreadableError(f"{len(answers)} answers to {len(rows)} rows")
    return Exchange(rows, answers)


def _body(side: Mapping[str, str]) -> bytes:
    if side["encoding"] != "BASE64":
        return side["data"].encode()
    try:
        return base64.b64decode(side["data"], validate=True)
    except binascii.Error as error:
        raise UnreadableError(f"no base64: {error}") from error


def _form(side: Mapping[str, str]) -> str:
    return side["observedContentType"].partition(";")[0].strip().lower()


def _rows(
    body: bytes, form: str, features: Sequence[str], categories: Mapping[str, Sequence[str]]
) -> list[Mapping[str, Value]]:
    if form == JSON:
        return [{name: _value(row.get(name), name in categories) for name in features} for row in _instances(body)]
    if form == CSV:
        lines = list(csv.reader(io.StringIO(body.decode("utf-8-sig").rstrip("\r\n")), strict=True))
        return [
            {name: _text(text, name in categories) for name, text in zip(features, line, strict=True)} for line in lines
        ]
    if form == NPY:
        matrix = np.load(io.BytesIO(body), allow_pickle=False)
        if matrix.ndim != _MATRIX_DIMENSIONS or matrix.shape[1] != len(features):
            raise UnreadableError(f"a matrix of shape {matrix.shape}; {len(features)} columns are expected")
        return [
            {name: _placed(float(value), categories.get(name)) for name, value in zip(features, row, strict=True)}
            for row in matrix
        ]
    raise UnreadableError(f"rows come as {form}")


def _answers(body: bytes, form: str) -> list[float]:
    if form == JSON:
        found = json.loads(body)["predictions"]
        return [float(value) for value in found]
    if form == CSV:
        return [float(line) for line in body.decode().split()]
    if form == NPY:
        return [float(value) for value in np.load(io.BytesIO(body), allow_pickle=False).ravel()]
    raise UnreadableError(f"answers come as {form}")


def _instances(body: bytes) -> list[dict[str, Any]]:
    found = json.loads(body)["instances"]
    if not all(isinstance(row, dict) for row in found):
        raise UnreadableError("an instance is no object")
    return list(found)


def _value(value: Any, is_category: bool) -> Value:  # noqa: FBT001 - one word of a table of two
    if value is None:
        return None
    if is_category:
        return str(value)
    return float(value)


def _text(text: str, is_category: bool) -> Value:  # noqa: FBT001
    bare = text if is_category else text.strip()
    if not bare:
        return None
    return bare if is_category else float(bare)


def _placed(value: float, values: Sequence[str] | None) -> Value:
    """Return a matrix's value: a category by its place."""
    if math.isnan(value):
        return None
    if values is None:
        return value
    if not 0 <= value < len(values):
        raise UnreadableError(f"{value:g} is no place of {len(values)} categories")
    return values[int(value)]
