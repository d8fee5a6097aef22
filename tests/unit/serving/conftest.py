"""A loaded model, and the WSGI application around it, without a process."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from serving import handler
from serving.application import application

if TYPE_CHECKING:
    from pathlib import Path

    from serving.tabular.model import Model


@dataclass(frozen=True)
class Answer:
    """What the application answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)

    @property
    def error(self) -> str:
        """The message of an error."""
        return str(self.json["error"])


Ask = Callable[..., Answer]


@pytest.fixture(scope="session")
def model(trained: Path) -> Model:
    """Return the trained model, loaded."""
    return handler.model_fn(str(trained / "model"))


@pytest.fixture(scope="session")
def rows(model: Model) -> list[dict[str, Any]]:
    """Return the model's own three examples, as a client sends them."""
    return list(model.manifest["examples"])


@pytest.fixture
def model_copy(trained: Path, tmp_path: Path) -> Path:
    """Return a copy of the model folder that a test may spoil."""
    return shutil.copytree(trained / "model", tmp_path / "model")


@pytest.fixture
def ask(model: Model) -> Ask:
    """Return a client of the application, in this process."""
    app = application(model, input_fn=handler.input_fn, predict_fn=handler.predict_fn, output_fn=handler.output_fn)

    def send(
        body: Any = b"",
        content_type: str = "application/json",
        accept: str = "",
        *,
        path: str = "/invocations",
        method: str = "POST",
        length: str | None = None,
    ) -> Answer:
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "CONTENT_TYPE": content_type,
            "HTTP_ACCEPT": accept,
            "CONTENT_LENGTH": str(len(sent)) if length is None else length,
            "wsgi.input": io.BytesIO(sent),
        }
        started: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Callable[[bytes], object]:
            started.extend([int(status[:3]), dict(headers)])
            return lambda _: None

        answer = b"".join(app(environ, start_response))
        return Answer(started[0], started[1], answer)

    return send
