"""Leftovers of every kind: found by an inventory, swept, and never taken for those of another stack."""

from __future__ import annotations

import json
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from slipway.ephemeral import sweep
from slipway.ephemeral.account import Account
from slipway.ephemeral.clock import Clock
from slipway.ephemeral.inventory import taking
from slipway.ephemeral.inventory.owner import Owner
from tests.sandbox.conftest import control
from tests.sandbox.ephemeral.planting import IMAGE, PLANTS, ROLE, RUNS, Planter

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ACCOUNT = "777788889999"
ELSEWHERE = {"pipeline executions", "models of pipelines", "others with its tags"}
"""Kinds that have a test of their own."""
FAILING = ("CreateEndpoint", "CreateTrainingJob", "CreateProcessingJob", "CreateTransformJob")


@pytest.fixture
def account(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> Account:
    """Give an account of its own."""
    for name, value in {**sandbox.environment, "AWS_ACCESS_KEY_ID": ACCOUNT}.items():
        monkeypatch.setenv(name, value)
    return Account("us-east-1")


@pytest.fixture
def no_capacity(sandbox: Any) -> Iterator[None]:
    """Let no job and no endpoint find instances: they fail at once, and no process is started."""
    for operation in FAILING:
        assert control("fault", "add", "capacity", f"sagemaker:{operation}", state=sandbox.state).returncode == 0
    yield
    assert control("fault", "clear", state=sandbox.state).returncode == 0


def owner(stack: str) -> Owner:
    return Owner(project="slipway", stack=stack, account=ACCOUNT, region="us-east-1")


def counted(account: Account, stack: str) -> Counter[str]:
    """Count what a stack has by kind, what AWS keeps included."""
    found = taking.take(account, owner(stack))
    assert found.unseen == {}
    return Counter(thing.kind for thing in (*found.left, *found.kept))


@pytest.mark.usefixtures("no_capacity")
def test_leftovers_of_every_kind_are_found_and_swept_and_those_of_a_longer_number_stay(account: Account) -> None:
    planted = {kind for kinds in PLANTS for kind in kinds}
    assert planted | ELSEWHERE == {kind.name for kind in taking.ALL}, "a new kind needs a plant"
    for stack in ("pr-4", "pr-42"):
        Planter(account, stack).all()
    assert set(counted(account, "pr-4")) == planted
    others = counted(account, "pr-42")
    assert others == counted(account, "pr-4")

    said: list[str] = []
    clock = Clock()
    found, reasons = sweep.sweep(account, owner("pr-4"), clock, until=clock.now() + 30, tell=said.append)
    assert ([(thing.kind, thing.name) for thing in found.left], reasons) == ([], {})
    assert found.proves
    assert {thing.kind for thing in found.kept} == {"keys", "transform jobs"}
    assert counted(account, "pr-42") == others
    assert set(counted(account, "pr-4")) == {"keys", "transform jobs"}

    sweep.sweep(account, owner("pr-42"), clock, until=clock.now() + 30, tell=said.append)
    assert set(counted(account, "pr-42")) == {"keys", "transform jobs"}


def test_what_nobody_here_knows_is_told_by_its_tags_and_left_to_a_person(account: Account) -> None:
    for stack in ("pr-5", "pr-55"):
        tags = {"project": "slipway", "stack": stack}
        account.client("dynamodb").create_table(
            TableName=f"table-{stack}",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )
    clock = Clock()
    found, _ = sweep.sweep(account, owner("pr-5"), clock, until=clock.now(), tell=print)
    (thing,) = found.left
    assert thing.name == f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/table-pr-5"
    assert not found.proves
    for stack in ("pr-5", "pr-55"):
        account.client("dynamodb").delete_table(TableName=f"table-{stack}")


def test_a_bucket_that_was_made_and_never_tagged_is_known_by_the_state(account: Account) -> None:
    account.client("s3").create_bucket(Bucket="lake-raw-0a1b2c3")
    known = Owner(
        project="slipway",
        stack="pr-6",
        account=ACCOUNT,
        region="us-east-1",
        buckets=frozenset({"lake-raw-0a1b2c3"}),
    )
    assert taking.take(account, owner("pr-6")).left == ()
    clock = Clock()
    found, _ = sweep.sweep(account, known, clock, until=clock.now() + 10, tell=print)
    assert found.proves
    names = [bucket["Name"] for bucket in account.client("s3").list_buckets()["Buckets"]]
    assert "lake-raw-0a1b2c3" not in names


def test_every_leftover_that_can_go_comes_with_the_command_that_removes_it(account: Account) -> None:
    planter = Planter(account, "pr-7")
    for plant in (Planter.model, Planter.dashboard, Planter.repository, Planter.queue):
        plant(planter)
    commands = {thing.command.rpartition(" ")[0] for thing in taking.take(account, owner("pr-7")).left}
    assert commands == {
        "aws sagemaker delete-model --model-name",
        "aws cloudwatch delete-dashboards --dashboard-names",
        "aws ecr delete-repository --repository-name slipway-pr-7/training",
        "aws sqs delete-queue --queue-url",
    }
    clock = Clock()
    sweep.sweep(account, owner("pr-7"), clock, until=clock.now() + 10, tell=print)


SLEEP = "import time; print('ready', flush=True); time.sleep(600)"


def test_what_a_pipeline_runs_is_stopped_and_its_jobs_models_and_logs_go_with_it(account: Account) -> None:
    planter = Planter(account, "pr-8")
    planter.bucket()
    s3, sagemaker = account.client("s3"), account.client("sagemaker")
    s3.put_object(Bucket="slipway-pr-8-data", Key="sleep/main.py", Body=SLEEP.encode())
    source = {"S3DataType": "S3Prefix", "S3Uri": "s3://slipway-pr-8-data/sleep/main.py"}
    sleeping = {
        "RoleArn": ROLE,
        "AlgorithmSpecification": {
            "TrainingImage": IMAGE,
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["python", "/opt/ml/input/data/script/main.py"],
        },
        "InputDataConfig": [{"ChannelName": "script", "DataSource": {"S3DataSource": source}}],
        "OutputDataConfig": {"S3OutputPath": "s3://slipway-pr-8-data/models/"},
        **RUNS,
    }
    made = {"ExecutionRoleArn": ROLE, "PrimaryContainer": {"Image": IMAGE}}
    steps = [
        {"Name": "train", "Type": "Training", "Arguments": sleeping},
        {"Name": "model", "Type": "Model", "Arguments": made},
    ]
    definition = json.dumps({"Version": "2020-12-01", "Steps": steps})
    words = {"PipelineName": planter.base, "RoleArn": ROLE, "Tags": planter.pairs}
    sagemaker.create_pipeline(PipelineDefinition=definition, ClientRequestToken="t" * 32, **words)
    sagemaker.start_pipeline_execution(PipelineName=planter.base, ClientRequestToken="u" * 32)
    kinds = {
        "pipeline executions",
        "training jobs",
        "models of pipelines",
        "log streams of jobs",
        "pipelines",
        "buckets",
    }
    until = time.monotonic() + 60
    while set(counted(account, "pr-8")) != kinds:
        assert time.monotonic() < until, counted(account, "pr-8")
        time.sleep(0.1)

    clock = Clock()
    before = [kind for kind in taking.ALL if kind.before]
    found, reasons = sweep.sweep(account, owner("pr-8"), clock, until=clock.now() + 60, tell=print, kinds=before)
    assert (found.left, reasons) == ((), {})
    assert set(counted(account, "pr-8")) == {"pipelines", "buckets"}
    found, _ = sweep.sweep(account, owner("pr-8"), clock, until=clock.now() + 60, tell=print)
    assert found.proves
