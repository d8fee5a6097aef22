"""Steps that fail are tried again by their policies; AWS and the waiting are doubles, nothing here takes time."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from slipway.sandbox.sagemaker.context import Context, Scope
from slipway.sandbox.sagemaker.pipelines.execution import ExecutionRun
from slipway.sandbox.sagemaker.pipelines.record import KIND
from slipway.sandbox.sagemaker.store import Store

if TYPE_CHECKING:
    from pathlib import Path

SCOPE = Scope("123456789012", "us-east-1")
ARN = SCOPE.arn("pipeline/p/execution/abcdefghijkl")


class Answering:
    """A boto3 client whose CreateModel fails some times before it works, and whose every other call works."""

    def __init__(self, codes: list[str]) -> None:
        self._codes = list(codes)
        self.meta = self
        self.method_to_api_mapping = {"create_model": "CreateModel", "describe_model": "DescribeModel"}
        self.created: list[str] = []

    def create_model(self, **params: str) -> dict[str, Any]:
        self.created.append(params["ModelName"])
        if self._codes:
            answer: Any = {
                "Error": {"Code": self._codes.pop(0), "Message": "not now"},
                "ResponseMetadata": {"HTTPStatusCode": 400},
            }
            raise ClientError(answer, "CreateModel")
        return {"ModelArn": "arn:model"}

    def describe_model(self, **params: str) -> dict[str, Any]:
        return {"ModelName": params["ModelName"]}

    def put_events(self, **_: Any) -> None:
        return


class Clients:
    """The same client for every service."""

    def __init__(self, client: Answering) -> None:
        self._client = client

    def client(self, _: str) -> Answering:
        return self._client


class Waiting:
    """A clock that only waiting moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.pauses: list[float] = []

    def clock(self) -> datetime:
        return self.now

    def pause(self, seconds: float) -> bool:
        self.pauses.append(seconds)
        self.now += timedelta(seconds=seconds)
        return False


def executed(
    tmp_path: Path, client: Answering, waiting: Waiting, *, status: str = "Executing", **step: Any
) -> dict[str, Any]:
    """Run an execution of one Model step and return its record."""
    store = Store(tmp_path / "store.sqlite")
    aws: Any = Clients(client)
    context = Context(SCOPE, store, aws, tmp_path, tmp_path, waiting.clock)
    document = {"Version": "2020-12-01", "Steps": [{"Name": "m", "Type": "Model", "Arguments": {}, **step}]}
    record = {
        "PipelineExecutionArn": ARN,
        "PipelineArn": SCOPE.arn("pipeline/p"),
        "PipelineName": "p",
        "PipelineExecutionStatus": status,
        "PipelineDefinition": json.dumps(document),
        "PipelineParameters": [],
        "RoleArn": "arn:role",
        "CreationTime": context.now(),
        "Steps": {},
    }
    store.put(SCOPE, KIND, ARN, record)
    run = ExecutionRun(context, record, waiting.pause)
    run.start()
    assert run.ended.wait(20)
    ended = store.get(SCOPE, KIND, ARN)
    store.close()
    assert ended is not None
    return ended


def test_throttling_is_tried_again_with_growing_pauses_and_a_new_name(tmp_path: Path) -> None:
    client, waiting = Answering(["ThrottlingException", "ThrottlingException"]), Waiting()
    ended = executed(tmp_path, client, waiting)
    assert ended["PipelineExecutionStatus"] == "Succeeded"
    assert (ended["Steps"]["m"]["AttemptCount"], waiting.pauses) == (3, [1.0, 2.0])
    assert len(set(client.created)) == 3


def test_after_the_last_attempt_the_step_fails_with_the_last_reason(tmp_path: Path) -> None:
    waiting = Waiting()
    policy = {"ExceptionType": ["Step.THROTTLING"], "IntervalSeconds": 3, "BackoffRate": 1, "MaxAttempts": 2}
    ended = executed(tmp_path, Answering(["ThrottlingException"] * 9), waiting, RetryPolicies=[policy])
    step = ended["Steps"]["m"]
    assert (ended["PipelineExecutionStatus"], step["StepStatus"], step["AttemptCount"]) == ("Failed", "Failed", 3)
    assert "not now" in step["FailureReason"]
    assert waiting.pauses == [3.0, 3.0]


def test_a_policy_ends_by_the_clock(tmp_path: Path) -> None:
    waiting = Waiting()
    policy = {
        "ExceptionType": ["SageMaker.RESOURCE_LIMIT"],
        "IntervalSeconds": 25,
        "BackoffRate": 1,
        "ExpireAfterMin": 1,
    }
    executed(tmp_path, Answering(["ResourceLimitExceeded"] * 9), waiting, RetryPolicies=[policy])
    assert waiting.pauses == [25.0, 25.0]


def test_a_mistake_of_the_caller_is_not_tried_again(tmp_path: Path) -> None:
    waiting = Waiting()
    ended = executed(tmp_path, Answering(["ValidationException"]), waiting)
    assert (ended["Steps"]["m"]["AttemptCount"], waiting.pauses) == (1, [])


def test_a_stop_that_came_before_the_run_began_is_heeded(tmp_path: Path) -> None:
    client = Answering([])
    ended = executed(tmp_path, client, Waiting(), status="Stopping")
    assert (ended["PipelineExecutionStatus"], ended["Steps"], client.created) == ("Stopped", {}, [])
