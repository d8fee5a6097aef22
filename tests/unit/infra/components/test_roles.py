"""Execution roles: who may take them and what they may do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.components.serving.serving_role import ServingRole, ServingRoleArgs
from infra.components.training.training_environment import TrainingEnvironment, TrainingEnvironmentArgs

ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/rolePolicy:RolePolicy"
ACCOUNT = "123456789012"


def training(*, own_log_group: bool = True, boundary: str | None = None) -> None:
    TrainingEnvironment(
        "training",
        TrainingEnvironmentArgs(
            account_id=ACCOUNT,
            region="us-east-1",
            curated_bucket="curated",
            artifacts_bucket="artifacts",
            key_arn="arn:key",
            repository_name="slipway-dev/training",
            own_log_group=own_log_group,
            log_retention_days=14,
            permissions_boundary_arn=boundary,
        ),
    )


def serving(
    *, rollback_alarm_arns: tuple[str, ...] = (), asynchronous: bool = False, notify_topic_arn: str | None = None
) -> None:
    ServingRole(
        "serving",
        ServingRoleArgs(
            account_id=ACCOUNT,
            region="us-east-1",
            endpoint_name="slipway-dev",
            artifacts_bucket="artifacts",
            captures_bucket="captures",
            key_arn="arn:key",
            repository_name="slipway-dev/serving",
            rollback_alarm_arns=rollback_alarm_arns,
            asynchronous=asynchronous,
            notify_topic_arn=notify_topic_arn,
        ),
    )


def allowed(graph: Any, policy: str) -> dict[str, set[str]]:
    """Return resource to actions of one policy."""
    found: dict[str, set[str]] = {}
    for statement in json.loads(graph.one(POLICY, policy).inputs["policy"])["Statement"]:
        resources = statement["Resource"]
        for resource in [resources] if isinstance(resources, str) else resources:
            found.setdefault(resource, set()).update(statement["Action"])
    return found


@pytest.mark.parametrize(("declare", "name"), [(training, "training"), (serving, "serving")])
def test_only_sagemaker_on_behalf_of_this_account_takes_a_role(run_program: Any, declare: Any, name: str) -> None:
    trust = json.loads(run_program(declare).one(ROLE, name).inputs["assumeRolePolicy"])
    (statement,) = trust["Statement"]
    assert statement["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_a_training_job_reads_data_and_code_and_writes_models(run_program: Any) -> None:
    found = allowed(run_program(training), "training-data")
    assert found["arn:aws:s3:::curated/*"] == {"s3:GetObject"}
    assert found["arn:aws:s3:::artifacts/datasets/*"] == {"s3:GetObject"}
    assert found["arn:aws:s3:::artifacts/code/training/*"] == {"s3:GetObject"}
    assert found["arn:aws:s3:::artifacts/models/*"] == {"s3:PutObject", "s3:AbortMultipartUpload"}


def test_an_endpoint_reads_models_and_code_and_writes_captures(run_program: Any) -> None:
    found = allowed(run_program(serving), "serving-data")
    assert found["arn:aws:s3:::artifacts/models/*"] == {"s3:GetObject"}
    assert found["arn:aws:s3:::artifacts/code/serving/*"] == {"s3:GetObject"}
    assert found["arn:aws:s3:::captures/endpoints/*"] == {"s3:PutObject", "s3:AbortMultipartUpload"}
    assert "arn:aws:s3:::captures/*" not in found


def test_an_endpoint_writes_to_its_own_log_group_only(run_program: Any) -> None:
    group = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/sagemaker/Endpoints/slipway-dev"
    logs = {arn for arn in allowed(run_program(serving), "serving-data") if ":logs:" in arn}
    assert logs == {group, f"{group}:*"}  # with ":*" is how CloudWatch Logs writes a group, and its streams


def test_sagemaker_may_look_at_the_alarms_that_take_a_rollout_back(run_program: Any) -> None:
    rings, other = (f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:{name}" for name in ("errors-1", "latency-1"))
    found = allowed(run_program(lambda: serving(rollback_alarm_arns=(rings, other))), "serving-alarms")
    assert found == {rings: {"cloudwatch:DescribeAlarms"}, other: {"cloudwatch:DescribeAlarms"}}


def test_a_role_without_alarms_has_no_policy_for_them(run_program: Any) -> None:
    assert {one.name for one in run_program(serving).of_type(POLICY)} == {"serving-data", "serving-key"}


@pytest.mark.parametrize(("declare", "policy"), [(training, "training-key"), (serving, "serving-key")])
def test_a_role_uses_one_key_and_hands_it_to_aws_only(run_program: Any, declare: Any, policy: str) -> None:
    statements = json.loads(run_program(declare).one(POLICY, policy).inputs["policy"])["Statement"]
    assert {statement["Resource"] for statement in statements} == {"arn:key"}
    (grant,) = [one for one in statements if "kms:CreateGrant" in one["Action"]]
    assert grant["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}


def test_metrics_go_to_sagemakers_namespace_only(run_program: Any) -> None:
    statements = json.loads(run_program(training).one(POLICY, "training-data").inputs["policy"])["Statement"]
    (metrics,) = [one for one in statements if one["Action"] == ["cloudwatch:PutMetricData"]]
    assert metrics["Condition"] == {"StringEquals": {"cloudwatch:namespace": "/aws/sagemaker/TrainingJobs"}}


def test_a_stack_that_does_not_own_the_accounts_log_group_leaves_it_alone(run_program: Any) -> None:
    assert run_program(lambda: training(own_log_group=False)).of_type("aws:cloudwatch/logGroup:LogGroup") == []
    owned = [one.inputs["name"] for one in run_program(training).of_type("aws:cloudwatch/logGroup:LogGroup")]
    assert owned == ["/aws/sagemaker/TrainingJobs", "/aws/sagemaker/ProcessingJobs"]


def test_a_permissions_boundary_bounds_the_role(run_program: Any) -> None:
    graph = run_program(lambda: training(boundary="arn:aws:iam::123456789012:policy/b"))
    assert graph.one(ROLE, "training").inputs["permissionsBoundary"] == "arn:aws:iam::123456789012:policy/b"
    assert "permissionsBoundary" not in run_program(training).one(ROLE, "training").inputs


def test_an_asynchronous_endpoint_reads_requests_and_writes_answers_and_nothing_else_of_the_captures(
    run_program: Any,
) -> None:
    graph = run_program(lambda: serving(asynchronous=True, notify_topic_arn="arn:topic"))
    assert allowed(graph, "serving-asynchronous") == {
        "arn:aws:s3:::captures/async/requests/*": {"s3:GetObject"},
        "arn:aws:s3:::captures/async/answers/*": {"s3:PutObject", "s3:AbortMultipartUpload"},
        "arn:aws:s3:::captures/async/failures/*": {"s3:PutObject", "s3:AbortMultipartUpload"},
    }
    assert allowed(graph, "serving-notify") == {"arn:topic": {"sns:Publish"}}
