"""A sandbox over a tiny project of its own, and the few calls that every test here makes."""

from __future__ import annotations

import io
import json
import socket
import subprocess
import sys
import tarfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ROLE = "arn:aws:iam::123456789012:role/worker"
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/slipway-test/{}:1"

SERVING = """
import http.server, os, pathlib, signal, sys, time
root = pathlib.Path(os.environ.get("SLIPWAY_ML_ROOT", "/opt/ml"))
who = os.environ.get("WHO", "")
print("starting", who, flush=True)
time.sleep(float(os.environ.get("STARTUP", "0")))
if os.environ.get("BROKEN"):
    print("cannot load the model", flush=True)
    sys.exit(7)
model = (root / "model/model.txt").read_text()
extra = root / "additional-model-data-sources/code/code.txt"
code = extra.read_text() if extra.exists() else ""
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self, status, body, kind):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        self.answer(200, b"", "text/plain")
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if body == b"refuse":
            self.answer(422, b'{"error": "row 0"}', "application/json")
        elif body == b"die":
            os._exit(1)
        else:
            time.sleep(float(os.environ.get("DELAY", "0")))
            self.answer(200, f"{who}|{model}|{code}|{body.decode()}|{os.getpid()}".encode(), "text/csv; charset=utf-8")
    def log_message(self, *args):
        pass
class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128
Server(("127.0.0.1", int(os.environ["SAGEMAKER_BIND_TO_PORT"])), Handler).serve_forever()
"""


