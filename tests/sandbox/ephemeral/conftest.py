"""A project with a small program beside a sandbox of its own, and the tool run in it or far away from it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from tests.sandbox.conftest import control
from tests.sandbox.sagemaker.conftest import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
SMALL = '''"""A bucket with something in it, a role and a log group: little, and everything that a teardown meets."""
import json
import pulumi
import pulumi_aws as aws
from infra.provider import aws_provider
from infra.stack_config import read_names, read_settings

settings, names = read_settings(), read_names()
ours = pulumi.ResourceOptions(provider=aws_provider(settings.stack, names))
lake = aws.s3.Bucket("lake", force_destroy=True, opts=ours)
trust = {"Version": "2012-10-17", "Statement": []}
aws.iam.Role("worker", assume_role_policy=json.dumps(trust), opts=ours)
aws.cloudwatch.LogGroup("endpoint", name=f"/aws/sagemaker/Endpoints/{names.endpoint}", opts=ours)
aws.sagemaker.ModelPackageGroup("registry", model_package_group_name=names.model_package_group, opts=ours)
pulumi.export("lake", lake.bucket)
'''


@dataclass
class Project:
    """A copy of the project, and an environment that leads to the sandbox."""

    folder: Path
    state: Path
    environment: dict[str, str]
    port: int
    account: str = "123456789012"
    more: dict[str, str] = field(default_factory=dict)
    """What a test sets besides."""

    def variables(self, **more: str) -> dict[str, str]:
        return {**os.environ, **self.environment, "AWS_ACCESS_KEY_ID": self.account, **self.more, **more}

    def command(self, *words: str) -> list[str]:
        engine = [] if words[0] == "sandbox" else ["--engine", "embedded"]
        return [sys.executable, "-m", "slipway", "ephemeral", *words, *engine, "--verbose"]

    def run(self, *words: str, folder: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
        """Run `slipway ephemeral WORDS`; the test looks at the exit code."""
        return subprocess.run(
            self.command(*words),
            cwd=self.folder if folder is None else folder,
            env=self.variables(**more),
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )

    def good(self, *words: str, folder: Path | None = None, **more: str) -> str:
        """Run it and return what it printed; it must end well."""
        done = self.run(*words, folder=folder, **more)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def pulumi(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the embedded engine."""
        return subprocess.run(
            [sys.executable, "-m", "slipway.engine", *words],
            cwd=self.folder,
            env=self.variables(),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def client(self, service: str) -> Any:
        """Return a boto3 client of the sandbox."""
        session = boto3.Session(self.account, self.environment["AWS_SECRET_ACCESS_KEY"], region_name="us-east-1")
        return session.client(service, endpoint_url=self.environment["AWS_ENDPOINT_URL"])  # type: ignore[call-overload]

    def fault(self, *words: str) -> None:
        done = control("fault", *words, state=self.state)
        assert done.returncode == 0, done.stderr

    def stacks(self) -> list[dict[str, Any]]:
        """Return what `list --json` says."""
        found: list[dict[str, Any]] = json.loads(self.good("list", "--json"))
        return found

    def buckets(self) -> list[str]:
        return [bucket["Name"] for bucket in self.client("s3").list_buckets()["Buckets"]]


def copied(folder: Path, program: str | None) -> Path:
    """Copy what a stack needs of the project; `program` stands in for the whole one."""
    shutil.copytree(ROOT / "infra", folder / "infra", ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("__main__.py", "Pulumi.yaml", "Pulumi.dev.yaml"):
        shutil.copy(ROOT / file, folder / file)
    for code in ("training", "serving", "monitoring"):
        (folder / code).mkdir()
        (folder / code / "__main__.py").write_text(f'"""The {code} code."""\n', encoding="utf-8")
    if program is not None:
        (folder / "__main__.py").write_text(program, encoding="utf-8")
    # The program runs on this Python, as it does in the project itself.
    (folder / ".venv").symlink_to(Path(sys.prefix), target_is_directory=True)
    return folder


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("project")
    state = folder / ".slipway" / "sandbox"
    copied(folder, SMALL)
    up = control("up", "--json", "--port", str(free_port()), "--project", str(folder), state=state)
    assert up.returncode == 0, up.stderr
    try:
        told = json.loads(control("env", "--json", state=state).stdout)
        yield Project(folder, state, told, json.loads(up.stdout)["port"])
    finally:
        assert control("down", state=state).returncode == 0


@pytest.fixture
def project(shared: Project) -> Iterator[Project]:
    """Give the small project; every test leaves an account and a state backend without anything in them."""
    yield shared
    shared.more.clear()
    shared.fault("clear")
    (shared.folder / "__main__.py").write_text(SMALL, encoding="utf-8")
    assert shared.stacks() == [], "a test ends what it makes"
    assert shared.buckets() == []
