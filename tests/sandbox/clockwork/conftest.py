"""moto behind a gateway in this process, over a clock that a test sets forward: nothing here waits for time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from slipway.sandbox.gateway.app import Gateway
from slipway.sandbox.gateway.clients import AwsClients
from slipway.sandbox.moto_adapter.mount import Moto
from slipway.sandbox.moto_adapter.now import keep_time_by
from slipway.sandbox.moto_adapter.quiet import QuietLock
from slipway.sandbox.sagemaker.context import Context, Scope, system_clock
from slipway.sandbox.sagemaker.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCOPE = Scope("123456789012", "us-east-1")


@dataclass
class World:
    """One account and region of a sandbox without a socket."""

    root: Path
    scope: Scope = SCOPE
    names: Iterator[int] = field(default_factory=lambda: iter(range(10**6)))

    def __post_init__(self) -> None:
        self.ahead = timedelta()
        self.moto = Moto(QuietLock(), load_state=lambda: None, changed=lambda: None)
        self.store = Store(self.root / "store.sqlite")
        self.gateway = Gateway(
            secret="secret",
            region=self.scope.region,
            issued=lambda _key: None,
            own={},
            rest=self.moto,
            health=lambda: b"",
            clock=system_clock,
        )
        self.contexts: dict[Scope, Context] = {}

    def context(self, scope: Scope = SCOPE) -> Context:
        if scope not in self.contexts:
            clients = AwsClients("http://127.0.0.1:1", scope.account, scope.region, "secret", self.gateway.handle)
            self.contexts[scope] = Context(scope, self.store, clients, self.root, self.root, self.now)
        return self.contexts[scope]

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def client(self, service: str) -> Any:
        return self.context().aws.client(service)

    def name(self, kind: str) -> str:
        return f"{kind}-{next(self.names)}"


@pytest.fixture(scope="session")
def _world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("clockwork"))


@pytest.fixture
def world(_world: World) -> Iterator[World]:
    """One sandbox's insides for all tests: they choose names of their own."""
    _world.ahead = timedelta()
    keep_time_by(_world.now)
    yield _world
    keep_time_by(system_clock)
