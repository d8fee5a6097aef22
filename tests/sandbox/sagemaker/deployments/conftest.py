"""SageMaker's service in this process, over a clock that a test sets forward; every state of an endpoint is kept."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from slipway.sandbox.gateway.app import Gateway
from slipway.sandbox.gateway.clients import AwsClients
from slipway.sandbox.moto_adapter.mount import Moto
from slipway.sandbox.moto_adapter.quiet import QuietLock
from slipway.sandbox.sagemaker import lifecycle, protocol
from slipway.sandbox.sagemaker.context import Context, Scope, system_clock
from slipway.sandbox.sagemaker.endpoints.operations import describe_endpoint
from slipway.sandbox.sagemaker.endpoints.record import KIND, RELEASE_KIND
from slipway.sandbox.sagemaker.front import SageMaker
from slipway.sandbox.sagemaker.rules import problems
from slipway.sandbox.sagemaker.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SCOPE = Scope("123456789012", "us-east-1")
SERVICES = (
    "sagemaker",
    "sagemaker-runtime",
    "s3",
    "logs",
    "cloudwatch",
    "sqs",
    "events",
    "application-autoscaling",
)


@dataclass
class Clock:
    """The real time, and what a test added to it."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def forward(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


class Seen(Store):
    """A store that keeps what DescribeEndpoint would have answered after each change, as it goes over the wire."""

    def __init__(self, path: Path, states: list[dict[str, Any]], context: Callable[[Scope], Context]) -> None:
        super().__init__(path)
        self._states = states
        self._context_of = context

    def create(self, scope: Scope, kind: str, name: str, record: dict[str, Any]) -> bool:
        made = super().create(scope, kind, name, record)
        self._look(scope, kind, name)
        return made

    def put(self, scope: Scope, kind: str, name: str, record: dict[str, Any]) -> None:
        super().put(scope, kind, name, record)
        self._look(scope, kind, name)

    def _look(self, scope: Scope, kind: str, name: str) -> None:
        if kind == KIND:
            answer = describe_endpoint({"EndpointName": name}, self._context_of(scope))
            self._states.append(json.loads(protocol.serialise("DescribeEndpoint", answer)))


@dataclass
class Inside:
    """A world whose clients need no socket."""

    root: Path
    world: Any
    clock: Clock = field(default_factory=Clock)
    states: list[dict[str, Any]] = field(default_factory=list)
    _clients: dict[Scope, AwsClients] = field(default_factory=dict)

    def start(self) -> None:
        """Take up what the folder has."""
        self.store = Seen(self.root / "store.sqlite", self.states, self.context)
        self.service = SageMaker(self.context)
        moto = Moto(QuietLock(), load_state=lambda: None, keep=lambda: None)
        self.gateway = Gateway(
            secret="secret",
            region=SCOPE.region,
            issued=lambda _key: None,
            own={"sagemaker": self.service},
            rest=moto,
            health=lambda: b"",
            clock=system_clock,
        )
        self._clients.clear()
        for service in SERVICES:
            self.world._clients[service] = self.context(SCOPE).aws.client(service)
        recovering = threading.Thread(target=lifecycle.recover, args=(self.context,), name="recover")
        recovering.start()
        recovering.join()
        self.service.open()

    def context(self, scope: Scope) -> Context:
        if scope not in self._clients:
            self._clients[scope] = AwsClients(
                "http://127.0.0.1:1", scope.account, scope.region, "secret", self.gateway.handle
            )
        state = self.root / "state"
        return Context(scope, self.store, self._clients[scope], state, self.world.project, self.clock)

    def stop(self, endpoint: str = "", written: dict[str, dict[str, Any]] | None = None) -> None:
        """End what runs; leave on disk what was `written` of an endpoint at an earlier moment, as a kill would."""
        lifecycle.shutdown()
        for kind, record in (written or {}).items():
            self.store.put(SCOPE, kind, endpoint, record)
        self.store.close()

    def written(self, endpoint: str) -> dict[str, dict[str, Any]]:
        """Return what is on disk of an endpoint now, by kind."""
        found = {kind: self.store.get(SCOPE, kind, endpoint) for kind in (KIND, RELEASE_KIND)}
        return {kind: record for kind, record in found.items() if record is not None}

    def path_of(self, endpoint: str) -> list[tuple[str, str, str]]:
        """Return (EndpointStatus, EndpointConfigName, message of the pending variant) without repetitions, in order."""
        found: list[tuple[str, str, str]] = []
        for state in self.states:
            if state["EndpointName"] != endpoint:
                continue
            variants = state.get("PendingDeploymentSummary", {}).get("ProductionVariants", [{}])
            status = variants[0].get("VariantStatus", [{"Status": "", "StatusMessage": ""}])[0]
            step = (state["EndpointStatus"], state["EndpointConfigName"], status["Status"])
            if not found or found[-1] != step:
                found.append(step)
        return found

    def alarm(self) -> str:
        """Create an alarm that does not ring."""
        name: str = self.world.name("alarm")
        self.world.client("cloudwatch").put_metric_alarm(
            AlarmName=name,
            Namespace="AWS/SageMaker",
            MetricName="Invocation5XXErrors",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
        )
        return name

    def ring(self, alarm: str) -> None:
        self.world.client("cloudwatch").set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="a test")

    def describe(self, endpoint: str) -> dict[str, Any]:
        found: dict[str, Any] = self.world.sagemaker.describe_endpoint(EndpointName=endpoint)
        return found

    def update(self, endpoint: str, config: str, **params: Any) -> None:
        self.world.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=config, **params)

    def until_stage(self, endpoint: str, status: str, share: float = 1.0) -> dict[str, Any]:
        """Wait until the pending variant is at a stage with so much of its capacity; return its summary."""

        def look() -> dict[str, Any] | None:
            summary = self.describe(endpoint).get("PendingDeploymentSummary")
            if summary is None:
                return None
            variant: dict[str, Any] = summary["ProductionVariants"][0]
            part = variant["CurrentInstanceCount"] / variant["DesiredInstanceCount"]
            return variant if (variant["VariantStatus"][0]["Status"], part) == (status, share) else None

        found: dict[str, Any] = self.world.until(look, f"{endpoint} at {status} with {share}")
        return found


@pytest.fixture(scope="module")
def _inside(tmp_path_factory: pytest.TempPathFactory, world_of: Callable[[Path], Any]) -> Iterator[Inside]:
    root = tmp_path_factory.mktemp("inside")
    (root / "state").mkdir()
    made = Inside(root, world_of(root))
    made.start()
    made.world.client("s3").create_bucket(Bucket=made.world.bucket)
    yield made
    made.stop()
    assert made.world.processes() == []


@pytest.fixture
def inside(_inside: Inside) -> Iterator[Inside]:
    """Give the one service of the module; whatever DescribeEndpoint would have answered meanwhile fits its shape."""
    _inside.states.clear()
    yield _inside
    shape = protocol.operation_model("DescribeEndpoint").output_shape
    assert shape is not None
    broken = {problem for state in _inside.states for problem in problems(shape, state)}
    assert broken == set()
