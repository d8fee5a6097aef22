"""A released stack with IAM enforced: from drifted traffic to retraining, inside a network, a shadow beside it."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import boto3
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[3]
ACCOUNTS = {"dev": "123456789012", "staging": "222233334444"}
SANDBOX = [sys.executable, "-m", "slipway.sandbox"]


@dataclass
class Project:
    """A copy of the project beside a running sandbox."""

    folder: Path
    stack: str
    environment: dict[str, str]

    @property
    def account(self) -> str:
        """The stack's account."""
        return ACCOUNTS[self.stack]

    @property
    def name(self) -> str:
        """The name of its endpoint and of its pipeline."""
        return f"slipway-{self.stack}"

    def run(self, *words: str) -> str:
        """Run `python -m ...` with the sandbox's environment; return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=self.folder,
            env={**os.environ, **self.environment, "AWS_ACCESS_KEY_ID": self.account},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def client(self, service: str) -> Any:
        """Return a boto3 client of the sandbox."""
        session = boto3.Session(self.account, self.environment["AWS_SECRET_ACCESS_KEY"], region_name="us-east-1")
        return session.client(cast("Any", service), endpoint_url=self.environment["AWS_ENDPOINT_URL"])


@pytest.fixture
def project(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Project]:
    for folder in ("infra", "training", "serving", "monitoring", "requirements"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("__main__.py", "Pulumi.yaml", ".dockerignore"):
        shutil.copy(ROOT / file, tmp_path / file)
    stack: str = request.param
    file = f"Pulumi.{stack}.yaml"
    content = yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))
    content["config"]["slipway:monitoring"]["drift"] = {
        "schedule": "rate(1 hour)",
        "window_hours": 2,
        "least_rows": 200,
        "ignored_features": ["month"],
        "retrain": True,
    }
    (tmp_path / file).write_text(yaml.safe_dump(content), encoding="utf-8")
    (tmp_path / ".venv").symlink_to(Path(sys.prefix), target_is_directory=True)
    subprocess.run([*SANDBOX, "up", "--port", "0", "--enforce-iam"], cwd=tmp_path, check=True, capture_output=True)
    try:
        told = subprocess.run([*SANDBOX, "env", "--json"], cwd=tmp_path, check=True, capture_output=True)
        yield Project(tmp_path, stack, json.loads(told.stdout))
    finally:
        subprocess.run([*SANDBOX, "down"], cwd=tmp_path, check=True, capture_output=True)


@pytest.mark.parametrize("project", ["dev"], indirect=True)
def test_drifted_traffic_rings_and_trains_again_and_other_traffic_does_not(project: Project) -> None:
    outputs = served(project)
    captures = outputs["lake"]["captures"]

    ask(project, flights(seed=5, rows=600).drop_columns(["arr_delay"]).to_pylist())
    calm = look(project, captures, outputs, looks=1, rows=600)
    assert calm["rows"] == 600
    assert [name for name, one in calm["features"].items() if one["moved"]] == []
    assert state(project, "drift-features") == "OK"
    assert executions(project, project.name) == []

    night = flights(seed=6, rows=900).drop_columns(["arr_delay"]).to_pylist()
    ask(project, [{**row, "dep_hour": 23, "carrier": "XX"} for row in night])
    drifted = look(project, captures, outputs, looks=2, rows=1500)
    assert [name for name, one in drifted["features"].items() if one["moved"]] == ["dep_hour", "carrier"]
    violations = report(project, outputs, "constraint_violations.json")["violations"]
    assert {"dep_hour", "carrier"} <= {one["feature_name"] for one in violations}
    until(lambda: state(project, "drift-features") == "ALARM", "the alarm on features")
    until(lambda: state(project, "drift-prediction") == "ALARM", "the alarm on answers")
    (retraining,) = until(lambda: executions(project, project.name), "the training pipeline to be started")
    assert retraining["PipelineExecutionStatus"] in {"Executing", "Succeeded"}
    # Both alarms ring, and one model is trained.
    project.run("slipway.sandbox", "clock", "--advance", "1m")
    assert len(executions(project, project.name)) == 1


@pytest.mark.parametrize("project", ["staging"], indirect=True)
def test_models_and_jobs_join_the_stacks_network_and_the_next_preview_is_empty(project: Project) -> None:
    outputs = served(project)
    wanted = {
        "SecurityGroupIds": outputs["network"]["security_group_ids"],
        "Subnets": outputs["network"]["subnet_ids"],
    }
    sagemaker = project.client("sagemaker")
    (model,) = sagemaker.list_models()["Models"]
    assert sagemaker.describe_model(ModelName=model["ModelName"])["VpcConfig"] == wanted
    (trained,) = sagemaker.list_training_jobs()["TrainingJobSummaries"]
    assert sagemaker.describe_training_job(TrainingJobName=trained["TrainingJobName"])["VpcConfig"] == wanted
    project.run("slipway.engine", "preview", "-s", project.stack, "--expect-no-changes")

    name = f"{project.name}-drift"
    sagemaker.start_pipeline_execution(PipelineName=name)
    until(lambda: executions(project, name)[0]["PipelineExecutionStatus"] != "Executing", "the look")
    (job,) = sagemaker.list_processing_jobs()["ProcessingJobSummaries"]
    looked = sagemaker.describe_processing_job(ProcessingJobName=job["ProcessingJobName"])
    assert looked["ProcessingJobStatus"] == "Completed", log(project)
    assert looked["NetworkConfig"]["VpcConfig"] == wanted
    assert report(project, outputs, "drift.json")["rows"] == 0


@pytest.mark.parametrize("project", ["dev"], indirect=True)
def test_a_shadow_gets_copies_of_the_requests_and_is_promoted(project: Project) -> None:
    outputs = served(project)
    words = ["-s", project.stack, "--engine", "embedded"]
    up = ("slipway.engine", "up", "--yes", "--skip-preview", "-s", project.stack)
    train(project, outputs, "--hyperparameter=num_iterations=30")
    project.run("slipway", "release", *words, "--shadow", "100")
    project.run(*up)
    assert verdict(project)["verdict"] == "as pinned"

    rows = flights(seed=5, rows=200).drop_columns(["arr_delay"]).to_pylist()
    ask(project, rows)
    until(
        lambda: captured(project, outputs["lake"]["captures"], "endpoints/slipway-dev/shadow/") >= 200, "its captures"
    )
    assert captured(project, outputs["lake"]["captures"], "endpoints/slipway-dev/primary/") >= 200
    project.run("slipway.engine", "preview", "-s", project.stack, "--expect-no-changes")

    # Promoted in one step; what the shadow ran with stays until the release after.
    project.run("slipway", "release", *words)
    project.run(*up)
    assert verdict(project)["verdict"] == "as pinned"
    sagemaker = project.client("sagemaker")
    assert len(sagemaker.list_models()["Models"]) == 2
    names = {one["EndpointConfigName"] for one in sagemaker.list_endpoint_configs()["EndpointConfigs"]}
    assert len([name for name in names if name.startswith("endpoint-shadow-")]) == 1
    assert len(names) == 3
    now = sagemaker.describe_endpoint(EndpointName=project.name)
    assert "ShadowProductionVariants" not in now


def verdict(project: Project) -> dict[str, Any]:
    """Return the verdict on the stack."""
    found: dict[str, Any] = json.loads(
        project.run("slipway", "verdict", "-s", project.stack, "--engine", "embedded", "--json")
    )
    return found


def served(project: Project) -> dict[str, Any]:
    """Bring the stack up, train a model and release it; return the stack's outputs."""
    engine = ("slipway.engine",)
    project.run(*engine, "stack", "init", project.stack)
    up = (*engine, "up", "--yes", "--skip-preview", "-s", project.stack)
    project.run(*up)
    outputs: dict[str, Any] = json.loads(project.run(*engine, "stack", "output", "--json", "-s", project.stack))
    registry = f"{project.account}.dkr.ecr.us-east-1.amazonaws.com/{project.name}"
    project.run(
        "slipway.sandbox", "push", *(f"{registry}/{image}:1" for image in ("training", "serving", "monitoring"))
    )
    curated = outputs["lake"]["curated"]
    for number, part in enumerate(("train", "validation")):
        body = io.BytesIO()
        pq.write_table(flights(seed=number, rows=3000), body)
        project.client("s3").put_object(Bucket=curated, Key=f"flights/{part}/flights.parquet", Body=body.getvalue())
    train(project, outputs, "--hyperparameter=num_iterations=20")
    project.run("slipway", "release", "-s", project.stack, "--engine", "embedded")
    project.run(*up)
    return outputs


