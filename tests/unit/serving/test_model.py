import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import pytest

from serving import handler
from serving.errors import ModelError


def _change(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))


@pytest.mark.parametrize("name", ["manifest.json", "model.onnx"])
def test_a_missing_file_is_named(model_copy: Path, name: str) -> None:
    (model_copy / name).unlink()

    with pytest.raises(ModelError, match=rf"{name}: can't be read: No such file"):
        handler.model_fn(str(model_copy))


def test_a_damaged_model_is_named_with_both_digests(model_copy: Path) -> None:
    path = model_copy / "model.onnx"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    with pytest.raises(ModelError, match=r"model\.onnx: damaged, its SHA-256 is .* the manifest says"):
        handler.model_fn(str(model_copy))


def test_a_file_that_is_no_model_is_refused_even_when_its_digest_fits(model_copy: Path) -> None:
    (model_copy / "model.onnx").write_bytes(b"nonsense")
    digest = hashlib.sha256(b"nonsense").hexdigest()
    _change(model_copy, lambda manifest: manifest["files"].update({"model.onnx": digest}))

    with pytest.raises(ModelError, match=r"model\.onnx: is no model that ONNX Runtime"):
        handler.model_fn(str(model_copy))


def test_a_model_that_takes_no_rows_is_refused_even_when_its_digest_fits(model_copy: Path) -> None:
    shape = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.DOUBLE, ["N", 19]) for name in ("in", "out")]
    graph = onnx.helper.make_graph([onnx.helper.make_node("Identity", ["in"], ["out"])], "other", shape[:1], shape[1:])
    other = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 21)], ir_version=10)
    content = other.SerializeToString()
    (model_copy / "model.onnx").write_bytes(content)
    _change(model_copy, lambda manifest: manifest["files"].update({"model.onnx": hashlib.sha256(content).hexdigest()}))

    with pytest.raises(ModelError, match=r"model\.onnx: is no model that ONNX Runtime"):
        handler.model_fn(str(model_copy))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 2}'])
def test_a_broken_manifest_is_named(model_copy: Path, text: str) -> None:
    (model_copy / "manifest.json").write_text(text)

    with pytest.raises(ModelError, match=r"manifest\.json: "):
        handler.model_fn(str(model_copy))


@pytest.mark.parametrize("key", ["files", "features"])
def test_a_manifest_without_what_serving_needs_is_refused(model_copy: Path, key: str) -> None:
    _change(model_copy, lambda manifest: manifest.pop(key))

    with pytest.raises(ModelError, match=rf"manifest\.json: lacks '{key}'"):
        handler.model_fn(str(model_copy))


def test_a_model_that_answers_its_examples_otherwise_is_not_served(model_copy: Path) -> None:
    _change(model_copy, lambda manifest: manifest["example_predictions"].__setitem__(0, 0.123))

    with pytest.raises(ModelError, match=r"model\.onnx: answers its examples with .*, the manifest says \[0\.123"):
        handler.model_fn(str(model_copy))


def test_examples_that_do_not_fit_the_features_are_told(model_copy: Path) -> None:
    _change(model_copy, lambda manifest: manifest["examples"][1].pop("carrier"))

    with pytest.raises(ModelError, match="its examples can't be answered: row 1 lacks 'carrier'"):
        handler.model_fn(str(model_copy))


def test_nothing_but_numpy_orjson_and_onnxruntime_is_needed_to_answer() -> None:
    code = "import sys, serving.server; print({'boto3', 'lightgbm', 'pandas', 'scipy', 'pyarrow'} & set(sys.modules))"
    root = Path(__file__).parents[3]
    found = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "set()"
