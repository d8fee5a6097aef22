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
BUCKETS = 6
ZONES = 3
RESOURCES = 1 + len(yaml.safe_load((ROOT / "tests/golden/dev.yaml").read_text(encoding="utf-8"))["resources"])
"""What dev registers without a release, as its golden graph says, and the stack itself."""


ACCOUNTS = {"dev": "123456789012", "staging": "222233334444", "prod": "333344445555"}
KEPT = {
    "s3:Bucket",
    "kms:Key",
    "ecr:Repository",
    "glue:CatalogDatabase",
    "glue:CatalogTable",
    "sagemaker:ModelPackageGroup",
}
"""What a protected environment declares as its own to keep."""


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
    for code in ("training", "serving", "monitoring"):
        (folder / code).mkdir()
        (folder / code / "__main__.py").write_text(f'"""The {code} code."""\n', encoding="utf-8")
    # The program runs on this Python, as it does in the project itself.
    (folder / ".venv").symlink_to(Path(sys.prefix), target_is_directory=True)
    sandbox = [sys.executable, "-m", "slipway.sandbox"]
    subprocess.run([*sandbox, "up", "--port", "0"], cwd=folder, check=True, capture_output=True)
    try:
        told = subprocess.run([*sandbox, "env", "--json"], cwd=folder, check=True, capture_output=True)
        project = Project(folder, json.loads(told.stdout))
        for stack, account in ACCOUNTS.items():
            succeeded(project.pulumi("stack", "init", stack, account=account))
        yield project
    finally:
        subprocess.run([*sandbox, "down"], cwd=folder, check=True, capture_output=True)


def succeeded(run: subprocess.CompletedProcess[str]) -> str:
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def test_dev_comes_up_is_empty_to_preview_and_goes_without_a_trace(project: Project) -> None:
    created = succeeded(project.pulumi("up", "--yes", "--skip-preview", "-s", "dev"))
    unchanged = f"{len(resources(project, 'dev'))} unchanged"
    assert unchanged.replace("unchanged", "created") in created
    assert unchanged in succeeded(project.pulumi("preview", "-s", "dev", "--expect-no-changes"))
    assert unchanged in succeeded(project.pulumi("refresh", "--yes", "--skip-preview", "-s", "dev"))

    table = project.client("glue").get_table(DatabaseName="slipway_dev_features", Name="flights")["Table"]
    assert table["Parameters"]["table_type"] == "ICEBERG"

    artifacts = json.loads(succeeded(project.pulumi("stack", "output", "--json", "-s", "dev")))["lake"]["artifacts"]
    project.client("s3").put_object(Bucket=artifacts, Key="models/job/output/model.tar.gz", Body=b"model")

    up = succeeded(project.slipway("up", "-s", "dev", "--yes"))
    assert unchanged in up
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


def resources(project: Project, stack: str) -> list[dict[str, Any]]:
    told = json.loads(succeeded(project.pulumi("stack", "export", "-s", stack)))
    found: list[dict[str, Any]] = told["deployment"].get("resources", [])
    return found


def test_the_three_stacks_stand_side_by_side_and_only_what_is_kept_outlives_them(project: Project) -> None:
    for stack, account in ACCOUNTS.items():
        succeeded(project.pulumi("up", "--yes", "--skip-preview", "-s", stack, account=account))
    for stack, account in ACCOUNTS.items():
        succeeded(project.pulumi("preview", "-s", stack, "--expect-no-changes", account=account))
        refreshed = succeeded(project.pulumi("refresh", "--yes", "--skip-preview", "-s", stack, account=account))
        assert f"{len(resources(project, stack))} unchanged" in refreshed

    (pipeline,) = project.client("sagemaker", ACCOUNTS["prod"]).list_pipelines()["PipelineSummaries"]
    assert pipeline["PipelineName"] == "slipway-prod"
    (schedule,) = project.client("scheduler", ACCOUNTS["prod"]).list_schedules()["Schedules"]
    assert schedule["Target"]["Arn"] == pipeline["PipelineArn"]

    # One value, and the one resource that has it.
    file = project.folder / "Pulumi.staging.yaml"
    before = file.read_text(encoding="utf-8")
    file.write_text(before.replace("flow_log_retention_days: 30", "flow_log_retention_days: 60"), encoding="utf-8")
    changed = succeeded(project.pulumi("preview", "-s", "staging", "--json", account=ACCOUNTS["staging"]))
    file.write_text(before, encoding="utf-8")
    steps = [(one["op"], one["urn"].rpartition("::")[2]) for one in json.loads(changed)["steps"] if one["op"] != "same"]
    assert steps == [("update", "flow-logs")]

    staging = ACCOUNTS["staging"]
    refused = project.pulumi("destroy", "--yes", "--skip-preview", "-s", "staging", account=staging)
    assert refused.returncode != 0
    assert "protected" in refused.stdout + refused.stderr
    assert_guarded(project.client("s3", staging))

    for stack in ("staging", "prod"):
        account = ACCOUNTS[stack]
        protected = {one["urn"] for one in resources(project, stack) if one.get("protect")}
        assert {kind_of(urn) for urn in protected} == KEPT | ({"sagemaker:MlflowApp"} if stack == "prod" else set())
        succeeded(project.pulumi("state", "unprotect", "--all", "--yes", "-s", stack, account=account))
        succeeded(project.pulumi("destroy", "--yes", "--skip-preview", "-s", stack, account=account))
        assert resources(project, stack) == []
        assert_guarded(project.client("s3", account))
        assert_gone(project, account)
        (key,) = project.client("kms", account).list_keys()["Keys"]
        described = project.client("kms", account).describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        assert described["KeyState"] == "Enabled"
    succeeded(project.pulumi("destroy", "--yes", "--skip-preview", "-s", "dev"))
    assert_gone(project, ACCOUNTS["dev"])