def train(project: Project, outputs: dict[str, Any], *words: str) -> None:
    """Train and approve a model."""
    curated = outputs["lake"]["curated"]
    data = [f"--{part}=s3://{curated}/flights/{part}/" for part in ("train", "validation")]
    quick = [*words, "--hyperparameter=min_data_in_leaf=20", "--approve"]
    project.run("slipway", "train", "-s", project.stack, "--engine", "embedded", *data, *quick)


def ask(project: Project, rows: list[dict[str, Any]]) -> None:
    """Ask the endpoint about rows, a hundred at a time."""
    runtime = project.client("sagemaker-runtime")
    for begin in range(0, len(rows), 100):
        body = json.dumps({"instances": rows[begin : begin + 100]})
        runtime.invoke_endpoint(EndpointName=project.name, ContentType="application/json", Body=body)


def look(project: Project, captures: str, outputs: dict[str, Any], *, looks: int, rows: int) -> dict[str, Any]:
    """Wait until so many rows are captured, let an hour go by, and return what the job reports and has published."""
    until(lambda: captured(project, captures) >= rows, f"{rows} rows to be captured")
    project.run("slipway.sandbox", "clock", "--advance", "1h")
    name = f"{project.name}-drift"

    def done() -> bool:
        found = executions(project, name)
        return len(found) >= looks and all(one["PipelineExecutionStatus"] != "Executing" for one in found)

    until(done, f"look {looks}")
    assert {one["PipelineExecutionStatus"] for one in executions(project, name)} == {"Succeeded"}, log(project)
    # The minute in which the metrics came has to end before an alarm sees them.
    project.run("slipway.sandbox", "clock", "--advance", "2m")
    until(lambda: state(project, "drift-features") != "INSUFFICIENT_DATA", "the alarm to be judged")
    return report(project, outputs, "drift.json")


