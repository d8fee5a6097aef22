"""A sandbox of one's own over this project, with a model that its training code makes and its serving code serves."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from slipway.demo import flights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROJECT = Path(__file__).resolve().parent.parent
ACCOUNT, REGION, BUCKET = "123456789012", "us-east-1", "bench"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/bench"
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/slipway-dev/{{}}:1"
TRAINED_ON, JUDGED_ON = (1, 2), 3
"""Months of 2013."""
# the training process tells its own wall time, from a shell around it
TIMED = (
    "t0=$(date +%s%N); python -m training train; code=$?; t1=$(date +%s%N); "
    'echo "wall_microseconds=$(((t1 - t0) / 1000))"; exit $code'
)


@dataclass
class Served:
    """A running sandbox and what was made in it."""

    state: Path
    endpoint: str
    secret: str
    model_data: str = ""
    rows: bytes = b""
    """A request's body: the flights that the model carries as examples."""
    row_count: int = 0
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """Return a client that asks once."""
        if service not in self._clients:
            self._clients[service] = boto3.Session().client(
                service,  # type: ignore[call-overload]
                region_name=REGION,
                endpoint_url=self.endpoint,
                aws_access_key_id=ACCOUNT,
                aws_secret_access_key=self.secret,
                config=Config(retries={"total_max_attempts": 1}, inject_host_prefix=False, max_pool_connections=20),
            )
        return self._clients[service]

    def land(self, folder: Path) -> None:
        """Put the months' flights into the bucket."""
        flights.write(folder, (*TRAINED_ON, JUDGED_ON))
        self.client("s3").create_bucket(Bucket=BUCKET)
        for month in (*TRAINED_ON, JUDGED_ON):
            part = "validation" if month == JUDGED_ON else "train"
            path = folder / f"curated/flights/{flights.YEAR}/{month:02}/flights.parquet"
            self.client("s3").upload_file(str(path), BUCKET, f"{part}/{month:02}.parquet")

    def train(self, name: str) -> tuple[float, float]:
        """Run a training job; return seconds from its creation until it is seen Completed, and of its process."""
        sagemaker = self.client("sagemaker")
        channels = [
            {
                "ChannelName": part,
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/{part}/"}},
            }
            for part in ("train", "validation")
        ]
        started = time.monotonic()
        sagemaker.create_training_job(
            TrainingJobName=name,
            RoleArn=ROLE,
            AlgorithmSpecification={
                "TrainingImage": IMAGE.format("training"),
                "TrainingInputMode": "File",
                "ContainerEntrypoint": ["/bin/sh", "-c"],
                "ContainerArguments": [TIMED],
                "MetricDefinitions": [{"Name": "wall", "Regex": "wall_microseconds=([0-9]+)"}],
            },
            InputDataConfig=channels,
            OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/models/"},
            ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
            StoppingCondition={"MaxRuntimeInSeconds": 600},
        )
        job = until(
            lambda: sagemaker.describe_training_job(TrainingJobName=name),
            lambda found: found["TrainingJobStatus"] in {"Completed", "Failed"},
        )
        took = time.monotonic() - started
        if job["TrainingJobStatus"] != "Completed":
            raise SystemExit(f"the training job failed: {job['FailureReason']}")
        self.model_data = job["ModelArtifacts"]["S3ModelArtifacts"]
        return took, job["FinalMetricDataList"][0]["Value"] / 1e6

    def examples(self, folder: Path) -> None:
        """Take a request's rows from the examples that the model carries."""
        bucket, _, key = self.model_data.removeprefix("s3://").partition("/")
        archive = folder / "model.tar.gz"
        self.client("s3").download_file(bucket, key, str(archive))
        subprocess.run(["tar", "-xzf", archive, "-C", folder], check=True)
        rows = json.loads((folder / "manifest.json").read_text())["examples"]
        self.rows, self.row_count = json.dumps({"instances": rows}).encode(), len(rows)

    def config(self, name: str, variant: str = "AllTraffic") -> str:
        """Make a model and an endpoint configuration of the trained artifact."""
        sagemaker = self.client("sagemaker")
        container = {"Image": IMAGE.format("serving"), "ModelDataUrl": self.model_data}
        sagemaker.create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer=container)
        described = {"VariantName": variant, "ModelName": name, "InstanceType": "ml.m5.large"}
        sagemaker.create_endpoint_config(
            EndpointConfigName=name, ProductionVariants=[{**described, "InitialInstanceCount": 1}]
        )
        return name

    def settled(self, endpoint: str, config: str) -> None:
        """Wait until an endpoint is in service with a configuration."""
        found = until(
            lambda: self.client("sagemaker").describe_endpoint(EndpointName=endpoint),
            lambda described: described["EndpointStatus"] in {"InService", "Failed"},
        )
        if (found["EndpointStatus"], found["EndpointConfigName"]) != ("InService", config):
            raise SystemExit(f"{endpoint} is {found['EndpointStatus']}: {found.get('FailureReason')}")

    def processes(self) -> int:
        """Count the containers that live, found by the mark in their environment."""
        mark = f"SLIPWAY_SANDBOX_STATE={self.state}".encode()
        return sum(mark in _environment(entry) for entry in Path("/proc").glob("[0-9]*"))


def _environment(entry: Path) -> list[bytes]:
    try:
        return (entry / "environ").read_bytes().split(b"\0")
    except OSError:
        return []


def until(look: Callable[[], dict[str, Any]], ended: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Look again and again, every 5 ms, until it has ended."""
    deadline = time.monotonic() + 300
    while not ended(found := look()):
        if time.monotonic() > deadline:
            raise SystemExit(f"not within 300 s: {found}")
        time.sleep(0.005)
    return found


def control(word: str, state: Path, *words: str) -> str:
    """Run a word of `python -m slipway.sandbox` and return what it prints."""
    command = [sys.executable, "-m", "slipway.sandbox", word, "--json", "--state", str(state), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@contextmanager
def sandbox() -> Iterator[Served]:
    """Start a sandbox over this project in a folder of its own; end it and remove the folder."""
    with tempfile.TemporaryDirectory(prefix="slipway-bench-") as folder:
        state = Path(folder) / "state"
        running = json.loads(control("up", state, "--port", "0", "--project", str(PROJECT)))
        try:
            secret = json.loads(control("env", state))["AWS_SECRET_ACCESS_KEY"]
            yield Served(state, running["endpoint"], secret)
        finally:
            control("down", state)