def test_everything_that_a_value_turns_on_comes_up_in_dev_too_and_goes(project: Project) -> None:
    file = project.folder / "Pulumi.dev.yaml"
    before = file.read_text(encoding="utf-8")
    stack = yaml.safe_load(before)
    stack["config"] |= {
        "slipway:network": {"enabled": True, "cidr": "10.9.0.0/16", "zones": ["us-east-1a", "us-east-1b"]},
        "slipway:audit": {"enabled": True, "management_events": False},
        "slipway:delivery": {
            "repository": "acme/flights",
            "repository_id": "4711",
            "repository_owner_id": "42",
            "state_bucket": "acme-state",
            "state_key_arn": "arn:aws:kms:us-east-1:123456789012:key/k",
        },
    }
    stack["config"]["slipway:lake"]["reader_arns"] = ["arn:aws:iam::123456789012:role/analyst"]
    file.write_text(yaml.safe_dump(stack), encoding="utf-8")
    try:
        succeeded(project.pulumi("up", "--yes", "--skip-preview", "-s", "dev"))
        succeeded(project.pulumi("preview", "-s", "dev", "--expect-no-changes"))
        refreshed = succeeded(project.pulumi("refresh", "--yes", "--skip-preview", "-s", "dev"))
        assert f"{len(resources(project, 'dev'))} unchanged" in refreshed
        attached = project.client("iam").list_attached_role_policies(RoleName="slipway-dev-preview")["AttachedPolicies"]
        assert [one["PolicyName"] for one in attached] == ["slipway-dev-read"]
        succeeded(project.pulumi("destroy", "--yes", "--skip-preview", "-s", "dev"))
    finally:
        file.write_text(before, encoding="utf-8")
    assert_gone(project, ACCOUNTS["dev"])
    assert project.client("s3").list_buckets()["Buckets"] == []
    assert project.client("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"] == []
    assert project.client("lakeformation").list_permissions()["PrincipalResourcePermissions"] == []


def kind_of(urn: str) -> str:
    """Return service and type of a resource: `s3:Bucket`."""
    service, _, kind = urn.split("::")[2].rpartition("$")[2].partition(":")[2].partition("/")
    return f"{service}:{kind.rpartition(':')[2]}"


def assert_gone(project: Project, account: str) -> None:
    """Hold that nothing is left but what every environment may keep."""
    assert project.client("iam", account).list_roles()["Roles"] == []
    assert project.client("iam", account).list_policies(Scope="Local")["Policies"] == []
    assert project.client("logs", account).describe_log_groups()["logGroups"] == []
    assert project.client("cloudwatch", account).list_dashboards()["DashboardEntries"] == []
    databases = [one["Name"] for one in project.client("glue", account).get_databases()["DatabaseList"]]
    assert len(databases) == (0 if account == ACCOUNTS["dev"] else ZONES)
    assert project.client("cloudtrail", account).describe_trails()["trailList"] == []
    workgroups = project.client("athena", account).list_work_groups()["WorkGroups"]
    assert [one["Name"] for one in workgroups] == ["primary"]
    ec2 = project.client("ec2", account)
    assert [vpc for vpc in ec2.describe_vpcs()["Vpcs"] if not vpc["IsDefault"]] == []
    states = {one["State"].lower() for one in ec2.describe_vpc_endpoints()["VpcEndpoints"]}
    assert states <= {"deleted", "deleting"}


def assert_guarded(s3: Any) -> None:
    """Hold that every bucket that is left is as private as it was."""
    buckets = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    assert len(buckets) == BUCKETS
    for bucket in buckets:
        assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
        assert "RefusePlainHttp" in s3.get_bucket_policy(Bucket=bucket)["Policy"]
        assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
        (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
        encryption = rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"]
        assert encryption == ("AES256" if "logs" in bucket else "aws:kms")
        logged = s3.get_bucket_logging(Bucket=bucket).get("LoggingEnabled")
        assert (logged is None) == ("logs" in bucket)


def test_credentials_of_another_account_make_nothing(project: Project) -> None:
    up = project.pulumi("up", "--yes", "--skip-preview", "-s", "prod")
    assert up.returncode != 0
    assert "333344445555" in up.stdout + up.stderr
    assert project.client("ecr").describe_repositories()["repositories"] == []
