"""What must exist before a stack's first `up`, against the mock engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from infra.bootstrap import deploy

ROOT = Path(__file__).parents[3]
Config = dict[str, Any]
ACCOUNT = "123456789012"


@pytest.fixture
def config() -> Config:
    """Return the example's settings."""
    text = (ROOT / "bootstrap/Pulumi.dev.yaml").read_text(encoding="utf-8")
    found: Config = yaml.safe_load(text)["config"]
    return found


def test_the_state_has_versions_encryption_and_no_way_in_over_plain_http(run_program: Any, config: Config) -> None:
    graph = run_program(deploy, config=config)
    assert graph.one("aws:s3/bucket:Bucket", "state").inputs["bucket"] == "acme-slipway-state"
    versioning = graph.one("aws:s3/bucketVersioning:BucketVersioning", "state").inputs
    assert versioning["versioningConfiguration"] == {"status": "Enabled"}
    blocked = graph.one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "state").inputs
    assert {value for value in blocked.values() if isinstance(value, bool)} == {True}
    (refused,) = json.loads(graph.one("aws:s3/bucketPolicy:BucketPolicy", "state").inputs["policy"])["Statement"]
    assert (refused["Effect"], refused["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    key = graph.one("aws:kms/key:Key", "state")
    assert key.inputs["enableKeyRotation"] is True
    assert key.inputs["deletionWindowInDays"] == 30


def test_neither_bucket_nor_key_can_be_deleted(run_program: Any, config: Config) -> None:
    graph = run_program(deploy, config=config)
    protected = {one.type for one in graph.resources if one.protect}
    assert protected == {"aws:s3/bucket:Bucket", "aws:kms/key:Key"}


def test_it_tells_what_the_stack_file_and_the_login_need(run_program: Any, config: Config) -> None:
    exports = run_program(deploy, config=config).exports
    assert exports["login"] == "s3://acme-slipway-state/slipway?region=us-east-1"
    assert exports["secrets_provider"] == "awskms://alias/acme-slipway-state?region=us-east-1"
    assert exports["delivery"].keys() == {"preview_role_arn", "deploy_role_arn"}
    assert exports["permissions_boundary_arn"]


def test_the_first_roles_are_those_that_the_stack_would_make_itself(
    run_program: Any, config: Config, stack_config: Any, project_folder: Path
) -> None:
    from infra.program import deploy as deploy_stack  # noqa: PLC0415 - the other program

    assert project_folder.is_dir()
    whole = stack_config("dev")
    given = ("repository", "repository_id", "repository_owner_id")
    section = config["slipway:bootstrap"]
    whole["slipway:delivery"] = {
        **{name: section[name] for name in given},
        "state_bucket": section["state_bucket"],
        "state_key_arn": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k",
    }
    ours, theirs = run_program(deploy, config=config), run_program(deploy_stack, config=whole)
    for name in ("boundary", "delivery-read", "delivery-roles", "delivery-data", "delivery-operations"):
        mine, other = (graph.one("aws:iam/policy:Policy", name).inputs for graph in (ours, theirs))
        assert mine == other, name
    for name in ("delivery-preview", "delivery-deploy"):
        mine, other = (graph.one("aws:iam/role:Role", name).inputs for graph in (ours, theirs))
        assert mine["assumeRolePolicy"] == other["assumeRolePolicy"]


def test_without_a_repository_nobody_deploys_from_github(run_program: Any, config: Config) -> None:
    section = config["slipway:bootstrap"]
    for name in ("repository", "repository_id", "repository_owner_id"):
        del section[name]
    graph = run_program(deploy, config=config)
    assert graph.of_type("aws:iam/role:Role") == []
    assert "delivery" not in graph.exports


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"acount": "1"}, "slipway:bootstrap.acount: there is no such key; did you mean account?"),
        ({"state_bucket": "No Such Name"}, "slipway:bootstrap.state_bucket: must match"),
        ({"repository_id": None}, "a repository needs repository_id and repository_owner_id"),
    ],
)
def test_wrong_settings_are_told_with_file_and_key(run_program: Any, config: Config, change: Config, said: str) -> None:
    section = {**config["slipway:bootstrap"], **change}
    config["slipway:bootstrap"] = {key: value for key, value in section.items() if value is not None}
    with pytest.raises(pulumi.RunError) as caught:
        run_program(deploy, config=config)
    assert said in str(caught.value)
    assert "bootstrap/Pulumi.dev.yaml" in str(caught.value)
