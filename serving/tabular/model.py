"""Loads what training/ wrote and predicts with it."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime as ort

from serving.errors import ModelError, RequestError
from serving.tabular import rows as rows_of
from serving.tabular.forms import Objects, Rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

MANIFEST, ONNX = "manifest.json", "model.onnx"
VERSION = 1
TOLERANCE = 1e-6
_INPUT, _OUTPUT = "rows", "probability"


class _OneRow(threading.local):
    """Predicts one row, through arrays that are bound to the session once in each thread: two thirds of the time."""

    def __init__(self, session: ort.InferenceSession, features: int) -> None:
        self.session = session
        self.row, self.answer = np.empty((1, features)), np.empty((1, 1))
        self.binding = session.io_binding()  # ONNX Runtime reads and writes the arrays themselves
        self.binding.bind_ortvalue_input(_INPUT, ort.OrtValue.ortvalue_from_numpy(self.row))
        self.binding.bind_ortvalue_output(_OUTPUT, ort.OrtValue.ortvalue_from_numpy(self.answer))

    def predict(self, row: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability of (1, features), in an array of its own."""
        self.row[:] = row
        self.session.run_with_iobinding(self.binding)
        return np.array(self.answer[0])


@dataclass(frozen=True)
class Model:
    """A model that is ready to answer. Safe for several threads."""

    session: ort.InferenceSession
    one_row: _OneRow
    features: Sequence[rows_of.Feature]
    manifest: Mapping[str, Any]
    path: Path

    def predict(self, rows: Rows) -> NDArray[np.float64]:
        """Return one probability a row; raises RequestError for rows that don't fit the features."""
        matrix = rows_of.matrix(rows, self.features)
        if len(matrix) == 1:
            return self.one_row.predict(matrix)
        answer: NDArray[np.float64] = self.session.run([_OUTPUT], {_INPUT: matrix})[0][:, 0]
        return answer

    def answer_examples(self) -> None:
        """Predict the manifest's own examples; raises ModelError when an answer is not the one that training saw."""
        place = self.path / MANIFEST
        try:
            answers = self.predict(Objects(list(self.manifest["examples"])))
            wanted = np.array(self.manifest["example_predictions"], dtype=np.float64)
        except (RequestError, KeyError, TypeError, ValueError) as error:
            raise ModelError(f"{place}: its examples can't be answered: {error}") from error
        if answers.shape != wanted.shape or not (np.abs(answers - wanted) <= TOLERANCE).all():
            raise ModelError(
                f"{self.path / ONNX}: answers its examples with {answers.tolist()}, the manifest says {wanted.tolist()}"
            )


def load(model_dir: str) -> Model:
    """Read the manifest and the ONNX file it names by digest; raises ModelError naming the file that is wrong."""
    folder = Path(model_dir)
    manifest = _manifest(folder / MANIFEST)
    content = _read(folder / ONNX)
    try:
        wanted = manifest["files"][ONNX]
        features = [_feature(one) for one in manifest["features"]]
    except (KeyError, TypeError) as error:
        raise ModelError(f"{folder / MANIFEST}: lacks {error}; train again with this version") from error
    found = hashlib.sha256(content).hexdigest()
    if found != wanted:
        raise ModelError(f"{folder / ONNX}: damaged, its SHA-256 is {found}, the manifest says {wanted}")
    session, one_row = _session(content, len(features), folder / ONNX)
    return Model(session=session, one_row=one_row, features=features, manifest=manifest, path=folder)


def _session(content: bytes, features: int, path: Path) -> tuple[ort.InferenceSession, _OneRow]:
    options = ort.SessionOptions()
    # One thread a request: requests are what there are many of. It also leaves no thread behind that a fork would lose.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # a broken file is told once, in our words
    try:
        session = ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        return session, _OneRow(session, features)
    except Exception as error:  # ONNX Runtime's exceptions have no common base but Exception
        raise ModelError(f"{path}: is no model that ONNX Runtime {ort.__version__} can run: {error}") from error


def _manifest(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(_read(path))
    except ValueError as error:
        raise ModelError(f"{path}: is no JSON: {error}") from error
    version = found.get("version") if isinstance(found, dict) else None
    if version != VERSION:
        raise ModelError(f"{path}: has version {version}, this server reads version {VERSION}")
    return dict(found)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: can't be read: {error.strerror}") from error


def _feature(described: Mapping[str, Any]) -> rows_of.Feature:
    places = None
    if described["kind"] == "category":
        places = {value: float(place) for place, value in enumerate(described["categories"])}
    return rows_of.Feature(name=described["name"], places=places, nullable=bool(described["nullable"]))
