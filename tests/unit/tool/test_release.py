"""`slipway release` against a registry and a bucket: what is pinned, and what is refused."""

from __future__ import annotations

import io
import json
import tarfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from slipway import outputs, stack_file
from slipway.artifact import file_sha256
from slipway.failure import Failure, Misuse
from slipway.release.command import release

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GROUP = "slipway-dev"
MODEL = "s3://artifacts/models/job-1/output/model.tar.gz"
STACK_FILE = """\
config:
  slipway:stack: {environment: dev, account: "123456789012", region: us-east-1, owner: ml}
  slipway:lake: {noncurrent_version_days: 7, captures_expiry_days: 7}
  slipway:images: {training_tag: "1", serving_tag: "1"}
  slipway:training:
    {instance_type: ml.m5.xlarge, volume_size_gib: 10, max_runtime_seconds: 600, own_log_group: true,
     log_retention_days: 7}
  slipway:serving: {instance_type: ml.m5.large, initial_instance_count: 1, capture_percentage: 0, log_retention_days: 7}
  slipway:monitoring:
    {server_errors_threshold: 1, model_errors_threshold: 5, latency_p90_ms: 500, evaluation_periods: 1}  # quiet
"""
OUTPUTS = outputs.Outputs(
    lake=outputs.Lake(raw="raw", curated="curated", artifacts="artifacts", captures="captures"),
    key_arn="arn:aws:kms:us-east-1:123456789012:key/k",
    training=outputs.Training(
        role_arn="arn:aws:iam::123456789012:role/t",
        image="123456789012.dkr.ecr.us-east-1.amazonaws.com/slipway-dev/training:1",
        code_uri="s3://artifacts/code/training/d.tar.gz",
        log_group="/aws/sagemaker/TrainingJobs",
        instance_type="ml.m5.xlarge",
        instance_count=1,
        volume_size_gib=10,
        max_runtime_seconds=600,
        output_path="s3://artifacts/models/",
    ),
    serving=outputs.Serving(
        role_arn="arn:aws:iam::123456789012:role/s",
        image="123456789012.dkr.ecr.us-east-1.amazonaws.com/slipway-dev/serving:1",
        code_uri="s3://artifacts/code/serving/d.tar.gz",
        instance_type="ml.m5.large",
        initial_instance_count=1,
    ),
    model_package_group=GROUP,
    endpoint=None,
    dashboard=GROUP,
)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make an account with the artifacts bucket and the stack's model package group."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "k",
        "AWS_SECRET_ACCESS_KEY": "s",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": "/dev/null",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="artifacts")
        boto3.client("sagemaker").create_model_package_group(ModelPackageGroupName=GROUP)
        yield


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Pulumi.dev.yaml"
    path.write_text(STACK_FILE)
    return path


def put_model(folder: Path, auc: float, uri: str = MODEL) -> str:
    """Upload a model artifact; return its digest."""
    path = folder / "model.tar.gz"
    text = json.dumps({"version": 1, "metrics": {"auc": auc}}).encode()
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo("manifest.json")
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text))
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    boto3.client("s3").upload_file(str(path), bucket, key)
    return file_sha256(path)


