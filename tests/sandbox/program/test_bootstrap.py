"""The bootstrap in a sandbox, state in a folder as on an account where nothing is yet; then a stack on top of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[3]
ENGINE = [sys.executable, "-m", "slipway.engine"]
SANDBOX = [sys.executable, "-m", "slipway.sandbox"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the project."""
    for name in ("infra", "bootstrap"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("__main__.py", "Pulumi.yaml", "Pulumi.dev.yaml"):
        shutil.copy(ROOT / file, tmp_path / file)
    for code in ("training", "serving"):
        (tmp_path / code).mkdir()
        (tmp_path / code / "__main__.py").write_text(f'"""The {code} code."""\n', encoding="utf-8")
    (tmp_path / ".venv").symlink_to(Path(sys.prefix), target_is_directory=True)
    return tmp_path


@pytest.fixture
def environment(folder: Path) -> Iterator[dict[str, str]]:
    """Start a sandbox for the copy; return the environment of who works with it, state in a folder."""
    subprocess.run([*SANDBOX, "up", "--port", "0"], cwd=folder, check=True, capture_output=True)
    try:
        told = subprocess.run([*SANDBOX, "env", "--json"], cwd=folder, check=True, capture_output=True)
        (folder / "state").mkdir()
        yield {**os.environ, **json.loads(told.stdout), "PULUMI_BACKEND_URL": f"file://{folder / 'state'}"}
    finally:
        subprocess.run([*SANDBOX, "down"], cwd=folder, check=True, capture_output=True)


def pulumi(folder: Path, environment: dict[str, str], *words: str) -> str:
    done = subprocess.run([*ENGINE, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_an_account_is_made_ready_once_and_a_stack_then_keeps_its_state_there(
    folder: Path, environment: dict[str, str]
) -> None:
    there = folder / "bootstrap"
    pulumi(there, environment, "stack", "init", "dev")
    created = pulumi(there, environment, "up", "--yes", "--skip-preview", "-s", "dev")
    assert "created" in created
    pulumi(there, environment, "preview", "-s", "dev", "--expect-no-changes")
    outputs: dict[str, Any] = json.loads(pulumi(there, environment, "stack", "output", "--json", "-s", "dev"))

    s3 = boto3.client(
        "s3",
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        region_name="us-east-1",
    )
    assert s3.get_bucket_versioning(Bucket="acme-slipway-state")["Status"] == "Enabled"

    file = folder / "Pulumi.dev.yaml"
    settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    settings["config"]["slipway:stack"]["permissions_boundary_arn"] = outputs["permissions_boundary_arn"]
    settings["config"].pop("slipway:release", None)
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")
    inside = {**environment, "PULUMI_BACKEND_URL": outputs["login"]}
    pulumi(folder, inside, "stack", "init", "dev", "--secrets-provider", outputs["secrets_provider"])
    previewed = pulumi(folder, inside, "preview", "-s", "dev")
    assert "lake-raw" in previewed
    assert "PermissionsBoundary" not in previewed
    kept = [one["Key"] for one in s3.list_objects_v2(Bucket="acme-slipway-state")["Contents"]]
    assert any(key.startswith("slipway/.pulumi/stacks/") and "dev.json" in key for key in kept), kept
