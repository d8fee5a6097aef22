"""`slipway preview`, `up --plan-digest` and `drift` of the real program, in a sandbox of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest

from tests.github_server import GitHubServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[3]
PROGRAM = ("infra", "policy", "prices")


@dataclass
class Checkout:
    """A copy of the project under git, beside a running sandbox."""

    folder: Path
    environment: dict[str, str]

    def slipway(self, *words: str, more: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run the tool."""
        command = [sys.executable, "-m", "slipway", *words, "-s", "dev", "--engine", "embedded"]
        environment = {**os.environ, **self.environment, **(more or {})}
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)

    def git(self, *words: str) -> None:
        """Run git as somebody."""
        who = ("-c", "user.email=a@b.example", "-c", "user.name=a")
        subprocess.run(["git", *who, *words], cwd=self.folder, check=True, capture_output=True)

    def client(self, service: str) -> Any:
        """Return a boto3 client of the sandbox."""
        session = boto3.Session("123456789012", self.environment["AWS_SECRET_ACCESS_KEY"], region_name="us-east-1")
        return session.client(cast("Any", service), endpoint_url=self.environment["AWS_ENDPOINT_URL"])


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    for folder in PROGRAM:
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("__main__.py", "Pulumi.yaml", "Pulumi.dev.yaml"):
        shutil.copy(ROOT / file, tmp_path / file)
    for code in ("training", "serving"):
        (tmp_path / code).mkdir()
        (tmp_path / code / "__main__.py").write_text(f'"""The {code} code."""\n', encoding="utf-8")
    (tmp_path / ".venv").symlink_to(Path(sys.prefix), target_is_directory=True)
    sandbox = [sys.executable, "-m", "slipway.sandbox"]
    subprocess.run([*sandbox, "up", "--port", "0"], cwd=tmp_path, check=True, capture_output=True)
    try:
        told = subprocess.run([*sandbox, "env", "--json"], cwd=tmp_path, check=True, capture_output=True)
        made = Checkout(tmp_path, json.loads(told.stdout))
        made.git("init", "--quiet")
        made.git("add", "training", "serving", "Pulumi.dev.yaml")
        made.git("commit", "--quiet", "--message", "first")
        subprocess.run(
            [sys.executable, "-m", "slipway.engine", "stack", "init", "dev"],
            cwd=tmp_path, env={**os.environ, **made.environment}, check=True, capture_output=True,
        )  # fmt: skip
        yield made
    finally:
        subprocess.run([*sandbox, "down"], cwd=tmp_path, check=True, capture_output=True)


def succeeded(run: subprocess.CompletedProcess[str]) -> str:
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def test_what_was_reviewed_is_applied_and_what_changes_outside_is_found(checkout: Checkout) -> None:
    # two previews have other automatic names, and one digest
    first = json.loads(succeeded(checkout.slipway("preview", "--json")))
    reviewed = first["digest"]
    assert succeeded(checkout.slipway("preview", "--digest")).strip() == reviewed
    assert {row["operation"] for row in first["rows"]} == {"create"}
    assert first["rows"][0]["rank"] == "iam"

    refused = checkout.slipway("up", "--plan-digest", f"1-{0:064x}")
    assert refused.returncode == 1
    assert f"this is not the plan that was reviewed: its digest is {reviewed}" in refused.stderr
    assert checkout.client("s3").list_buckets()["Buckets"] == []

    assert "verdict on stack dev: nothing pinned" in succeeded(checkout.slipway("up", "--plan-digest", reviewed))
    assert "nothing changes" in succeeded(checkout.slipway("preview"))
    assert "nothing changed outside" in succeeded(checkout.slipway("drift"))

    # a change of settings and of code, judged by the policy pack and put on a pull request
    stack_file = checkout.folder / "Pulumi.dev.yaml"
    settings = stack_file.read_text(encoding="utf-8")
    stack_file.write_text(settings.replace("log_retention_days: 14", "log_retention_days: 7"), encoding="utf-8")
    (checkout.folder / "training" / "model.py").write_text("X = 1\n", encoding="utf-8")
    with GitHubServer() as github:
        said = checkout.slipway("preview", "--policy-pack", "policy", "--comment", more=github.environment())
        assert "comment on pull request 7 of team/app: 1 written" in said.stderr
        (comment,) = github.repository.shown()
    assert "logs are kept 7 days instead of 14" in comment
    assert "added training/model.py" in comment
    assert "Policies: " in comment
    stack_file.write_text(settings, encoding="utf-8")
    (checkout.folder / "training" / "model.py").unlink()

    # somebody turns a knob in the console
    logs, s3 = checkout.client("logs"), checkout.client("s3")
    group = logs.describe_log_groups()["logGroups"][0]["logGroupName"]
    logs.put_retention_policy(logGroupName=group, retentionInDays=1)
    s3.delete_public_access_block(Bucket=s3.list_buckets()["Buckets"][0]["Name"])
    found = checkout.slipway("drift", "--json")
    assert found.returncode == 3
    drift = json.loads(found.stdout)
    assert [(row["rank"], row["operation"]) for row in drift["rows"]] == [("exposed", "delete"), ("weakened", "update")]
    assert "1 days instead of" in drift["rows"][1]["why"][0]["text"]


def test_a_program_that_fails_is_told_on_the_pull_request_too(checkout: Checkout) -> None:
    stack_file = checkout.folder / "Pulumi.dev.yaml"
    stack_file.write_text(
        stack_file.read_text("utf-8").replace("capture_percentage: 100", "capture_percentage: 101"), "utf-8"
    )
    with GitHubServer() as github:
        said = checkout.slipway("preview", "--comment", more=github.environment())
        (comment,) = github.repository.shown()
    assert said.returncode == 1
    assert "capture_percentage" in comment
    assert "**FAILED**" in comment