def tar_gz(files: Mapping[str, bytes]) -> bytes:
    """Return an archive of files by name."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return target.getvalue()


def free_port() -> int:
    """Return a port that nobody listens on, from outside the range that outgoing connections take theirs from.

    A sandbox on port 0 could not come back on the same port: its server sets no SO_REUSEADDR then.
    """
    for _ in range(1000):
        port = 12_000 + uuid.uuid4().int % 8_000
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise AssertionError("no free port")


@dataclass
class World:
    """A running sandbox and one bucket of it."""

    state: Path
    project: Path
    port: int = 0
    bucket: str = "lake"
    _clients: dict[str, Any] = field(default_factory=dict)

    def control(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `python -m slipway.sandbox WORDS`."""
        command = [sys.executable, "-m", "slipway.sandbox", *words, "--state", str(self.state)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    def up(self) -> dict[str, Any]:
        """Start the sandbox, on the port it had before if it had one."""
        self.port = self.port or free_port()
        done = self.control("up", "--json", "--port", str(self.port), "--project", str(self.project))
        assert done.returncode == 0, done.stderr
        running: dict[str, Any] = json.loads(done.stdout)
        self.port = running["port"]
        self._clients.clear()
        return running

    def down(self) -> None:
        """Stop it."""
        done = self.control("down")
        assert done.returncode == 0, done.stderr

    def client(self, service: str) -> Any:
        """Return a client that asks once."""
        if service not in self._clients:
            credentials = json.loads((self.state / "credentials.json").read_text(encoding="utf-8"))
            self._clients[service] = boto3.Session().client(
                service,  # type: ignore[call-overload]
                region_name="us-east-1",
                endpoint_url=f"http://127.0.0.1:{self.port}",
                aws_access_key_id=credentials["access_key_id"],
                aws_secret_access_key=credentials["secret_access_key"],
                config=Config(retries={"total_max_attempts": 1}, inject_host_prefix=False, max_pool_connections=20),
            )
        return self._clients[service]

    @property
    def sagemaker(self) -> Any:
        return self.client("sagemaker")

    def name(self, start: str) -> str:
        """Return a name that nobody else uses."""
        return f"{start}-{uuid.uuid4().hex[:8]}"

    def put(self, key: str, body: bytes | str) -> str:
        """Store an object and return its location."""
        content = body.encode() if isinstance(body, str) else body
        self.client("s3").put_object(Bucket=self.bucket, Key=key, Body=content)
        return f"s3://{self.bucket}/{key}"

    def get(self, uri: str) -> bytes:
        """Read an object by its location."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        body: bytes = self.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return body

    def keys(self, prefix: str) -> list[str]:
        """List keys."""
        found = self.client("s3").list_objects_v2(Bucket=self.bucket, Prefix=prefix).get("Contents", [])
        return [item["Key"] for item in found]

    def members(self, uri: str) -> dict[str, bytes]:
        """Read the files of an archive."""
        with tarfile.open(fileobj=io.BytesIO(self.get(uri))) as tar:
            return {each.name: tar.extractfile(each).read() for each in tar if each.isreg()}  # type: ignore[union-attr]

    def channel(self, name: str, uri: str, **source: Any) -> dict[str, Any]:
        """Describe a channel."""
        return {
            "ChannelName": name,
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri, **source}},
        }

    def train(self, script: str, *, name: str = "", instances: int = 1, runtime: int = 60, **params: Any) -> str:
        """Create a job that runs a Python script, brought by a channel of its own; return the job's name."""
        name = name or self.name("job")
        code = self.put(f"scripts/{name}/main.py", script)
        channels = [*params.pop("InputDataConfig", []), self.channel("script", code)]
        algorithm = {
            "TrainingImage": IMAGE.format("anything"),
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["python", "/opt/ml/input/data/script/main.py"],
            **params.pop("algorithm", {}),
        }
        self.sagemaker.create_training_job(
            TrainingJobName=name,
            RoleArn=ROLE,
            InputDataConfig=channels,
            AlgorithmSpecification={key: value for key, value in algorithm.items() if value is not None},
            OutputDataConfig={"S3OutputPath": f"s3://{self.bucket}/models/"},
            ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": instances, "VolumeSizeInGB": 5},
            StoppingCondition={"MaxRuntimeInSeconds": runtime},
            **params,
        )
        return name

    def until(self, check: Callable[[], Any], what: str, seconds: float = 30) -> Any:
        """Ask again and again, as AWS's waiters do, until there is an answer."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = check()
            if found:
                return found
            time.sleep(0.02)
        raise AssertionError(f"not within {seconds} s: {what}")

    def finished(self, job: str) -> dict[str, Any]:
        """Wait for a job's end."""

        def ended() -> dict[str, Any] | None:
            described: dict[str, Any] = self.sagemaker.describe_training_job(TrainingJobName=job)
            return described if described["TrainingJobStatus"] in {"Completed", "Failed", "Stopped"} else None

        found: dict[str, Any] = self.until(ended, f"the end of {job}")
        return found

    def log(self, group: str, prefix: str = "") -> list[str]:
        """Return the lines of the streams that start with a prefix; none while nothing has been written."""
        logs = self.client("logs")
        try:
            streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
        except logs.exceptions.ResourceNotFoundException:
            return []
        names = sorted(each["logStreamName"] for each in streams if each["logStreamName"].startswith(prefix))
        return [
            event["message"]
            for name in names
            for event in logs.get_log_events(logGroupName=group, logStreamName=name, startFromHead=True)["events"]
        ]

    def listen(self, *detail_types: str) -> str:
        """Let a new queue take SageMaker's events of some types; return its URL."""
        name = self.name("events")
        sqs, bus = self.client("sqs"), self.client("events")
        url: str = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        pattern = {"source": ["aws.sagemaker"], "detail-type": list(detail_types)}
        bus.put_rule(Name=name, EventPattern=json.dumps(pattern))
        bus.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
        return url

    def heard(self, queue: str, last: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        """Return the events that a queue got, up to the last one."""
        found: list[dict[str, Any]] = []

        def take() -> bool:
            answer = self.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
            found.extend(json.loads(message["Body"]) for message in answer.get("Messages", []))
            return any(last(each["detail"]) for each in found)

        self.until(take, "the last event")
        return found

    def job_log(self, job: str) -> list[str]:
        """Return a job's lines."""
        return self.log("/aws/sagemaker/TrainingJobs", f"{job}/")

    def config(self, *variants: Mapping[str, Any], **params: Any) -> str:
        """Create models and a configuration of them: a variant is {who, name, weight, count, env, model, ...}."""
        config = self.name("config")
        default = self.put("model.tar.gz", tar_gz({"model.txt": b"weights"}))
        described = []
        for variant in variants:
            model = self.name("model")
            container = {
                "Image": IMAGE.format("serving"),
                "ModelDataUrl": variant.get("model", default),
                "Environment": {"WHO": variant.get("who", "a"), **variant.get("env", {})},
                **variant.get("container", {}),
            }
            whole = {"Containers": [container, container]} if "chain" in variant else {"PrimaryContainer": container}
            self.sagemaker.create_model(ModelName=model, ExecutionRoleArn=ROLE, **whole)
            described.append(
                {
                    "VariantName": variant.get("name", "AllTraffic"),
                    "ModelName": model,
                    "InstanceType": "ml.m5.large",
                    "InitialInstanceCount": variant.get("count", 1),
                    "InitialVariantWeight": variant.get("weight", 1.0),
                }
            )
        self.sagemaker.create_endpoint_config(EndpointConfigName=config, ProductionVariants=described, **params)
        return config

    def settled(self, endpoint: str) -> dict[str, Any]:
        """Wait until an endpoint is no more in progress."""

        def check() -> dict[str, Any] | None:
            described: dict[str, Any] = self.sagemaker.describe_endpoint(EndpointName=endpoint)
            return described if described["EndpointStatus"] in {"InService", "Failed"} else None

        found: dict[str, Any] = self.until(check, f"{endpoint} to settle")
        return found

    def deploy(self, config: str) -> str:
        """Create an endpoint and wait for it."""
        endpoint = self.name("endpoint")
        self.sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName=config)
        described = self.settled(endpoint)
        assert described["EndpointStatus"] == "InService", described
        return endpoint

    def ask(self, endpoint: str, body: bytes = b"x", **params: Any) -> list[str]:
        """Invoke and return [who, model, code, body, pid] of the answer."""
        answer = self.client("sagemaker-runtime").invoke_endpoint(
            EndpointName=endpoint, Body=body, ContentType="text/csv", **params
        )
        words: list[str] = answer["Body"].read().decode().split("|")
        return words

    def delete(self, endpoint: str) -> None:
        """Delete an endpoint and wait until it is gone."""
        self.sagemaker.delete_endpoint(EndpointName=endpoint)

        def gone() -> bool:
            try:
                self.sagemaker.describe_endpoint(EndpointName=endpoint)
            except self.sagemaker.exceptions.ClientError:
                return True
            return False

        self.until(gone, f"{endpoint} to go")

    def processes(self) -> list[int]:
        """Return the containers that live, found by the mark in their environment."""
        mark = f"SLIPWAY_SANDBOX_STATE={self.state}".encode()
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                continue
        return found


def make_project(root: Path) -> Path:
    """Write a project with an image to serve and one to train."""
    for name, code in (("serving", SERVING), ("training", "import sys; print('ran', *sys.argv[1:])")):
        (root / name).mkdir(parents=True)
        (root / name / "__init__.py").touch()
        (root / name / "__main__.py").write_text(code, encoding="utf-8")
        (root / name / "Dockerfile").write_text(
            f'FROM python:3.11-slim\nENV PYTHONPATH=/opt/ml/code:/opt/program\nENTRYPOINT ["python", "-m", "{name}"]\n',
            encoding="utf-8",
        )
    return root


def make_world(root: Path) -> World:
    """Start a sandbox in a folder."""
    world = World(root / "state", make_project(root / "project"))
    world.up()
    world.client("s3").create_bucket(Bucket=world.bucket)
    return world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One sandbox for all tests here; at its end no container may be left."""
    made = make_world(tmp_path_factory.mktemp("world"))
    yield made
    made.down()
    assert made.processes() == []


@pytest.fixture
def own_world(tmp_path: Path) -> Iterator[World]:
    """Start a sandbox that a test may stop and kill."""
    made = make_world(tmp_path)
    yield made
    made.control("down")


@pytest.fixture(scope="session")
def world_of() -> Callable[[Path], World]:
    """Return a maker of worlds over a project in a folder, whose sandbox somebody else starts."""
    return lambda root: World(root / "state", make_project(root / "project"))


@pytest.fixture
def archive() -> Callable[[Mapping[str, bytes]], bytes]:
    """Make a .tar.gz of files."""
    return tar_gz