def captured(project: Project, bucket: str, prefix: str = "") -> int:
    """Return how many rows are captured below a prefix."""
    s3, rows = project.client("s3"), 0
    for listed in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", []):
        for line in s3.get_object(Bucket=bucket, Key=listed["Key"])["Body"].iter_lines():
            rows += len(json.loads(json.loads(line)["captureData"]["endpointInput"]["data"])["instances"])
    return rows


def report(project: Project, outputs: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the newest report of a name."""
    s3, artifacts = project.client("s3"), outputs["lake"]["artifacts"]
    listed = s3.list_objects_v2(Bucket=artifacts, Prefix="drift/")["Contents"]
    newest = max((one for one in listed if one["Key"].endswith(name)), key=lambda one: one["LastModified"])
    found: dict[str, Any] = json.load(s3.get_object(Bucket=artifacts, Key=newest["Key"])["Body"])
    return found


def state(project: Project, name: str) -> str:
    """Return the state of the alarm whose name begins so."""
    (alarm,) = project.client("cloudwatch").describe_alarms(AlarmNamePrefix=name)["MetricAlarms"]
    return str(alarm["StateValue"])


def executions(project: Project, pipeline: str) -> list[dict[str, Any]]:
    """Return a pipeline's executions."""
    found: list[dict[str, Any]] = project.client("sagemaker").list_pipeline_executions(PipelineName=pipeline)[
        "PipelineExecutionSummaries"
    ]
    return found


def log(project: Project) -> str:
    """Return what processing jobs wrote, for a test that fails."""
    logs, group = project.client("logs"), "/aws/sagemaker/ProcessingJobs"
    return "\n".join(one["message"] for one in logs.filter_log_events(logGroupName=group)["events"])


def until(holds: Callable[[], Any], what: str, patience: float = 120.0) -> Any:
    """Wait for something that another process does, and return it."""
    deadline = time.monotonic() + patience
    while not (found := holds()):
        assert time.monotonic() < deadline, f"waited {patience:g} s for {what}"
        time.sleep(0.2)
    return found


def flights(seed: int, rows: int) -> pa.Table:
    """Return made-up flights, late ones being predictable to a degree."""
    random = np.random.default_rng(seed)

    def whole(low: int, high: int) -> pa.Array:
        return pa.array(random.integers(low, high, rows), pa.int32())

    hour, rain = random.integers(5, 23, rows), random.exponential(0.1, rows)
    columns = {
        "month": whole(1, 7),
        "weekday": whole(1, 8),
        "dep_hour": pa.array(hour, pa.int32()),
        "dep_minute": whole(0, 60),
        "sched_arr_minute_of_day": whole(0, 1440),
        "carrier": pa.array(random.choice(["AA", "B6", "UA"], rows)),
        "origin": pa.array(random.choice(["EWR", "JFK"], rows)),
        "dest": pa.array(random.choice(["ATL", "BOS", "LAX"], rows)),
        "distance": whole(90, 3000),
        **{name: pa.array(random.normal(50, 15, rows)) for name in ("temp", "dewp", "humid", "wind_dir")},
        "wind_speed": pa.array(random.exponential(9, rows)),
        "precip": pa.array(rain),
        **{name: pa.array(random.exponential(9, rows)) for name in ("pressure", "visib")},
        "plane_year": whole(1980, 2013),
        "plane_seats": whole(20, 400),
        "arr_delay": pa.array(((hour - 14) * 3 + 60 * rain + random.normal(0, 12, rows)).round(), pa.int32()),
    }
    return pa.table(columns)
