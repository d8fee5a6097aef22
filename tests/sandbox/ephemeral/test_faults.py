"""What goes wrong on purpose: AWS refuses, has no capacity, goes away, or somebody kills what runs. It ends clean."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import zipfile
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.sandbox.conftest import control
from tests.sandbox.ephemeral.conftest import SMALL

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.sandbox.ephemeral.conftest import Project

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SERVING = """
image = f"{settings.stack.account}.dkr.ecr.{settings.stack.region}.amazonaws.com/slipway-test/serving:1"
role = f"arn:aws:iam::{settings.stack.account}:role/serving"
container = {"image": image, "model_data_url": pulumi.Output.concat("s3://", lake.bucket, "/model.tar.gz")}
model = aws.sagemaker.Model("model", execution_role_arn=role, primary_container=container, opts=ours)
variant = {
    "variant_name": "main", "model_name": model.name, "instance_type": "ml.m5.large", "initial_instance_count": 1,
}
shape = aws.sagemaker.EndpointConfiguration("shape", production_variants=[variant], opts=ours)
aws.sagemaker.Endpoint("endpoint", name=names.endpoint, endpoint_config_name=shape.name, opts=ours)
"""


def test_what_aws_refuses_for_a_while_goes_and_what_it_refuses_for_good_is_told_with_its_command(
    project: Project,
) -> None:
    project.good("up", "--pr", "42")
    (lake,) = project.buckets()
    project.client("s3").put_object(Bucket=lake, Key="model.tar.gz", Body=b"no archive")
    project.client("sqs").create_queue(QueueName="slipway-pr-42")
    project.fault("add", "delay", "s3:GetObject", "--seconds", "8", "--resource", f"{lake}/model.tar.gz")
    deploy(project, "slipway-pr-42", lake)  # AWS refuses to delete an endpoint that is being changed
    assert project.client("sagemaker").describe_endpoint(EndpointName="slipway-pr-42")["EndpointStatus"] == "Creating"
    project.fault("add", "throttle", "s3:*", "--times", "2")
    project.fault("add", "refuse", "s3:DeleteBucket", "--code", "BucketNotEmpty", "--status", "409", "--times", "1")
    project.fault("add", "refuse", "iam:DeleteRole", "--code", "DeleteConflict", "--status", "409", "--times", "1")
    project.fault("add", "refuse", "sqs:DeleteQueue", "--code", "AccessDenied", "--status", "403")
    left = project.run("down", "--pr", "42", "--patience", "5m")
    assert left.returncode == 4, left.stdout + left.stderr
    assert "destroy did not end well, once more in 1 s" in left.stdout
    assert "destroyed 4 resources of AWS" in left.stdout
    assert "stack pr-42 is not gone: 1 things are left" in left.stderr
    assert "(AccessDenied)" in left.stderr
    assert "aws sqs delete-queue --queue-url http" in left.stderr
    assert project.client("sagemaker").list_endpoints()["Endpoints"] == []
    (stack,) = project.stacks()
    assert stack["resources"] == 0
    project.fault("clear")
    assert "stack pr-42 is gone: 0 resources of AWS destroyed" in project.good("down", "--pr", "42")


def deploy(project: Project, name: str, bucket: str) -> None:
    """Create an endpoint by hand, as somebody who tries something in a test stack does."""
    sagemaker = project.client("sagemaker")
    image = f"{project.account}.dkr.ecr.us-east-1.amazonaws.com/slipway-test/serving:1"
    container = {"Image": image, "ModelDataUrl": f"s3://{bucket}/model.tar.gz"}
    role = f"arn:aws:iam::{project.account}:role/serving"
    sagemaker.create_model(ModelName=name, ExecutionRoleArn=role, PrimaryContainer=container)
    variant = {"VariantName": "main", "ModelName": name, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)


def test_a_stack_that_could_not_be_made_stays_for_two_hours_with_a_post_mortem(project: Project) -> None:
    (project.folder / "__main__.py").write_text(SMALL + SERVING, encoding="utf-8")
    project.fault("add", "capacity", "sagemaker:CreateEndpoint")
    failed = project.run("up", "--pr", "42", "--commit", "3" * 40)
    assert failed.returncode == 1
    assert "stack pr-42 could not be made" in failed.stderr
    assert "InsufficientInstanceCapacity" in failed.stderr
    (stack,) = project.stacks()
    left = datetime.fromisoformat(stack["expires"]) - datetime.now(UTC)
    assert timedelta(hours=1, minutes=55) < left <= timedelta(hours=2)
    assert stack["status"] == "failed"
    file = project.folder / ".slipway" / "ephemeral" / "slipway-pr-42-post-mortem.zip"
    assert str(file) in failed.stderr
    with zipfile.ZipFile(file) as archive:
        names = set(archive.namelist())
        assert {"summary.txt", "state.json", "slipway-pr-42-up.events.jsonl", "slipway-pr-42-up.log"} <= names
        assert "logs/aws/sagemaker/Endpoints/slipway-pr-42.log" in names
        assert "commit " + "3" * 40 in archive.read("summary.txt").decode()
        kinds = {resource["type"] for resource in json.loads(archive.read("state.json"))["resources"]}
        assert "aws:sagemaker/model:Model" in kinds
    assert (
        project.pulumi("stack", "tag", "set", "slipway:expires", "2026-01-01T00:00:00+00:00", "-s", "pr-42").returncode
        == 0
    )
    assert "reap: 1 gone" in project.good("reap")


def test_killed_at_any_step_the_next_down_says_whose_lease_it_broke_and_ends_clean(
    project: Project, tmp_path: Path
) -> None:
    logs = tmp_path / "logs"
    lease = project.state / "pulumi" / ".slipway" / "leases" / "slipway" / "pr-42.json"
    kill(project, "up", logs, when=lambda _: lease.exists())
    nothing = project.good("down", "--pr", "42")
    assert "there was nothing in it" in nothing or "nothing to end" in nothing
    kill(project, "up", logs, when=lambda _: events(logs, "slipway-pr-42-up") > 6)
    kill(project, "down", logs, when=lambda said: lease.exists() and "broke" in said)
    project.fault("add", "delay", "iam:DeleteRole", "--seconds", "3", "--times", "1")
    kill(project, "down", logs, when=lambda _: events(logs, "slipway-pr-42-destroy-1") > 4)
    (logs / "slipway-pr-42-destroy-1.events.jsonl").unlink()
    after = kill(project, "down", logs, when=lambda said: "destroyed" in said)
    assert "broke the lease of stack pr-42 (`down` since" in after
    assert "on this machine, is gone" in after
    assert "waiting for the engine that still works on stack pr-42" in after
    ended = project.good("down", "--pr", "42")
    assert "is gone" in ended or "nothing to end" in ended
    assert project.client("iam").list_roles()["Roles"] == []
    assert project.client("logs").describe_log_groups()["logGroups"] == []


def events(logs: Path, label: str) -> int:
    file = logs / f"{label}.events.jsonl"
    return file.read_bytes().count(b"\n") if file.exists() else 0


def start(project: Project, word: str, logs: Path) -> tuple[subprocess.Popen[str], Path]:
    out = logs.parent / f"{word}-{time.monotonic_ns()}.out"
    with out.open("w", encoding="utf-8") as file:
        running = subprocess.Popen(
            project.command(word, "--pr", "42", "--logs", str(logs)),
            cwd=project.folder,
            env=project.variables(),
            stdout=file,
            stderr=subprocess.STDOUT,
            text=True,
        )
    return running, out


def wait_for(running: subprocess.Popen[str], out: Path, when: Callable[[str], bool]) -> None:
    until = time.monotonic() + 60
    while running.poll() is None and time.monotonic() < until and not when(out.read_text(encoding="utf-8")):
        time.sleep(0.005)


def kill(project: Project, word: str, logs: Path, *, when: Callable[[str], bool]) -> str:
    """Start a command and kill it, and it alone, at a moment; an engine that it started lives on. Return its words."""
    running, out = start(project, word, logs)
    wait_for(running, out, when)
    if running.poll() is None:
        os.kill(running.pid, signal.SIGKILL)
    running.wait()
    return out.read_text(encoding="utf-8")


def test_a_network_that_drops_and_comes_back_costs_a_second_down_at_most(project: Project, tmp_path: Path) -> None:
    project.good("up", "--pr", "42")
    logs = tmp_path / "logs"
    running, out = start(project, "down", logs)
    wait_for(running, out, lambda _: events(logs, "slipway-pr-42-destroy-1") > 4)
    assert control("down", state=project.state).returncode == 0
    words = ("up", "--json", "--port", str(project.port), "--project", str(project.folder))
    assert control(*words, state=project.state).returncode == 0
    running.wait(timeout=120)
    ended = project.good("down", "--pr", "42")
    assert "stack pr-42 is gone" in ended or "nothing to end" in ended
    assert project.client("iam").list_roles()["Roles"] == []
