"""moto behind a gateway in this process, over a clock that a test sets forward: nothing here waits for time."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from slipway.sandbox.clockwork.alarms.watch import Alarms
from slipway.sandbox.clockwork.clock import Clock, system_time
from slipway.sandbox.clockwork.delivery.courier import Courier
from slipway.sandbox.clockwork.functions.running import Functions
from slipway.sandbox.clockwork.timeline import Timeline
from slipway.sandbox.gateway.app import Gateway
from slipway.sandbox.gateway.clients import AwsClients
from slipway.sandbox.moto_adapter.alarm_history import record_action
from slipway.sandbox.moto_adapter.hooks import install
from slipway.sandbox.moto_adapter.mount import Moto
from slipway.sandbox.moto_adapter.now import keep_time_by
from slipway.sandbox.moto_adapter.quiet import QuietLock
from slipway.sandbox.sagemaker.containers.launcher import forget_launcher
from slipway.sandbox.sagemaker.context import Context, Scope, system_clock
from slipway.sandbox.sagemaker.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import timedelta
    from pathlib import Path

SCOPE = Scope("123456789012", "us-east-1")


@dataclass
class World:
    """One account and region of a sandbox without a socket."""

    root: Path
    scope: Scope = SCOPE
    names: Iterator[int] = field(default_factory=lambda: iter(range(10**6)))

    def __post_init__(self) -> None:
        self.clock = Clock()
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
        keep_time_by(self.clock)
        self.courier = Courier(self.context, pause=lambda _: False)
        install(self.courier, Functions(self.context))
        self.alarms = Alarms(self.context, self.clock, record_action)
        self.timeline = Timeline(self.clock, [self.alarms])

    def context(self, scope: Scope = SCOPE) -> Context:
        if scope not in self.contexts:
            clients = AwsClients("http://127.0.0.1:1", scope.account, scope.region, "secret", self.gateway.handle)
            self.contexts[scope] = Context(scope, self.store, clients, self.root, self.root, self.clock)
        return self.contexts[scope]

    def notice_alarms(self) -> None:
        self.alarms.notice(self.scope)

    def look(self) -> None:
        """Let the clockwork look once, as its ticker does."""
        self.timeline.look()

    def advance(self, by: timedelta) -> None:
        """Set the clock forward, and let all happen that is due on the way."""
        self.clock.advance(by)
        self.timeline.look()
        assert self.clock.arrived

    def until(self, holds: Callable[[], bool], what: str, patience: float = 30.0) -> None:
        """Wait for something that another process or thread does."""
        deadline = time.monotonic() + patience
        while not holds():
            assert time.monotonic() < deadline, f"waited {patience:g} s for {what}"
            time.sleep(0.05)

    def queue(self) -> str:
        """Create a queue; return its URL."""
        return str(self.client("sqs").create_queue(QueueName=self.name("queue"))["QueueUrl"])

    def arn_of(self, queue: str) -> str:
        return f"arn:aws:sqs:{self.scope.region}:{self.scope.account}:{queue.rpartition('/')[2]}"

    def received(self, queue: str) -> list[Any]:
        """Return the bodies of all messages in a queue, read as JSON where they are, and take them out."""
        found: list[Any] = []
        while messages := self.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self.client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
                found.append(json.loads(message["Body"]))
        return found

    def client(self, service: str) -> Any:
        return self.context().aws.client(service)

    def name(self, kind: str) -> str:
        return f"{kind}-{next(self.names)}"


@pytest.fixture(scope="session")
def _world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("clockwork"))
    yield made
    made.courier.close()
    forget_launcher(made.root)
    keep_time_by(system_time)


@pytest.fixture
def world(_world: World) -> Iterator[World]:
    """One sandbox's insides for all tests: they choose names of their own, and their alarms end with them."""
    yield _world
    cloudwatch = _world.client("cloudwatch")
    while composite := cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]:
        for alarm in composite:
            if not cloudwatch.describe_alarms(ParentsOfAlarmName=alarm["AlarmName"])["CompositeAlarms"]:
                cloudwatch.delete_alarms(AlarmNames=[alarm["AlarmName"]])
    while alarms := cloudwatch.describe_alarms()["MetricAlarms"]:
        cloudwatch.delete_alarms(AlarmNames=[alarm["AlarmName"] for alarm in alarms])
