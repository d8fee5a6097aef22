"""The permissions boundary: every role has it, and no role is given what it would not allow."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import pytest

from infra.components.security.boundary import boundary_policy
from infra.program import deploy

if TYPE_CHECKING:
    from collections.abc import Callable

Config = dict[str, Any]
ROLE, POLICY, MANAGED = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy"
MOST_CHARACTERS = 6144  # IAM's limit of a managed policy, white space not counted
NOT_A_PLACE = "name a resource of this account and region, or add the need to infra/components/security/boundary.py"

pytestmark = pytest.mark.usefixtures("project_folder")


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def outside(policy: str, boundary: str) -> list[str]:
    """Return every `action on resource` of a policy that a boundary does not allow."""
    allows = [
        (action, resource)
        for statement in json.loads(boundary)["Statement"]
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    ]
    return [
        f"{action} on {resource}"
        for statement in json.loads(policy)["Statement"]
        if statement["Effect"] == "Allow"
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
        if not any(fnmatchcase(action, one) and fnmatchcase(resource, other) for one, other in allows)
    ]


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_every_role_is_bounded_and_its_policies_lie_within(
    stack: str, run_program: Any, stack_config: Callable[[str], Config], pinned_release: Any
) -> None:
    config = stack_config(stack)
    config["slipway:release"] = {"current": pinned_release(1, config["slipway:stack"]["account"])}
    if stack == "dev":
        config["slipway:cost"]["office_hours"] = {"timezone": "UTC"}
    graph = run_program(deploy, stack=stack, config=config)
    (boundary,) = graph.of_type(MANAGED)
    bounded = {
        one.name for one in graph.of_type(ROLE) if one.inputs.get("permissionsBoundary") == f"arn:of:{MANAGED}:boundary"
    }
    assert {one.name for one in graph.of_type(ROLE)} == bounded
    for one in graph.of_type(POLICY):
        # The mock engine's ARNs are made up; what they stand for is in this account and region.
        text = one.inputs["policy"].replace("arn:of:aws:kms/key:Key:key", key_arn(config))
        text = text.replace("arn:of:aws:cloudwatch/metricAlarm:MetricAlarm:", alarm_arn(config))
        text = text.replace("arn:of:aws:iam/role:Role:", role_arn(config))
        assert outside(text, boundary.inputs["policy"]) == [], NOT_A_PLACE


def key_arn(config: Config) -> str:
    return f"arn:aws:kms:us-east-1:{config['slipway:stack']['account']}:key/k"


def role_arn(config: Config) -> str:
    return f"arn:aws:iam::{config['slipway:stack']['account']}:role/"


def alarm_arn(config: Config) -> str:
    return f"arn:aws:cloudwatch:us-east-1:{config['slipway:stack']['account']}:alarm:"


def test_a_boundary_of_the_account_takes_the_place_of_the_stacks_own(
    run_program: Any, stack_config: Callable[[str], Config]
) -> None:
    config = stack_config("dev")
    config["slipway:stack"]["permissions_boundary_arn"] = "arn:aws:iam::123456789012:policy/theirs"
    graph = run_program(deploy, config=config)
    assert graph.of_type(MANAGED) == []
    found = {one.inputs["permissionsBoundary"] for one in graph.of_type(ROLE)}
    assert found == {"arn:aws:iam::123456789012:policy/theirs"}


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:CreateRole", "arn:aws:iam::123456789012:role/x"),
        ("iam:AttachRolePolicy", "arn:aws:iam::123456789012:role/x"),
        ("kms:ScheduleKeyDeletion", "arn:aws:kms:us-east-1:123456789012:key/k"),
        ("kms:Decrypt", "arn:aws:kms:us-east-1:210987654321:key/k"),
        ("s3:PutBucketPolicy", "arn:aws:s3:::lake-raw-1"),
        ("s3:DeleteBucket", "arn:aws:s3:::lake-raw-1"),
        ("sagemaker:CreateTrainingJob", "arn:aws:sagemaker:eu-west-1:123456789012:training-job/j"),
        ("sts:AssumeRole", "*"),
    ],
)
def test_what_opens_deletes_or_leaves_the_account_is_beyond_it(action: str, resource: str) -> None:
    asked = json.dumps({"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]})
    assert outside(asked, boundary_policy("123456789012", "us-east-1", "slipway-dev"))


@pytest.mark.parametrize("region", ["us-east-1", "us-gov-west-1"])
def test_the_boundary_fits_into_a_managed_policy(region: str) -> None:
    policy = boundary_policy("123456789012", region, f"slipway-{'x' * 50}")
    assert len(policy.replace(" ", "")) <= MOST_CHARACTERS
    assert {statement["Effect"] for statement in json.loads(policy)["Statement"]} == {"Allow"}
