"""Models of foreign clients that bring a script instead of an image, as AWS's framework images serve them."""

from __future__ import annotations

import json
import types
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from slipway.sandbox.sagemaker.endpoints.script_server import ScriptError, UnsupportedFormatError, transform_of

if TYPE_CHECKING:
    from collections.abc import Callable

FOREIGN = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.1"
SCRIPT = b"""
import json, pathlib
import beside
def model_fn(model_dir): return (pathlib.Path(model_dir) / "model.txt").read_text()
def input_fn(body, content_type): return body
def predict_fn(data, model):
    if data == "break": raise ValueError("row 3 is broken")
    return [model, data, beside.NAME]
def output_fn(prediction, accept): return json.dumps(prediction), "application/json"
"""
FILES = {"model.txt": b"weights", "code/beside.py": b"NAME = 'beside'", "code/requirements.txt": b"torch"}


def script(**functions: Any) -> types.ModuleType:
    """Return a module as a client may have written it."""
    module = types.ModuleType("inference")
    vars(module).update(functions)
    return module


@pytest.mark.slow
def test_a_script_in_the_models_archive_serves_it(world: Any, archive: Callable[[dict[str, bytes]], bytes]) -> None:
    model = world.put("scripted.tar.gz", archive({**FILES, "code/inference.py": SCRIPT}))
    endpoint = world.deploy(world.config({"model": model, "container": {"Image": FOREIGN}}))
    runtime = world.client("sagemaker-runtime")
    answer = runtime.invoke_endpoint(EndpointName=endpoint, Body=b"a,b", ContentType="text/csv")
    assert (json.load(answer["Body"]), answer["ContentType"]) == (["weights", "a,b", "beside"], "application/json")
    with pytest.raises(ClientError, match="row 3 is broken") as refused:
        runtime.invoke_endpoint(EndpointName=endpoint, Body=b"break", ContentType="text/csv")
    assert refused.value.response["Error"]["Code"] == "ModelError"
    log = world.until(lambda: world.log(f"/aws/sagemaker/Endpoints/{endpoint}"), "the log")
    assert any("requirements.txt is not installed" in line for line in log)
    world.delete(endpoint)


@pytest.mark.slow
def test_a_script_that_is_submitted_beside_the_model_serves_it(
    world: Any, archive: Callable[[dict[str, bytes]], bytes]
) -> None:
    model = world.put("plain.tar.gz", archive({"model.txt": b"weights"}))
    submitted = world.put("sourcedir.tar.gz", archive({"serve.py": SCRIPT, "beside.py": b"NAME = 'sent'"}))
    environment = {"SAGEMAKER_PROGRAM": "serve.py", "SAGEMAKER_SUBMIT_DIRECTORY": submitted}
    endpoint = world.deploy(world.config({"model": model, "env": environment, "container": {"Image": FOREIGN}}))
    answer = world.client("sagemaker-runtime").invoke_endpoint(EndpointName=endpoint, Body=b"x", ContentType="text/csv")
    assert json.load(answer["Body"]) == ["weights", "x", "sent"]
    world.delete(endpoint)


@pytest.mark.slow
def test_a_script_that_cannot_serve_fails_the_endpoint_with_the_reason(
    world: Any, archive: Callable[[dict[str, bytes]], bytes]
) -> None:
    model = world.put("unserved.tar.gz", archive({"code/inference.py": b"def model_fn(model_dir): return 1"}))
    endpoint = world.name("endpoint")
    config = world.config({"model": model, "container": {"Image": FOREIGN}})
    world.sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName=config)
    assert "inference.py needs predict_fn or transform_fn" in world.settled(endpoint)["FailureReason"]
    world.delete(endpoint)


def test_arrays_pass_without_functions_of_the_scripts_own() -> None:
    transform = transform_of(script(model_fn=lambda _: 2, predict_fn=lambda data, model: data * model), "/m")
    assert transform(b"[[1, 2]]", "application/json", "application/json") == (b"[[2, 4]]", "application/json")
    assert transform(b"1,2\n3,4\n", "text/csv", "text/csv") == (b"2.0,4.0\n6.0,8.0\n", "text/csv")
    npy, _ = transform(b"[1]", "application/json", "application/x-npy")
    assert transform(npy, "application/x-npy", "application/json")[0] == b"[4]"
    with pytest.raises(UnsupportedFormatError, match="image/png"):
        transform(b"", "image/png", "application/json")
    with pytest.raises(UnsupportedFormatError, match="text/html"):
        transform(b"[1]", "application/json", "text/html")


def test_functions_may_take_the_context() -> None:
    module = script(
        model_fn=lambda _, context: context.system_properties["model_dir"],
        transform_fn=lambda model, body, _, accept: f"{model} {body.decode()} {accept}",
    )
    assert transform_of(module, "/m")(b"x", "text/plain", "text/plain") == (b"/m x text/plain", "text/plain")


def test_transform_fn_and_the_single_steps_exclude_each_other() -> None:
    module = script(model_fn=lambda _: 1, transform_fn=lambda *_: "", input_fn=lambda *_: "")
    with pytest.raises(ScriptError, match="has transform_fn and input_fn"):
        transform_of(module, "/m")


def test_a_script_without_model_fn_is_told() -> None:
    with pytest.raises(ScriptError, match="has no model_fn"):
        transform_of(script(predict_fn=lambda data, _: data), "/m")
