"""The forms in which rows come and answers go: application/json, text/csv, application/x-npy."""

from __future__ import annotations

import ast
import csv
import io
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from serving.errors import RequestError

if TYPE_CHECKING:
    from numpy.typing import NDArray

JSON, CSV, NPY = "application/json", "text/csv", "application/x-npy"
FORMS = (JSON, CSV, NPY)
MAX_ROWS = 50_000  # about half a second of one CPU
_ANY = frozenset({"*/*", "application/*", ""})
_MATRIX_DIMENSIONS = 2
_LARGEST_HEADER = 10_000  # NumPy's own bound


@dataclass(frozen=True)
class Objects:
    """Rows as JSON objects, names to values; not looked into yet."""

    rows: list[Any]


@dataclass(frozen=True)
class Lines:
    """Rows as texts in the order of the model's features."""

    rows: list[list[str]]


@dataclass(frozen=True)
class Matrix:
    """Rows as numbers in the order of the model's features, categories as their place."""

    rows: NDArray[np.float64]


Rows = Objects | Lines | Matrix


def decode(body: bytes, content_type: str) -> Rows:
    """Take a body apart; raises RequestError."""
    form = _bare(content_type)
    if form not in FORMS:
        raise RequestError(
            f"content type {content_type!r} is not known; send {', '.join(FORMS)}", HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        )
    if not body.strip():
        raise RequestError(f"the body is empty; send at least one row as {form}")
    rows: Rows = _objects(body) if form == JSON else _lines(body) if form == CSV else _matrix(body)
    count = len(rows.rows)
    if count > MAX_ROWS:
        raise RequestError(
            f"{count} rows are too many; send at most {MAX_ROWS} a request", HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        )
    return rows


def encode(prediction: NDArray[np.float64], accept: str) -> tuple[bytes, str]:
    """Return the answer in the first form of `accept` that is known here; raises RequestError (406)."""
    for wish in accept.split(","):
        form = _bare(wish)
        if form == JSON or form in _ANY:
            return orjson.dumps({"predictions": prediction.tolist()}), JSON
        if form == CSV:
            return "".join(f"{value!r}\n" for value in prediction.tolist()).encode(), CSV
        if form == NPY:
            file = io.BytesIO()
            np.save(file, prediction)
            return file.getvalue(), NPY
    raise RequestError(f"no answer can be given as {accept!r}; accept {', '.join(FORMS)}", HTTPStatus.NOT_ACCEPTABLE)


def _bare(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()


def _objects(body: bytes) -> Objects:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise RequestError(
            f"the body is no JSON: {error}; a missing value is null, NaN and Infinity are none"
        ) from error
    rows = document.get("instances") if isinstance(document, dict) else None
    if not isinstance(rows, list) or not rows:
        raise RequestError(
            'the body is expected to be {"instances": [{feature: value, ...}, ...]} with at least one row'
        )
    return Objects(rows)


def _lines(body: bytes) -> Lines:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RequestError(f"the body is no UTF-8: byte {error.start} is {body[error.start]:#04x}") from error
    if '"' in text:
        try:
            return Lines(list(csv.reader(io.StringIO(text.rstrip("\r\n")), strict=True)))
        except csv.Error as error:
            raise RequestError(f"the body is no CSV: {error}") from error
    return Lines([line.rstrip("\r").split(",") for line in text.rstrip("\r\n").split("\n")])


def _matrix(body: bytes) -> Matrix:
    """Read NumPy's file format (numpy.lib.format) without trusting the size that its header claims."""
    dtype, by_column, shape, start = _npy_header(body)
    if dtype.kind != "f" or len(shape) != _MATRIX_DIMENSIONS or not all(shape):
        raise RequestError(f"the matrix is {dtype} of shape {shape}; floats of shape (rows, features) are expected")
    given = len(body) - start
    if given != shape[0] * shape[1] * dtype.itemsize:
        raise RequestError(f"the matrix of shape {shape} has {given} bytes of data, which is not its size")
    values = np.frombuffer(body, dtype, offset=start).reshape(shape, order="F" if by_column else "C")
    return Matrix(values.astype(np.float64))


def _npy_header(body: bytes) -> tuple[np.dtype[Any], bool, tuple[int, ...], int]:
    """Return type, order, shape and where the data starts; NumPy's reader fails in too many ways on damaged ones."""
    width = 2 if body[6:7] == b"\x01" else 4
    start = 8 + width + int.from_bytes(body[8 : 8 + width], "little")
    if not body.startswith(b"\x93NUMPY") or not 8 + width < start <= min(len(body), _LARGEST_HEADER):
        raise RequestError("the body is no .npy file")
    try:
        header = ast.literal_eval(body[8 + width : start].decode("utf-8").strip())
        shape = tuple(header["shape"])
        dtype = np.dtype(str(header["descr"]))
        by_column = bool(header["fortran_order"])
    except (ValueError, SyntaxError, TypeError, KeyError, RecursionError, MemoryError) as error:
        raise RequestError(f"the header of the .npy file can't be read: {type(error).__name__}") from error
    if not all(type(size) is int and size >= 0 for size in shape):
        raise RequestError(f"the matrix has shape {shape}; (rows, features) are expected")
    return dtype, by_column, shape, start
