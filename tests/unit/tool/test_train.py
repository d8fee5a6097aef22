"""The request of a training job, and how its log is followed."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from slipway import outputs
from slipway.failure import Failure
from slipway.outputs import Network
from slipway.train import job as jobs

TRAINING = outputs.Training(
    role_arn="arn:aws:iam::123456789012:role/training",
    image="123456789012.dkr.ecr.us-east-1.amazonaws.com/slipway-dev/training:1",
    code_uri="s3://artifacts/code/training/d.tar.gz",
    log_group="/aws/sagemaker/TrainingJobs",
    instance_type="ml.m5.xlarge",
    instance_count=1,
    volume_size_gib=10,
    max_runtime_seconds=600,
    max_wait_seconds=None,
    checkpoint_path="s3://artifacts/checkpoints/",
    output_path="s3://artifacts/models/",
)
KEY = "arn:aws:kms:us-east-1:123456789012:key/k"


def client(service: str) -> Any:
    return boto3.client(
        service,  # type: ignore[call-overload]
        region_name="us-east-1",
        aws_access_key_id="k",
        aws_secret_access_key="s",
    )


def request(**changes: Any) -> Any:
    words: dict[str, Any] = {
        "train": "s3://a/d.manifest",
        "validation": "s3://c/july/",
        "hyperparameters": {"trees": "5"},
    }
    return jobs.request("job-1", TRAINING, key_arn=KEY, **{**words, **changes})


def test_a_manifest_and_a_prefix_become_the_channels_that_sagemaker_knows() -> None:
    kinds = {
        channel["ChannelName"]: channel["DataSource"]["S3DataSource"]["S3DataType"]
        for channel in request()["InputDataConfig"]
    }
    assert kinds == {"train": "ManifestFile", "validation": "S3Prefix", "code": "S3Prefix"}


def test_sagemakers_own_model_of_the_api_accepts_the_request() -> None:
    sagemaker = client("sagemaker")
    with Stubber(sagemaker) as stub:
        stub.add_response("create_training_job", {"TrainingJobArn": "arn:" + "x" * 60})
        sagemaker.create_training_job(**request())


def test_the_container_has_no_network() -> None:
    assert request()["EnableNetworkIsolation"] is True


def test_a_job_joins_the_stacks_network_where_it_has_one() -> None:
    network = Network(subnet_ids=("subnet-1", "subnet-2"), security_group_ids=("sg-1",))
    assert "VpcConfig" not in request()
    joined = request(network=network)
    assert joined["VpcConfig"] == {"Subnets": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"]}
    assert joined["EnableInterContainerTrafficEncryption"] is False
    several = jobs.request(
        "job-1",
        replace(TRAINING, instance_count=2),
        key_arn=KEY,
        network=network,
        train="s3://a/t/",
        validation="s3://a/v/",
        hyperparameters={},
    )
    assert several["EnableInterContainerTrafficEncryption"] is True


def test_disks_are_encrypted_with_the_stacks_key_where_sagemaker_takes_one() -> None:
    assert request()["ResourceConfig"]["VolumeKmsKeyId"] == KEY
    local = dataclasses.replace(TRAINING, instance_type="ml.g5.xlarge")
    wanted = jobs.request("job-1", local, key_arn=KEY, train="s3://a/t/", validation="s3://a/v/", hyperparameters={})
    assert "VolumeKmsKeyId" not in wanted["ResourceConfig"]
    assert wanted["OutputDataConfig"]["KmsKeyId"] == KEY


def test_a_job_that_an_earlier_try_made_is_started() -> None:
    sagemaker = client("sagemaker")
    with Stubber(sagemaker) as stub:
        stub.add_client_error("create_training_job", "ResourceInUse")
        jobs.start(sagemaker, request())
        stub.add_client_error("create_training_job", "ResourceLimitExceeded")
        with pytest.raises(ClientError, match="ResourceLimitExceeded"):
            jobs.start(sagemaker, request())


def test_a_job_of_somebody_elses_is_not_registered() -> None:
    sagemaker = client("sagemaker")
    with Stubber(sagemaker) as stub:
        stub.add_response("describe_training_job", describe("Completed"))
        with pytest.raises(Failure, match="job-1 has no channels train and validation"):
            jobs.data_of(sagemaker, "job-1")


def describe(status: str, **more: Any) -> dict[str, Any]:
    return {
        "TrainingJobName": "job-1",
        "TrainingJobArn": "arn:" + "x" * 60,
        "ModelArtifacts": {"S3ModelArtifacts": "s3://artifacts/models/job-1/output/model.tar.gz"},
        "TrainingJobStatus": status,
        "SecondaryStatus": {"InProgress": "Training"}.get(status, status),
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        "CreationTime": "2026-01-01",
        **more,
    }


def follow(logs: Any, *statuses: dict[str, Any]) -> tuple[jobs.Ended, list[str], list[str]]:
    sagemaker = client("sagemaker")
    lines: list[str] = []
    seen: list[str] = []
    with Stubber(sagemaker) as stub:
        for status in statuses:
            stub.add_response("describe_training_job", status)
        tail = jobs.LogTail(logs, TRAINING.log_group, "job-1")
        ended = jobs.follow(
            sagemaker, tail, "job-1", on_line=lines.append, on_status=seen.append, sleep=lambda _seconds: None
        )
    return ended, lines, seen


def test_lines_are_passed_on_once_and_the_last_ones_are_not_lost() -> None:
    logs = client("logs")
    streams = {"logStreams": [{"logStreamName": "job-1/algo-1"}]}

    def page(token: str, *lines: str) -> dict[str, Any]:
        return {"events": [{"message": line} for line in lines], "nextForwardToken": token}

    with Stubber(logs) as stub:
        for pages in ([page("1", "a"), page("1")], [page("2", "b", "c"), page("2")]):
            stub.add_response("describe_log_streams", streams)
            for answer in pages:
                stub.add_response("get_log_events", answer)
        metrics = [{"MetricName": "validation:auc", "Value": 0.75, "Timestamp": "2026-01-01"}]
        ended, lines, seen = follow(logs, describe("InProgress"), describe("Completed", FinalMetricDataList=metrics))
    assert lines == ["a", "b", "c"]
    assert seen == ["Training", "Completed"]
    assert ended.metrics == {"validation:auc": 0.75}
    assert jobs.model_of(ended).endswith("model.tar.gz")


def test_a_log_group_that_is_not_there_yet_is_no_error() -> None:
    logs = client("logs")
    with Stubber(logs) as stub:
        stub.add_client_error("describe_log_streams", "ResourceNotFoundException")
        ended, lines, _ = follow(logs, describe("Failed", FailureReason="AlgorithmError: no rows, exit code: 1"))
    assert lines == []
    with pytest.raises(Failure, match="job-1 ended Failed: AlgorithmError: no rows"):
        jobs.model_of(ended)
