"""Who else reads the registry, and who hears of approvals."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.components.registry.model_registry import ModelRegistry, ModelRegistryArgs
from infra.retention import retention

POLICY = "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy"
RULE = "aws:cloudwatch/eventRule:EventRule"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"


def args(**changes: Any) -> ModelRegistryArgs:
    return ModelRegistryArgs(
        account_id="123456789012",
        region="eu-west-1",
        model_package_group_name="slipway-dev",
        retention=retention("dev"),
        **changes,
    )


def test_nobody_else_reads_and_nobody_is_told_unless_it_is_asked_for(run_program: Any) -> None:
    graph = run_program(lambda: ModelRegistry("registry", args()))
    assert [graph.of_type(token) for token in (POLICY, RULE, TARGET)] == [[], [], []]


def test_readers_look_at_this_group_and_change_nothing(run_program: Any) -> None:
    graph = run_program(lambda: ModelRegistry("registry", args(reader_accounts=("333344445555", "222233334444"))))
    statements = json.loads(graph.one(POLICY, "registry").inputs["resourcePolicy"])["Statement"]
    readers = ["arn:aws:iam::222233334444:root", "arn:aws:iam::333344445555:root"]
    assert [one["Principal"]["AWS"] for one in statements] == [readers, readers]
    start = "arn:aws:sagemaker:eu-west-1:123456789012"
    assert {one["Resource"]: one["Action"] for one in statements} == {
        f"{start}:model-package-group/slipway-dev": ["sagemaker:DescribeModelPackageGroup"],
        f"{start}:model-package/slipway-dev/*": ["sagemaker:DescribeModelPackage", "sagemaker:ListModelPackages"],
    }


def test_approvals_of_this_group_reach_the_topic(run_program: Any) -> None:
    graph = run_program(lambda: ModelRegistry("registry", args(approvals_topic_arn="arn:topic")))
    pattern = json.loads(graph.one(RULE, "registry").inputs["eventPattern"])
    assert pattern["detail-type"] == ["SageMaker Model Package State Change"]
    assert pattern["detail"]["ModelPackageGroupName"] == ["slipway-dev"]
    assert "Approved" in pattern["detail"]["ModelApprovalStatus"]
    assert graph.one(TARGET, "registry").inputs["arn"] == "arn:topic"


def test_the_groups_own_account_is_no_reader() -> None:
    with pytest.raises(ValueError, match="123456789012, whose group it is"):
        args(reader_accounts=("123456789012",))
