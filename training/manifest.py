"""Describes a model beside it: what it wants, how good it is, what it came from, and three rows that it must answer."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.contract import TrainingError
from training.features import FEATURES, TARGET, Categories, Feature

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

VERSION = 1
NAME = "manifest.json"
NATIVE, ONNX = "model.txt", "model.onnx"
EXAMPLES = 3
_LIBRARIES = ("lightgbm", "numpy", "onnx", "pyarrow")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What one training run has to say of its model."""

    categories: Categories
    metrics: Mapping[str, float]
    baseline: Mapping[str, object]
    data: Mapping[str, Mapping[str, object]]
    hyperparameters: Mapping[str, object]
    examples: Sequence[Mapping[str, object]]
    """Rows by feature name, as a client sends them."""
    example_predictions: Sequence[float]
    """What the native model answers to them."""


def document(facts: Facts, files: Mapping[str, bytes]) -> dict[str, Any]:
    """Return the manifest of a model and its files; nothing in it depends on when or where it was made."""
    return {
        "version": VERSION,
        "features": [_feature(one, facts.categories) for one in FEATURES],
        "target": TARGET,
        "metrics": dict(facts.metrics),
        "baseline": dict(facts.baseline),
        "data": {name: dict(part) for name, part in facts.data.items()},
        "hyperparameters": dict(facts.hyperparameters),
        "examples": [dict(row) for row in facts.examples],
        "example_predictions": list(facts.example_predictions),
        "code_sha256": code_sha256(),
        "libraries": {
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in _LIBRARIES},
        },
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
    }


def read(folder: Path) -> dict[str, Any]:
    """Read a model folder's manifest; raises TrainingError when there is none, or one that describes no model."""
    path = folder / NAME
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingError(f"{path} can't be read: {error}") from error
    for key, kind in (("features", list), ("files", dict)):
        if not isinstance(found, dict) or not isinstance(found.get(key), kind):
            raise TrainingError(f"{path} lacks {key}: name the folder of an unpacked model")
    return dict(found)


def content(folder: Path, name: str) -> bytes:
    """Return a file of a model folder; raises TrainingError unless it is the one that the manifest knows."""
    wanted = read(folder)["files"].get(name)
    path = folder / name
    try:
        found = path.read_bytes()
    except OSError as error:
        raise TrainingError(f"{path} can't be read: {error.strerror}") from error
    digest = hashlib.sha256(found).hexdigest()
    if digest != wanted:
        raise TrainingError(f"{path} is damaged: its SHA-256 is {digest}, {NAME} says {wanted}; unpack the model again")
    return found


def code_sha256(folder: Path | None = None) -> str:
    """Return the SHA-256 over the sorted (path, SHA-256) of this package's Python files."""
    root = folder or Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        inside = path.relative_to(root).as_posix()
        digest.update(f"{inside}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def as_bytes(manifest: Mapping[str, Any]) -> bytes:
    """Return the manifest as it is written."""
    return (json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _feature(one: Feature, categories: Categories) -> dict[str, Any]:
    described: dict[str, Any] = {"name": one.name, "kind": one.kind, "nullable": one.nullable}
    if one.kind == "category":
        described["categories"] = list(categories[one.name])
    return described
