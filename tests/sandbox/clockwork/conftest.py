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
from slipway.sandbox.clockwork.schedules.planned import Planned
from slipway.sandbox.clockwork.schedules.rules import ScheduledRules
from slipway.sandbox.clockwork.schedules.schedules import Schedules
from slipway.sandbox.clockwork.timeline import Timeline
from slipway.sandbox.gateway.app import Gateway
from slipway.sandbox.gateway.clients import AwsClients
from slipway.sandbox.gateway.http import Answer, Request
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

    from slipway.sandbox.gateway.sigv4 import Claim

SCOPE = Scope("123456789012", "us-east-1")


@dataclass
class World:
    """One account and region of a sandbox without a socket."""

    root: Path
    scope: Scope = SCOPE
    names: Iterator[int] = field(default_factory=lambda: iter(range(10**6)))

    def __post_init__(self) -> None:
        self.clock = Clock()
        self.pipelines = Pipelines()
        self.moto = Moto(QuietLock(), load_state=lambda: None, keep=lambda: None)
        self.store = Store(self.root / "store.sqlite")
        self.gateway = Gateway(
            secret="secret",
            region=self.scope.region,
            issued=lambda _key: None,
            own={"sagemaker": self.pipelines},
            rest=self.moto,
            health=lambda: b"",
            clock=system_clock,
        )

        self.contexts: dict[Scope, Context] = {}
        keep_time_by(self.clock)
        self.courier = Courier(self.context, pause=lambda _: False)
        install(self.courier, Functions(self.context))
        self.alarms = Alarms(self.context, self.clock, record_action)
        self.rules = Planned(ScheduledRules(self.context, self.courier), self.clock)
        self.schedules = Planned(Schedules(self.context, self.courier), self.clock)
        self.timeline = Timeline(self.clock, [self.rules, self.schedules, self.alarms])

    def context(self, scope: Scope = SCOPE) -> Context:
        if scope not in self.contexts:
            clients = AwsClients("http://127.0.0.1:1", scope.account, scope.region, "secret", self.gateway.handle)
            self.contexts[scope] = Context(scope, self.store, clients, self.root, self.root, self.clock)
        return self.contexts[scope]

    def notice_alarms(self) -> None:
        self.alarms.notice(self.scope)

    def notice_schedules(self) -> None:
        self.rules.notice(self.scope)
        self.schedules.notice(self.scope)
        self.timeline.look()

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

    def waited_for(self, queue: str, count: int) -> list[Any]:
        """Return the bodies of a queue's messages, once there are so many."""
        found: list[Any] = []

        def enough() -> bool:
            found.extend(self.received(queue))
            return len(found) >= count

        self.until(enough, f"{count} message(s)")
        return found


class Pipelines:
    """A SageMaker that only takes StartPipelineExecution, and remembers it."""

    def __init__(self) -> None:
        self.started: list[dict[str, Any]] = []

    def answer(self, request: Request, _claim: Claim, _account: str) -> Answer:
        """Answer as SageMaker does."""
        assert request.header("x-amz-target") == "SageMaker.StartPipelineExecution"
        self.started.append(json.loads(request.body))
        body = b'{"PipelineExecutionArn": "arn:aws:sagemaker:us-east-1:123456789012:pipeline/p/execution/abcdefghijkl"}'
        return Answer(200, [("Content-Type", "application/x-amz-json-1.1")], body)


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
