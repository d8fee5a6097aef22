"""`slipway train` against an account: where the job runs, what is registered, what is said when the watch ends."""

from __future__ import annotations

import io
import json
import tarfile
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from slipway import outputs
from slipway.train.command import Order, finish, train

if TYPE_CHECKING:
    from collections.abc import Iterator

GROUP = "slipway-dev"
REGION = "us-east-1"
ORDER = Order(
    stack="dev", train="s3://curated/t/", validation="s3://curated/v/", hyperparameters={"seed": "1"}, approve=True
)
OUTPUTS = outputs.read(
    "dev",
    {
        "lake": {"raw": "raw", "curated": "curated", "artifacts": "artifacts", "captures": "captures"},
        "key_arn": f"arn:aws:kms:{REGION}:123456789012:key/k",
        "training": {
            "role_arn": "arn:aws:iam::123456789012:role/training",
            "image": f"123456789012.dkr.ecr.{REGION}.amazonaws.com/slipway-dev/training:1",
            "code_uri": "s3://artifacts/code/training/d.tar.gz",
            "log_group": "/aws/sagemaker/TrainingJobs",
            "instance_type": "ml.m5.xlarge",
            "instance_count": 1.0,
            "volume_size_gib": 10.0,
            "max_runtime_seconds": 600.0,
            "checkpoint_path": "s3://artifacts/checkpoints/",
            "output_path": "s3://artifacts/models/",
        },
        "serving": {
            "role_arn": "arn:aws:iam::123456789012:role/serving",
            "image": f"123456789012.dkr.ecr.{REGION}.amazonaws.com/slipway-dev/serving:1",
            "code_uri": "s3://artifacts/code/serving/d.tar.gz",
            "instance_type": "ml.m5.large",
            "endpoint_name": "slipway-dev",
            "events_log_group": "/aws/events/slipway-dev",
        },
        "registry": {"model_package_group_name": GROUP},
        "dashboard": {"name": GROUP},
    },
)


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make the stack's account, asked by somebody whose profile names another region."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "k",
        "AWS_SECRET_ACCESS_KEY": "s",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_CONFIG_FILE": "/dev/null",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        boto3.client("s3", region_name=REGION).create_bucket(Bucket="artifacts")
        sagemaker().create_model_package_group(ModelPackageGroupName=GROUP)
        yield


def sagemaker() -> Any:
    return boto3.client("sagemaker", region_name=REGION)


def put_model(status: str) -> None:
    """Leave the model of the job that was just named, as SageMaker does."""
    name = status.removeprefix("training job ")
    if name == status:
        return
    uri = sagemaker().describe_training_job(TrainingJobName=name)["ModelArtifacts"]["S3ModelArtifacts"]
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    text = json.dumps({"metrics": {"validation:auc": 0.75}}).encode()
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        member = tarfile.TarInfo("manifest.json")
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text))
    boto3.client("s3", region_name=REGION).put_object(Bucket=bucket, Key=key, Body=content.getvalue())


def test_the_job_and_its_model_are_in_the_stacks_region() -> None:
    trained = train(ORDER, OUTPUTS, on_line=print, on_status=put_model)
    package = sagemaker().describe_model_package(ModelPackageName=trained.package_arn)
    assert package["ModelApprovalStatus"] == "Approved"
    assert package["ModelPackageGroupName"] == GROUP


def test_an_ended_watch_says_that_the_job_goes_on_and_how_to_register_its_model() -> None:
    said: list[str] = []

    def interrupted(status: str) -> None:
        said.append(status)
        if status == "Completed":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(ORDER, OUTPUTS, on_line=print, on_status=interrupted)
    name = said[0].removeprefix("training job ")
    assert said[-1].startswith(f"the job goes on: `slipway train -s dev --job {name}` follows it again")
    trained = finish(name, OUTPUTS, stack="dev", approval=False, on_line=print, on_status=put_model)
    package = sagemaker().describe_model_package(ModelPackageName=trained.package_arn)
    assert package["ModelApprovalStatus"] == "PendingManualApproval"
    notes = package["CustomerMetadataProperties"]
    assert (notes["training_job"], notes["train_data"]) == (name, "s3://curated/t/")
    assert notes["validation_data"] == "s3://curated/v/"
