"""The model registry and the remembered resources, as boto3 sees them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.slow

CONTAINER = {
    "Image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/serving:1",
    "ModelDataUrl": "s3://bucket/model.tar.gz",
    "Environment": {"A": "b"},
}
PACKAGE: dict[str, Any] = {
    "ModelPackageDescription": "a model",
    "InferenceSpecification": {
        "Containers": [CONTAINER],
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
        "SupportedRealtimeInferenceInstanceTypes": ["ml.m5.large"],
    },
    "ModelMetrics": {
        "ModelQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": "s3://bucket/m.json"}}
    },
    "CustomerMetadataProperties": {"model_sha256": "0" * 64, "rows": "12"},
    "SourceUri": "s3://bucket/source",
    "Domain": "MACHINE_LEARNING",
    "Task": "CLASSIFICATION",
    "MetadataProperties": {"CommitId": "abc"},
    "SkipModelValidation": "All",
}


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_a_model_package_comes_back_as_it_was_given(sandbox: Any) -> None:
    sandbox.sagemaker.create_model_package_group(ModelPackageGroupName="whole")
    arn = sandbox.sagemaker.create_model_package(ModelPackageGroupName="whole", **PACKAGE)["ModelPackageArn"]
    assert arn == "arn:aws:sagemaker:us-east-1:123456789012:model-package/whole/1"
    described = sandbox.sagemaker.describe_model_package(ModelPackageName=arn)
    assert {name: described[name] for name in PACKAGE} == PACKAGE
    assert described["ModelApprovalStatus"] == "PendingManualApproval"
    assert described["ModelPackageStatus"] == "Completed"
    assert described["CreationTime"].year > 2000


def test_versions_count_up_and_are_never_given_twice(sandbox: Any) -> None:
    sagemaker = sandbox.sagemaker
    group = sagemaker.create_model_package_group(ModelPackageGroupName="counted")["ModelPackageGroupArn"]
    arns = [
        sagemaker.create_model_package(ModelPackageGroupName=name, **PACKAGE)["ModelPackageArn"]
        for name in ("counted", group)
    ]
    sagemaker.delete_model_package(ModelPackageName=arns[1])
    third = sagemaker.create_model_package(ModelPackageGroupName="counted", **PACKAGE)["ModelPackageArn"]
    assert third.endswith("/counted/3")
    listed = sagemaker.list_model_packages(ModelPackageGroupName="counted", SortOrder="Descending")
    assert [entry["ModelPackageVersion"] for entry in listed["ModelPackageSummaryList"]] == [3, 1]


def test_a_group_with_packages_is_not_deleted(sandbox: Any) -> None:
    sagemaker = sandbox.sagemaker
    sagemaker.create_model_package_group(ModelPackageGroupName="full")
    arn = sagemaker.create_model_package(ModelPackageGroupName="full", **PACKAGE)["ModelPackageArn"]
    with pytest.raises(ClientError) as refused:
        sagemaker.delete_model_package_group(ModelPackageGroupName="full")
    assert code(refused) == "ConflictException"
    sagemaker.delete_model_package(ModelPackageName=arn)
    sagemaker.delete_model_package_group(ModelPackageGroupName="full")
    with pytest.raises(ClientError, match="does not exist") as missing:
        sagemaker.describe_model_package_group(ModelPackageGroupName="full")
    assert code(missing) == "ValidationException"


def test_an_approval_is_told_to_who_listens(sandbox: Any) -> None:
    url = sandbox.sqs.create_queue(QueueName="approvals")["QueueUrl"]
    pattern = {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Model Package State Change"],
        "detail": {"ModelPackageGroupName": ["told"], "ModelApprovalStatus": ["Approved"]},
    }
    sandbox.events.put_rule(Name="approvals", EventPattern=json.dumps(pattern))
    queue = f"arn:aws:sqs:us-east-1:{sandbox.account}:approvals"
    sandbox.events.put_targets(Rule="approvals", Targets=[{"Id": "q", "Arn": queue}])
    sandbox.sagemaker.create_model_package_group(ModelPackageGroupName="told")
    arn = sandbox.sagemaker.create_model_package(ModelPackageGroupName="told", **PACKAGE)["ModelPackageArn"]
    sandbox.sagemaker.update_model_package(
        ModelPackageArn=arn,
        ModelApprovalStatus="Approved",
        ApprovalDescription="good",
        CustomerMetadataProperties={"by": "x"},
    )
    messages = sandbox.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert len(messages) == 1
    event = json.loads(messages[0]["Body"])
    assert event["account"] == sandbox.account
    assert event["resources"] == [arn]
    assert event["detail"]["ModelPackageVersion"] == 1
    assert event["detail"]["CreationTime"] > 1_000_000_000_000  # SageMaker's events count milliseconds
    described = sandbox.sagemaker.describe_model_package(ModelPackageName=arn)
    assert described["ApprovalDescription"] == "good"
    assert described["CustomerMetadataProperties"] == {**PACKAGE["CustomerMetadataProperties"], "by": "x"}


def test_a_package_needs_a_group_or_a_name_and_something_to_run(sandbox: Any) -> None:
    sandbox.sagemaker.create_model_package_group(ModelPackageGroupName="picky")
    for params in ({}, {"ModelPackageGroupName": "picky"}, {"ModelPackageGroupName": "missing", **PACKAGE}):
        with pytest.raises(ClientError) as refused:
            sandbox.sagemaker.create_model_package(**params)
        assert code(refused) == "ValidationException"


def test_a_group_policy_is_kept_until_it_is_taken_off(sandbox: Any) -> None:
    sagemaker = sandbox.sagemaker
    sagemaker.create_model_package_group(ModelPackageGroupName="shared")
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    sagemaker.put_model_package_group_policy(ModelPackageGroupName="shared", ResourcePolicy=policy)
    assert sagemaker.get_model_package_group_policy(ModelPackageGroupName="shared")["ResourcePolicy"] == policy
    sagemaker.delete_model_package_group_policy(ModelPackageGroupName="shared")
    with pytest.raises(ClientError):
        sagemaker.get_model_package_group_policy(ModelPackageGroupName="shared")


def test_tags_are_kept_with_the_resource_and_found_by_search(sandbox: Any) -> None:
    sagemaker = sandbox.sagemaker
    tags = [{"Key": "team", "Value": "a"}]
    arn = sagemaker.create_model_package_group(ModelPackageGroupName="tagged", Tags=tags)["ModelPackageGroupArn"]
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "b"}, {"Key": "cost", "Value": "1"}])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [
        {"Key": "team", "Value": "b"},
        {"Key": "cost", "Value": "1"},
    ]
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=["cost", "not there"])
    filters = [{"Name": "Tags.team", "Operator": "Equals", "Value": "b"}]
    found = sagemaker.search(Resource="ModelPackageGroup", SearchExpression={"Filters": filters})
    names = [result["ModelPackageGroup"]["ModelPackageGroupName"] for result in found["Results"]]
    assert names == ["tagged"]
    with pytest.raises(ClientError):
        sagemaker.list_tags(ResourceArn=arn + "-not")


REMEMBERED: dict[str, dict[str, Any]] = {
    "Pipeline": {
        "PipelineName": "p",
        "ClientRequestToken": "x" * 32,
        "RoleArn": "arn:aws:iam::123456789012:role/execution",
        "PipelineDefinition": json.dumps(
            {"Version": "2020-12-01", "Steps": [{"Name": "a", "Type": "Fail", "Arguments": {"ErrorMessage": "no"}}]}
        ),
    },
    "FeatureGroup": {
        "FeatureGroupName": "f",
        "RecordIdentifierFeatureName": "id",
        "EventTimeFeatureName": "at",
        "FeatureDefinitions": [{"FeatureName": n, "FeatureType": "String"} for n in ("id", "at")],
        "OnlineStoreConfig": {"EnableOnlineStore": True},
    },
    "MlflowApp": {"Name": "m", "ArtifactStoreUri": "s3://b/k", "RoleArn": "arn:aws:iam::123456789012:role/execution"},
    "Experiment": {"ExperimentName": "e"},
    "CodeRepository": {"CodeRepositoryName": "c", "GitConfig": {"RepositoryUrl": "https://example.com/r.git"}},
    "Image": {"ImageName": "i", "RoleArn": "arn:aws:iam::123456789012:role/execution"},
}


@pytest.mark.parametrize("noun", REMEMBERED)
def test_what_is_only_remembered_can_be_made_read_listed_and_forgotten(sandbox: Any, noun: str) -> None:
    client = sandbox.sagemaker
    methods = {api: name for name, api in client.meta.method_to_api_mapping.items()}
    given = REMEMBERED[noun]
    created = getattr(client, methods[f"Create{noun}"])(**given)
    arn = next(value for name, value in created.items() if name.endswith("Arn"))
    members = client.meta.service_model.operation_model(f"Describe{noun}").input_shape.required_members
    identity = {name: given.get(name, arn) for name in members}
    described = getattr(client, methods[f"Describe{noun}"])(**identity)
    shape = client.meta.service_model.operation_model(f"Describe{noun}").output_shape
    for name, value in given.items():
        if name in shape.members:
            assert described[name] == value
    assert set(shape.required_members) - {"NextToken"} <= set(described)
    if noun != "MlflowApp":
        with pytest.raises(ClientError):
            getattr(client, methods[f"Create{noun}"])(**given)
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    listed = getattr(client, methods[f"List{plural}"])()
    assert any(arn in entry.values() for entries in listed.values() if isinstance(entries, list) for entry in entries)
    token = {"ClientRequestToken": "y" * 32} if noun == "Pipeline" else {}
    getattr(client, methods[f"Delete{noun}"])(**identity, **token)
    with pytest.raises(ClientError) as missing:
        getattr(client, methods[f"Describe{noun}"])(**identity)
    declared = {error.name for error in client.meta.service_model.operation_model(f"Describe{noun}").error_shapes}
    assert code(missing) == ("ResourceNotFound" if "ResourceNotFound" in declared else "ValidationException")


def test_work_that_nobody_does_fails_and_is_not_pretended(sandbox: Any) -> None:
    sandbox.sagemaker.create_compilation_job(
        CompilationJobName="c",
        RoleArn="arn:aws:iam::123456789012:role/execution",
        InputConfig={"S3Uri": "s3://b/model.tar.gz", "Framework": "ONNX"},
        OutputConfig={"S3OutputLocation": "s3://b/k"},
        StoppingCondition={"MaxRuntimeInSeconds": 60},
    )
    job = sandbox.sagemaker.describe_compilation_job(CompilationJobName="c")
    assert (job["CompilationJobStatus"], job["FailureReason"]) == (
        "FAILED",
        "the sandbox does not do the work of a CompilationJob",
    )


def test_an_operation_that_is_not_there_is_refused_by_name(sandbox: Any) -> None:
    with pytest.raises(ClientError, match="StartClusterHealthCheck") as refused:
        sandbox.sagemaker.start_cluster_health_check(
            ClusterName="c",
            DeepHealthCheckConfigurations=[{"InstanceGroupName": "g", "DeepHealthChecks": ["InstanceStress"]}],
        )
    assert code(refused) == "NotImplementedInSandbox"
