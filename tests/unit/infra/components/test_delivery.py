"""Who delivers from GitHub, and what that may touch."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import pytest

from infra.components.delivery.place import Place
from infra.components.delivery.reading import reading_policy, state_policy
from infra.components.delivery.writing import data_policy, operations_policy, roles_policy
from infra.program import deploy

if TYPE_CHECKING:
    from collections.abc import Callable

Config = dict[str, Any]
ACCOUNT = "123456789012"
ROLE = "aws:iam/role:Role"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
GITHUB = "token.actions.githubusercontent.com"
MOST_CHARACTERS = 6144  # IAM's limit of a managed policy, white space not counted
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/slipway-dev-boundary"
PLACE = Place(
    account_id=ACCOUNT, region="us-east-1", prefix="slipway-dev", role_names=("training",), bucket_prefix="lake"
)
DELIVERY = {
    "repository": "acme/flights",
    "repository_id": "4711",
    "repository_owner_id": "42",
    "state_bucket": "acme-state",
    "state_key_arn": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k",
}
# AWS cannot scope these by resource: https://docs.aws.amazon.com/service-authorization/
UNSCOPED = {
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:DescribeScalingPolicies",
    "ec2",
    "lakeformation",
    "kms:CreateKey",
    "kms:ListAliases",
    "logs:DescribeResourcePolicies",
}

pytestmark = pytest.mark.usefixtures("project_folder")


def policies() -> dict[str, list[dict[str, Any]]]:
    texts = {
        "read": reading_policy(PLACE),
        "roles": roles_policy(PLACE, BOUNDARY),
        "data": data_policy(PLACE),
        "operations": operations_policy(PLACE),
    }
    return {name: json.loads(text)["Statement"] for name, text in texts.items()}


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


@pytest.fixture
def graph(run_program: Any, stack_config: Callable[[str], Config]) -> Any:
    config = stack_config("dev")
    config["slipway:delivery"] = DELIVERY
    return run_program(deploy, config=config)


def test_nobody_delivers_unless_the_stack_file_names_a_repository(
    run_program: Any, stack_config: Callable[[str], Config]
) -> None:
    made = run_program(deploy, config=stack_config("dev"))
    assert made.of_type("aws:iam/openIdConnectProvider:OpenIdConnectProvider") == []
    assert {one.name for one in made.of_type(ROLE)} == {"pipeline-jobs", "pipeline-run", "serving", "training"}
    assert "delivery" not in made.exports


@pytest.mark.parametrize(
    ("purpose", "contexts"),
    [("preview", ["pull_request", "ref:refs/heads/main"]), ("deploy", ["environment:dev"])],
)
def test_a_role_is_for_few_contexts_of_one_repository_by_ids_that_never_change(
    graph: Any, purpose: str, contexts: list[str]
) -> None:
    (trust,) = json.loads(graph.one(ROLE, f"delivery-{purpose}").inputs["assumeRolePolicy"])["Statement"]
    assert trust["Action"] == ["sts:AssumeRoleWithWebIdentity"]
    assert trust["Condition"] == {
        "StringEquals": {
            f"{GITHUB}:aud": "sts.amazonaws.com",
            f"{GITHUB}:sub": [f"repo:acme@42/flights@4711:{context}" for context in contexts],
            f"{GITHUB}:repository_id": "4711",
            f"{GITHUB}:repository_owner_id": "42",
        }
    }


def test_a_preview_reads_and_a_deployment_does_the_rest_too(graph: Any) -> None:
    attached: dict[str, set[str]] = {}
    for one in graph.of_type(ATTACHMENT):
        attached.setdefault(one.inputs["role"], set()).add(one.inputs["policyArn"].rpartition(":")[2])
    assert attached == {
        "slipway-dev-preview": {"delivery-read"},
        "slipway-dev-deploy": {"delivery-read", "delivery-roles", "delivery-data", "delivery-operations"},
    }


def test_what_a_preview_may_do_changes_nothing_and_opens_no_data() -> None:
    statements = [*policies()["read"], *json.loads(state_policy("arn:s", "arn:k", writing=False))["Statement"]]
    verbs = ("Describe", "Get", "List", "View")
    for statement in statements:
        for action in listed(statement["Action"]):
            assert action == "kms:Decrypt" or action.partition(":")[2].startswith(verbs), action
    (objects,) = [one for one in statements if one["Sid"] == "SeeCode"]
    assert objects["Resource"] == ["arn:aws:s3:::lake-artifacts-*/code/*"]
    (opened,) = [one for one in statements if "kms:Decrypt" in one["Action"]]
    assert opened["Resource"] == "arn:k"


def test_a_deployment_makes_bounded_roles_of_the_stack_only() -> None:
    found = {one["Sid"]: one for one in policies()["roles"]}
    assert found["MakeBoundedRoles"]["Condition"] == {"StringEquals": {"iam:PermissionsBoundary": BOUNDARY}}
    for sid in ("MakeBoundedRoles", "KeepRoles", "PassRoles"):
        assert found[sid]["Resource"] == [f"arn:aws:iam::{ACCOUNT}:role/training-*"]
    assert found["PassRoles"]["Condition"]["StringEquals"]["iam:PassedToService"]
    allowed = {action for one in found.values() if one["Effect"] == "Allow" for action in one["Action"]}
    assert "iam:DeleteRolePermissionsBoundary" not in allowed
    assert not {action for action in allowed if "Policy" in action and "RolePolicy" not in action} - {
        "iam:UpdateAssumeRolePolicy"
    }


def test_a_deployment_moves_neither_the_boundary_nor_the_roles_that_it_acts_as() -> None:
    (limits,) = [one for one in policies()["roles"] if one["Effect"] == "Deny"]
    for arn in (BOUNDARY, f"arn:aws:iam::{ACCOUNT}:role/slipway-dev-deploy"):
        assert any(fnmatchcase(arn, pattern) for pattern in limits["Resource"])
    assert {"iam:CreatePolicyVersion", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"} <= set(limits["Action"])


def test_the_verdict_after_a_deployment_reads_models_through_s3_and_asks_one_endpoint() -> None:
    found = {one["Sid"]: one for one in policies()["operations"]}
    assert found["AskEndpoint"]["Resource"] == [f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:endpoint/slipway-dev"]
    assert found["ReadModels"]["Resource"] == ["arn:aws:s3:::lake-artifacts-*/models/*"]
    assert found["OpenModels"]["Condition"] == {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}


def test_only_what_aws_cannot_scope_has_every_resource_and_no_action_is_a_pattern() -> None:
    for statement in [one for policy in policies().values() for one in policy]:
        assert not [action for action in listed(statement["Action"]) if "*" in action]
        if statement["Resource"] == "*":
            for action in listed(statement["Action"]):
                assert {action, action.partition(":")[0]} & UNSCOPED, action


def test_every_policy_fits_and_names_its_statements() -> None:
    for name, statements in policies().items():
        assert len(json.dumps(statements).replace(" ", "")) <= MOST_CHARACTERS, name
        sids = [one["Sid"] for one in statements]
        assert len(set(sids)) == len(sids)
        assert all(sid.isalnum() for sid in sids)


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_a_deployment_may_make_every_role_of_every_stack(
    stack: str, run_program: Any, stack_config: Callable[[str], Config], pinned_release: Any
) -> None:
    config = stack_config(stack)
    account = config["slipway:stack"]["account"]
    config |= {"slipway:release": {"current": pinned_release(1, account)}, "slipway:delivery": DELIVERY}
    if stack == "dev":
        config["slipway:cost"]["office_hours"] = {"timezone": "UTC"}
    made = run_program(deploy, stack=stack, config=config)
    policy = json.loads(made.one("aws:iam/policy:Policy", "delivery-roles").inputs["policy"])
    (keep,) = [one for one in policy["Statement"] if one["Sid"] == "KeepRoles"]
    for role in made.of_type(ROLE):
        if role.parent != "delivery":
            arn = f"arn:aws:iam::{account}:role/{role.name}-0000000"
            hint = f"add {role.name!r} to ROLE_NAMES in infra/surroundings.py"
            assert any(fnmatchcase(arn, pattern) for pattern in keep["Resource"]), hint


def test_an_account_that_knows_github_already_is_not_told_again(
    run_program: Any, stack_config: Callable[[str], Config]
) -> None:
    config = stack_config("dev")
    config["slipway:delivery"] = {**DELIVERY, "own_provider": False, "github_environment": "development"}
    made = run_program(deploy, config=config)
    assert made.of_type("aws:iam/openIdConnectProvider:OpenIdConnectProvider") == []
    (trust,) = json.loads(made.one(ROLE, "delivery-deploy").inputs["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"}
    (subject,) = trust["Condition"]["StringEquals"][f"{GITHUB}:sub"]
    assert subject.endswith(":environment:development")
