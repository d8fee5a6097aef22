"""AWS's side of the wire, scripted: what every operation answers, and how often it was asked."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.exceptions import EndpointConnectionError
from botocore.session import get_session

from slipway.sandbox.provider.clients import Clients
from slipway.sandbox.provider.retrying import Patience
from slipway.sandbox.provider.scope import Scope

SESSION = get_session()
"""One for all: reading the models of the services takes longest."""

Answer = tuple[int, dict[str, Any]]


class _Body:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_options: Any) -> Iterator[bytes]:
        yield self._content


@dataclass
class Aws:
    """Answers JSON services by operation, the last answer again and again: no socket, and time goes by when told to."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    now: float = 0.0
    account: str = "123456789012"
    away: bool = False
    """Whether nobody listens."""

    def says(self, operation: str, *answers: Answer) -> None:
        self.answers[operation] = list(answers)

    def refuses(self, operation: str, code: str, message: str = "no", status: int = 400) -> None:
        self.says(operation, (status, {"__type": code, "message": message}))

    def scope(self, service: str) -> Scope:
        clients = Clients(
            region="us-east-1",
            access_key="123456789012",
            secret_key="secret",
            endpoint="http://127.0.0.1:1",
            patience=Patience(pause=0),
            _account=self.account,
            _session=SESSION,
        )
        clients.client(service).meta.events.register("before-send", self._send)
        return Scope(
            clients=clients, region="us-east-1", clock=lambda: self.now, pause=self._pause, tell=self.told.append
        )

    def _pause(self, seconds: float) -> None:
        self.now += seconds

    def _send(self, request: Any, **_rest: Any) -> AWSResponse:
        target = request.headers["X-Amz-Target"]
        operation = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
        self.asked.append(operation)
        if self.away:
            raise EndpointConnectionError(endpoint_url=request.url)
        script = self.answers.get(operation, [(200, {})])
        status, body = script.pop(0) if len(script) > 1 else script[0]
        headers: Any = HeadersDict()
        return AWSResponse(request.url, status, headers, _Body(json.dumps(body).encode()))


@pytest.fixture
def aws() -> Aws:
    return Aws()
