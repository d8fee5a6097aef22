"""A sandbox that was really started, for every test that wants AWS."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sqs import SQSClient

# Every sandbox that a test starts fails on an answer of its own that breaks botocore's model.
os.environ["SLIPWAY_SANDBOX_CHECK_ANSWERS"] = "1"

ACCOUNT = "123456789012"
REGION = "us-east-1"


@dataclass
class Sandbox:
    """A running sandbox: where it is, what signs, and clients of it."""

    state: Path
    endpoint: str
    secret: str
    environment: dict[str, str]
    pid: int
    account: str = ACCOUNT
    region: str = REGION
    _clients: dict[tuple[str, str, str], Any] = field(default_factory=dict)

    def client(self, service: str, *, account: str = ACCOUNT, region: str = REGION) -> Any:
        """Return a boto3 client of a service in an account and region, kept for the next call."""
        key = (service, account, region)
        if key not in self._clients:
            session = boto3.Session(aws_access_key_id=account, aws_secret_access_key=self.secret, region_name=region)
            self._clients[key] = session.client(
                cast("Any", service),
                endpoint_url=self.endpoint,
                config=Config(retries={"total_max_attempts": 1}, inject_host_prefix=False),
            )
        return self._clients[key]

    @property
    def s3(self) -> S3Client:
        return cast("S3Client", self.client("s3"))

    @property
    def sagemaker(self) -> SageMakerClient:
        return cast("SageMakerClient", self.client("sagemaker"))

    @property
    def sqs(self) -> SQSClient:
        return cast("SQSClient", self.client("sqs"))

    @property
    def events(self) -> EventBridgeClient:
        return cast("EventBridgeClient", self.client("events"))

    @property
    def kms(self) -> KMSClient:
        return cast("KMSClient", self.client("kms"))

    @property
    def iam(self) -> IAMClient:
        return cast("IAMClient", self.client("iam"))

    @property
    def logs(self) -> CloudWatchLogsClient:
        return cast("CloudWatchLogsClient", self.client("logs"))


def control(*words: str, state: Path, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    """Run `python -m slipway.sandbox WORDS --state STATE`."""
    command = [sys.executable, "-m", "slipway.sandbox", *words, "--state", str(state)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=timeout)


def start(state: Path, *words: str) -> Sandbox:
    """`up` on a free port, and what its `env` says."""
    up = control("up", "--json", *(words or ("--port", "0")), state=state)
    assert up.returncode == 0, up.stderr
    running = json.loads(up.stdout)
    environment = json.loads(control("env", "--json", state=state).stdout)
    secret = environment["AWS_SECRET_ACCESS_KEY"]
    return Sandbox(state, running["endpoint"], secret, environment, running["pid"])


def is_alive(pid: int) -> bool:
    """Whether a process exists and is not just waiting to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def marked_processes(state: Path) -> list[int]:
    """Return the processes that the sandbox of a folder started, found by the mark in their environment."""
    mark = f"SLIPWAY_SANDBOX_STATE={state}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def port_is_free(endpoint: str) -> bool:
    """Whether nothing listens where the sandbox did."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(endpoint.rpartition(":")[2]))) != 0


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox for the whole run, on a free port; at the end no process and no port of it may be left."""
    state = tmp_path_factory.mktemp("sandbox") / "state"
    running = start(state, "--port", "0", "--project", str(Path(__file__).parents[2]))
    yield running
    down = control("down", state=state)
    assert down.returncode == 0, down.stderr
    assert not is_alive(running.pid)
    assert marked_processes(state) == []
    assert port_is_free(running.endpoint)


@pytest.fixture
def control_word() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return the command line of the sandbox: `control_word("up", state=...)`."""
    return control


@pytest.fixture
def start_sandbox(tmp_path: Path) -> Iterator[Callable[..., Sandbox]]:
    """Start sandboxes of one's own; whatever still runs at the end is stopped."""
    started: list[Path] = []

    def begin(name: str = "state", *words: str) -> Sandbox:
        state = tmp_path / name
        started.append(state)
        return start(state, *words)

    yield begin
    for state in started:
        control("down", state=state)