def register(digest: str | None, *, approved: bool = True, job: str = "job-1", uri: str = MODEL) -> str:
    properties = {"serving_code": OUTPUTS.serving.code_uri, "training_job": job}
    if digest is not None:
        properties["model_sha256"] = digest
    answer = boto3.client("sagemaker").create_model_package(
        ModelPackageGroupName=GROUP,
        InferenceSpecification={
            "Containers": [{"Image": OUTPUTS.serving.image, "ModelDataUrl": uri}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
        ModelApprovalStatus="Approved" if approved else "PendingManualApproval",
        CustomerMetadataProperties=properties,
    )
    return answer["ModelPackageArn"]


def pinned(file: Path) -> Any:
    return stack_file.settings(file.read_text(), name=file.name)["slipway:release"]


@pytest.mark.usefixtures("account")
def test_the_newest_approved_package_is_pinned_with_all_that_a_release_needs(file: Path, tmp_path: Path) -> None:
    digest = put_model(tmp_path, 0.76)
    arn = register(digest)
    register(digest, approved=False, job="job-2")
    released = release(file, OUTPUTS)
    assert released.changed
    assert pinned(file) == {
        "current": {
            "model_package_arn": arn,
            "model_data": MODEL,
            "model_sha256": digest,
            "image": OUTPUTS.serving.image,
            "code": OUTPUTS.serving.code_uri,
            "instance_type": "ml.m5.large",
            "initial_instance_count": 1,
            "metrics": {"auc": 0.76},
        }
    }
    assert file.read_text().startswith(STACK_FILE)


@pytest.mark.usefixtures("account")
def test_releasing_again_writes_nothing(file: Path, tmp_path: Path) -> None:
    register(put_model(tmp_path, 0.76))
    release(file, OUTPUTS)
    before = file.stat().st_mtime_ns
    again = release(file, OUTPUTS)
    assert (again.changed, again.difference) == (False, [])
    assert file.stat().st_mtime_ns == before


@pytest.mark.usefixtures("account")
def test_a_registered_model_can_be_served_with_the_stacks_code_of_today(file: Path, tmp_path: Path) -> None:
    register(put_model(tmp_path, 0.76))
    release(file, OUTPUTS)
    today = replace(OUTPUTS, serving=replace(OUTPUTS.serving, code_uri="s3://artifacts/code/serving/e.tar.gz"))
    assert not release(file, today).changed
    assert release(file, today, current_code=True).changed
    section = pinned(file)
    assert section["current"]["code"] == today.serving.code_uri
    assert section["previous"]["code"] == OUTPUTS.serving.code_uri
    assert section["current"]["model_sha256"] == section["previous"]["model_sha256"]


@pytest.mark.usefixtures("account")
def test_the_next_release_keeps_the_one_before(file: Path, tmp_path: Path) -> None:
    first = register(put_model(tmp_path, 0.76))
    release(file, OUTPUTS)
    other = MODEL.replace("job-1", "job-2")
    second = register(put_model(tmp_path, 0.79, other), job="job-2", uri=other)
    released = release(file, OUTPUTS, job="job-2")
    assert pinned(file)["current"]["model_package_arn"] == second
    assert pinned(file)["previous"]["model_package_arn"] == first
    assert any(line.startswith("metrics.auc: 0.7600 -> 0.7900") for line in released.difference)


@pytest.mark.usefixtures("account")
def test_a_package_that_is_not_approved_is_refused_with_the_way_to_approve_it(file: Path, tmp_path: Path) -> None:
    arn = register(put_model(tmp_path, 0.76), approved=False)
    with pytest.raises(Failure, match=r"PendingManualApproval.*--model-approval-status Approved"):
        release(file, OUTPUTS, arn=arn)
    assert file.read_text() == STACK_FILE


@pytest.mark.usefixtures("account")
def test_an_artifact_that_was_overwritten_is_refused(file: Path, tmp_path: Path) -> None:
    register(put_model(tmp_path, 0.76))
    put_model(tmp_path, 0.99)
    with pytest.raises(Failure, match="was overwritten"):
        release(file, OUTPUTS)
    assert file.read_text() == STACK_FILE


@pytest.mark.usefixtures("account")
def test_an_artifact_that_is_gone_is_refused(file: Path, tmp_path: Path) -> None:
    register(put_model(tmp_path, 0.76))
    boto3.client("s3").delete_object(Bucket="artifacts", Key="models/job-1/output/model.tar.gz")
    with pytest.raises(Failure, match="was it deleted"):
        release(file, OUTPUTS)


@pytest.mark.usefixtures("account")
def test_an_artifact_that_is_no_archive_is_refused(file: Path) -> None:
    boto3.client("s3").put_object(Bucket="artifacts", Key="models/job-1/output/model.tar.gz", Body=b"not a tar")
    register("0" * 64)
    with pytest.raises(Failure, match="is damaged"):
        release(file, OUTPUTS)


@pytest.mark.usefixtures("account")
def test_an_empty_registry_says_how_to_fill_it(file: Path) -> None:
    with pytest.raises(Failure, match="slipway train --approve"):
        release(file, OUTPUTS)


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    ("arn", "said"),
    [
        ("slipway-dev/1", "is no model package's ARN"),
        ("arn:aws:sagemaker:us-east-1:222233334444:model-package/slipway-dev/1", "of account 222233334444"),
        ("arn:aws:sagemaker:eu-west-1:123456789012:model-package/slipway-dev/1", "in eu-west-1"),
    ],
)
def test_a_package_from_elsewhere_is_refused(file: Path, arn: str, said: str) -> None:
    with pytest.raises(Failure, match=said):
        release(file, OUTPUTS, arn=arn)


@pytest.mark.usefixtures("account")
def test_a_package_without_its_digest_is_refused(file: Path, tmp_path: Path) -> None:
    put_model(tmp_path, 0.76)
    register(None)
    with pytest.raises(Failure, match="lacks model_sha256"):
        release(file, OUTPUTS)


def test_a_stack_without_a_file_is_misuse(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="there is no"):
        release(tmp_path / "Pulumi.qa.yaml", OUTPUTS)


@pytest.mark.usefixtures("account")
def test_the_stacks_region_is_asked_whatever_the_profile_says(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arn = register(put_model(tmp_path, 0.76))
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert release(file, OUTPUTS).pin.model_package_arn == arn
