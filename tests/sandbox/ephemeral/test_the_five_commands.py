"""up, extend, list, down and reap, as a person or a workflow runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.sandbox.ephemeral.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox.ephemeral.conftest import Project

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_a_stack_is_made_pushed_to_extended_listed_and_ended_from_anywhere(project: Project, tmp_path: Path) -> None:
    before = sorted(path.name for path in project.folder.iterdir() if path.name.startswith("Pulumi."))
    made = project.good("up", "--pr", "42", "--ttl", "2h", "--commit", "1" * 40)
    assert "stack pr-42 is up in 123456789012/us-east-1: 4 resources of AWS" in made
    assert sorted(path.name for path in project.folder.iterdir() if path.name.startswith("Pulumi.")) == before
    (lake,) = project.buckets()
    tags = {one["Key"]: one["Value"] for one in project.client("s3").get_bucket_tagging(Bucket=lake)["TagSet"]}
    assert tags == {
        "project": "slipway",
        "stack": "pr-42",
        "environment": "dev",
        "owner": "ml-platform",
        "pull-request": "42",
    }

    pushed = project.good("up", "--pr", "42", "--commit", "2" * 40)
    assert "(6 same)" in pushed, "a push changes stack tags and no resource"
    project.good("up", "--pr", "4", "--owner", "ada")

    extended = project.good("extend", "--pr", "42", "--ttl", "3d", folder=tmp_path)
    assert "in 3d (was " in extended
    short, long = project.stacks()
    assert (short["pull_request"], short["owner"], long["pull_request"], long["commit"]) == (4, "ada", 42, "2" * 40)
    assert (long["status"], long["expired"], long["account"]) == ("up", False, "123456789012")
    table = project.good("list", folder=tmp_path).splitlines()
    assert table[0].split() == [
        "PULL",
        "REQUEST",
        "PROJECT",
        "STATUS",
        "RESOURCES",
        "EXPIRES",
        "OWNER",
        "COMMIT",
        "PLACE",
    ]
    assert "in 2d 23h" in table[2]

    left = project.good("reap", folder=tmp_path)
    assert "reap: 0 gone, 0 with leftovers, 0 failed, 2 left alone" in left

    ended = project.good("down", "--pr", "4", folder=tmp_path)
    assert "stack pr-4 is gone: 4 resources of AWS destroyed, nothing left of" in ended
    assert project.buckets() == [lake], "removing 4 does not touch 42"
    assert "nothing to end" in project.good("down", "--pr", "4", folder=tmp_path)
    project.good("down", "--pr", "42", folder=tmp_path)
    assert list(tmp_path.glob("Pulumi*")) == []


def test_the_whole_program_comes_up_small_with_its_state_in_a_bucket_and_goes_without_a_trace(
    project: Project, tmp_path: Path
) -> None:
    main = (ROOT / "__main__.py").read_text(encoding="utf-8")
    (project.folder / "__main__.py").write_text(main, encoding="utf-8")
    s3, bucket = project.client("s3"), "states-of-ours"
    s3.create_bucket(Bucket=bucket)
    project.more["PULUMI_BACKEND_URL"] = f"s3://{bucket}/team?region=us-east-1"
    # nobody is there to type a passphrase: dev's secrets are under a key, and so are those of its test stacks
    project.more["PULUMI_CONFIG_PASSPHRASE"] = ""
    key = project.client("kms").create_key()["KeyMetadata"]["KeyId"]
    dev, under = project.folder / "Pulumi.dev.yaml", f"awskms://{key}?region=us-east-1"
    dev.write_text(f"secretsprovider: {under}\n{dev.read_text('utf-8')}", encoding="utf-8")
    project.good("up", "--pr", "7")
    project.good("up", "--pr", "7")
    state = json.loads(s3.get_object(Bucket=bucket, Key="team/.pulumi/stacks/slipway/pr-7.json")["Body"].read())
    assert state["checkpoint"]["latest"]["secrets_providers"]["state"]["url"] == under
    late = "/aws/sagemaker/Endpoints/slipway-pr-7"
    project.client("logs").create_log_group(logGroupName=late)
    groups = [group["logGroupName"] for group in project.client("logs").describe_log_groups()["logGroups"]]
    assert groups == ["/aws/events/slipway-pr-7", late], "the log group of all jobs is not the stack's to make"
    assert project.client("budgets").describe_budgets(AccountId=project.account).get("Budgets", []) == []

    ended = project.good("down", "--pr", "7", folder=tmp_path)
    assert "swept 1 log groups" in ended
    assert project.client("logs").describe_log_groups()["logGroups"] == []
    assert project.client("iam").list_roles()["Roles"] == []
    assert project.client("sagemaker").list_model_package_groups()["ModelPackageGroupSummaryList"] == []
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    assert "team/.pulumi/meta.yaml" in keys
    assert [key for key in keys if "/locks/" in key or "/.slipway/" in key] == []
    assert "team/.pulumi/stacks/slipway/pr-7.json" not in keys, "no empty stack stays behind"
    for key in keys:
        s3.delete_object(Bucket=bucket, Key=key)
    s3.delete_bucket(Bucket=bucket)
    dev.write_text(dev.read_text("utf-8").partition("\n")[2], encoding="utf-8")


def test_two_reaps_at_once_end_each_expired_stack_once_whatever_becomes_of_another(
    project: Project, tmp_path: Path
) -> None:
    for number in ("1", "2"):
        project.good("up", "--pr", number)
        expire(project, number)
    protect(project, "2", tmp_path / "state.json")
    both = [
        subprocess.Popen(
            project.command("reap"),
            cwd=tmp_path,
            env=project.variables(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(2)
    ]
    said = [one.communicate(timeout=240)[0] for one in both]
    assert sum("stack pr-1 is gone: 4 resources of AWS destroyed" in text for text in said) == 1, said
    assert any("stack pr-2 failed: stack pr-2 is not torn down" in text for text in said), said
    assert 1 in [one.returncode for one in both]
    assert [one["pull_request"] for one in project.stacks()] == [2]

    assert project.pulumi("state", "unprotect", "--all", "--yes", "-s", "pr-2").returncode == 0
    assert "reap: 1 gone, 0 with leftovers, 0 failed, 0 left alone" in project.good("reap", folder=tmp_path)


def expire(project: Project, number: str) -> None:
    done = project.pulumi("stack", "tag", "set", "slipway:expires", "2026-01-01T00:00:00+00:00", "-s", f"pr-{number}")
    assert done.returncode == 0, done.stderr


def protect(project: Project, number: str, file: Path) -> None:
    state = json.loads(project.pulumi("stack", "export", "-s", f"pr-{number}").stdout)
    for resource in state["deployment"]["resources"]:
        resource["protect"] = resource["type"] == "aws:s3/bucket:Bucket"
    file.write_text(json.dumps(state), encoding="utf-8")
    done = project.pulumi("stack", "import", "--file", str(file), "-s", f"pr-{number}")
    assert done.returncode == 0, done.stderr


def test_help_says_what_the_five_commands_are() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "slipway", "ephemeral", "--help"], capture_output=True, text=True, check=True
    ).stdout
    for command in ("up", "extend", "list", "down", "reap"):
        assert f"slipway ephemeral {command}" in told
