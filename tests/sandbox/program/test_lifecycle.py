"""The program under the embedded engine, in a sandbox of its own: what it makes, what it leaves, what it refuses."""

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
import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[3]
RESOURCES = 1 + len(yaml.safe_load((ROOT / "tests/golden/dev.yaml").read_text(encoding="utf-8"))["resources"])
"""What dev registers without a release, as its golden graph says, and the stack itself."""


@dataclass
class Project:
    """A copy of the project beside a running sandbox."""

    folder: Path
    environment: dict[str, str]

    def pulumi(self, *words: str, account: str = "123456789012") -> subprocess.CompletedProcess[str]:
        """Run the embedded engine with the credentials of an account; the test looks at the exit code."""
        return subprocess.run(
            [sys.executable, "-m", "slipway.engine", *words],
            cwd=self.folder,
            env={**os.environ, **self.environment, "AWS_ACCESS_KEY_ID": account},
            capture_output=True,
            text=True,
            check=False,
        )

    def slipway(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the tool."""
        return subprocess.run(
            [sys.executable, "-m", "slipway", *words, "--engine", "embedded"],
            cwd=self.folder,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def client(self, service: str, account: str = "123456789012") -> Any:
        """Return a boto3 client of the sandbox."""
        session = boto3.Session(account, self.environment["AWS_SECRET_ACCESS_KEY"], region_name="us-east-1")
        return session.client(cast("Any", service), endpoint_url=self.environment["AWS_ENDPOINT_URL"])


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "infra", folder / "infra", ignore=shutil.ignore_patterns("__pycache__"))
    for file in ["__main__.py", "Pulumi.yaml", *(f"Pulumi.{stack}.yaml" for stack in ("dev", "staging", "prod"))]:
        shutil.copy(ROOT / file, folder / file)
    for code in ("training", "serving"):
        (folder / code).mkdir()
        (folder / code / "__main__.py").write_text(f'"""The {code} code."""\n', encoding="utf-8")
    # The program runs on this Python, as it does in the project itself.
    (folder / ".venv").symlink_to(Path(sys.prefix), target_is_directory=True)
    sandbox = [sys.executable, "-m", "slipway.sandbox"]
    subprocess.run([*sandbox, "up", "--port", "0"], cwd=folder, check=True, capture_output=True)
    try:
        told = subprocess.run([*sandbox, "env", "--json"], cwd=folder, check=True, capture_output=True)
        yield Project(folder, json.loads(told.stdout))
    finally:
        subprocess.run([*sandbox, "down"], cwd=folder, check=True, capture_output=True)


def succeeded(run: subprocess.CompletedProcess[str]) -> str:
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def test_dev_comes_up_is_empty_to_preview_and_goes_without_a_trace(project: Project) -> None:
    succeeded(project.pulumi("stack", "init", "dev"))
    assert f"+ {RESOURCES} created" in succeeded(project.pulumi("up", "--yes", "--skip-preview", "-s", "dev"))
    assert f"{RESOURCES} unchanged" in succeeded(project.pulumi("preview", "-s", "dev", "--expect-no-changes"))
    assert f"{RESOURCES} unchanged" in succeeded(project.pulumi("refresh", "--yes", "--skip-preview", "-s", "dev"))

    artifacts = json.loads(succeeded(project.pulumi("stack", "output", "--json", "-s", "dev")))["lake"]["artifacts"]
    project.client("s3").put_object(Bucket=artifacts, Key="models/job/output/model.tar.gz", Body=b"model")

    up = succeeded(project.slipway("up", "-s", "dev", "--yes"))
    assert f"{RESOURCES} unchanged" in up
    assert "verdict on stack dev: nothing pinned" in up
    judged = json.loads(succeeded(project.slipway("verdict", "-s", "dev", "--json")))
    assert (judged["verdict"], judged["good"], judged["endpoint"]["status"]) == ("nothing pinned", True, "Missing")

    succeeded(project.pulumi("destroy", "--yes", "--skip-preview", "-s", "dev"))
    assert project.client("s3").list_buckets()["Buckets"] == []
    assert project.client("iam").list_roles()["Roles"] == []
    assert project.client("logs").describe_log_groups()["logGroups"] == []
    assert project.client("ecr").describe_repositories()["repositories"] == []
    assert project.client("cloudwatch").list_dashboards()["DashboardEntries"] == []
    assert project.client("sagemaker").list_model_package_groups()["ModelPackageGroupSummaryList"] == []
    kms = project.client("kms")
    keys = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] for key in kms.list_keys()["Keys"]]
    assert set(keys) <= {"PendingDeletion"}


def test_staging_refuses_to_go_and_its_buckets_stay_guarded(project: Project) -> None:
    account = "222233334444"
    succeeded(project.pulumi("stack", "init", "staging", account=account))
    succeeded(project.pulumi("up", "--yes", "--skip-preview", "-s", "staging", account=account))

    destroy = project.pulumi("destroy", "--yes", "--skip-preview", "-s", "staging", account=account)
    assert destroy.returncode != 0
    assert "protected" in destroy.stdout + destroy.stderr

    s3 = project.client("s3", account)
    buckets = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    assert len(buckets) == 4
    for bucket in buckets:
        assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
        assert "RefusePlainHttp" in s3.get_bucket_policy(Bucket=bucket)["Policy"]
        assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
        (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
        assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"


def test_credentials_of_another_account_make_nothing_and_the_right_ones_make_prod(project: Project) -> None:
    succeeded(project.pulumi("stack", "init", "prod"))
    up = project.pulumi("up", "--yes", "--skip-preview", "-s", "prod")
    assert up.returncode != 0
    assert "333344445555" in up.stdout + up.stderr
    assert project.client("ecr").describe_repositories()["repositories"] == []

    account = "333344445555"
    succeeded(project.pulumi("up", "--yes", "--skip-preview", "-s", "prod", account=account))
    succeeded(project.pulumi("preview", "-s", "prod", "--expect-no-changes", account=account))
    (pipeline,) = project.client("sagemaker", account).list_pipelines()["PipelineSummaries"]
    assert pipeline["PipelineName"] == "slipway-prod"
    (schedule,) = project.client("scheduler", account).list_schedules()["Schedules"]
    assert schedule["Target"]["Arn"] == pipeline["PipelineArn"]
