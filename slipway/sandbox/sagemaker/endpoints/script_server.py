"""Serves a model with the script in its archive (`code/inference.py`), as AWS's framework images do.

A program of its own, started inside a container: `python -P script_server.py MODEL_DIR PROGRAM`. The contract is that
of sagemaker-inference 1.10.1 (transformer.py): `model_fn`, then `input_fn`, `predict_fn` and `output_fn` or one
`transform_fn`, each with or without a last argument `context`. Missing `input_fn` and `output_fn` read and write
JSON, CSV and npy as arrays; what the frameworks' images would do without `model_fn` or `predict_fn` is not known here.
"""

import http.server
import importlib
import inspect
import io
import json
import os
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

JSON, CSV, NPY = "application/json", "text/csv", "application/x-npy"
STEPS = ("input_fn", "predict_fn", "output_fn")

Transform = Callable[[bytes, str, str], tuple[bytes, str]]


class UnsupportedFormatError(Exception):
    """A content type that only a function of the script's own could handle: 415."""


class ScriptError(Exception):
    """The script does not keep the contract; the message says where."""


def transform_of(module: ModuleType, model_dir: str) -> Transform:
    """Load the script's model and return what answers a request. Raises ScriptError."""
    context = SimpleNamespace(system_properties={"model_dir": model_dir, "gpu_id": None}, manifest={})

    def call(name: str, *arguments: Any, default: Callable[..., Any] | None = None) -> Any:
        function = getattr(module, name, default)
        if function is None:
            raise ScriptError(f"{module.__name__}.py has no {name}, and the sandbox has no framework's own to use")
        takes = len(inspect.signature(function).parameters)
        return function(*arguments, context) if takes == len(arguments) + 1 else function(*arguments)

    whole = hasattr(module, "transform_fn")
    given = [name for name in STEPS if hasattr(module, name)]
    if whole and given:
        raise ScriptError(f"{module.__name__}.py has transform_fn and {', '.join(given)}: use one or the other")
    if not whole and not hasattr(module, "predict_fn"):
        raise ScriptError(f"{module.__name__}.py needs predict_fn or transform_fn: the sandbox has no framework's own")
    call("pre_model_fn", model_dir, default=lambda _: None)
    model = call("model_fn", model_dir)
    call("model_warmup_fn", model_dir, model, default=lambda _, __: None)

    def transform(body: bytes, content_type: str, accept: str) -> tuple[bytes, str]:
        data: Any = body.decode("utf-8") if content_type in {JSON, CSV} else body
        if whole:
            result = call("transform_fn", model, data, content_type, accept)
        else:
            data = call("input_fn", data, content_type, default=decode)
            result = call("output_fn", call("predict_fn", data, model), accept, default=encode)
        answer, kind = result if isinstance(result, tuple) else (result, accept)
        return answer.encode("utf-8") if isinstance(answer, str) else bytes(answer), kind

    return transform


def decode(body: Any, content_type: str) -> Any:
    """Return a body as an array. Raises UnsupportedFormatError."""
    import numpy as np  # noqa: PLC0415 - a script with an input_fn of its own need not have it

    if content_type == JSON:
        return np.array(json.loads(body))
    if content_type == CSV:
        return np.genfromtxt(io.StringIO(body), delimiter=",")
    if content_type == NPY:
        return np.load(io.BytesIO(body), allow_pickle=False)
    raise UnsupportedFormatError(f"no input_fn takes {content_type!r}; {JSON}, {CSV} and {NPY} need none")


def encode(prediction: Any, accept: str) -> Any:
    """Return an array as a body. Raises UnsupportedFormatError."""
    import numpy as np  # noqa: PLC0415

    if accept == JSON:
        return json.dumps(np.asarray(prediction).tolist())
    if accept == CSV:
        text = io.StringIO()
        np.savetxt(text, np.asarray(prediction), delimiter=",", fmt="%s")
        return text.getvalue()
    if accept == NPY:
        buffer = io.BytesIO()
        np.save(buffer, np.asarray(prediction))
        return buffer.getvalue()
    raise UnsupportedFormatError(f"no output_fn makes {accept!r}; {JSON}, {CSV} and {NPY} need none")


def handler_of(transform: Transform, default_accept: str) -> type[http.server.BaseHTTPRequestHandler]:
    """Return what answers /ping, and /invocations one at a time: the toolkit's workers share no model either."""
    alone = threading.Lock()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_GET(self) -> None:
            self._send(200 if self.path == "/ping" else 404, b"", "text/plain")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path != "/invocations" or "Origin" in self.headers:  # no web page may ask
                self._send(404, b"", "text/plain")
                return
            accept = self.headers.get("Accept") or "*/*"
            try:
                with alone:
                    kind = self.headers.get("Content-Type") or JSON
                    answer, answered = transform(body, kind, default_accept if accept == "*/*" else accept)
            except UnsupportedFormatError as error:
                self._send(415, str(error).encode(), "text/plain")
            except Exception as error:  # noqa: BLE001 - the outermost loop of a request
                traceback.print_exc()
                self._send(500, f"{type(error).__name__}: {error}".encode(), "text/plain")
            else:
                self._send(200, answer, answered)

        def _send(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            """Say nothing: AWS's images log no requests."""

    return Handler


class Server(http.server.ThreadingHTTPServer):
    """One thread a connection; as many may wait as an endpoint sends at once."""

    request_queue_size = 128


def main(model_dir: str, program: str) -> int:
    """Load the script and its model, then answer until the end; 1 when the script does not keep the contract."""
    sys.path.insert(0, str(Path(model_dir) / "code"))
    try:
        transform = transform_of(importlib.import_module(program.removesuffix(".py").replace("/", ".")), model_dir)
    except ScriptError as error:
        print(f"the script cannot serve: {error}", file=sys.stderr, flush=True)
        return 1
    accept = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT") or JSON
    address = os.environ.get("SLIPWAY_BIND_HOST") or "127.0.0.1", int(os.environ["SAGEMAKER_BIND_TO_PORT"])
    Server(address, handler_of(transform, accept)).serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
