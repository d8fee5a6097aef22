"""`slipway release` against a registry and a bucket: what is pinned, and what is refused."""

from __future__ import annotations

import io
import json
import re
import tarfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from slipway import outputs, stack_file
from slipway.artifact import file_sha256
from slipway.failure import Failure, Misuse
from slipway.release.command import Order, release
from slipway.release.rollback import rollback

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
        endpoint_name="slipway-dev",
        events_log_group="/aws/events/slipway-dev",
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
        boto3.client("ecr").create_repository(repositoryName="slipway-dev/serving")
        push("1")
        yield


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Pulumi.dev.yaml"
    path.write_text(STACK_FILE)
    return path


def push(tag: str) -> str:
    """Push an image; return its digest."""
    config = {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 1, "digest": f"sha256:{tag:>064}"}
    kind = "application/vnd.docker.distribution.manifest.v2+json"
    manifest = {"schemaVersion": 2, "mediaType": kind, "config": config, "layers": []}
    answer = boto3.client("ecr").put_image(
        repositoryName="slipway-dev/serving", imageManifest=json.dumps(manifest), imageTag=tag
    )
    return str(answer["image"]["imageId"]["imageDigest"])


def put_model(folder: Path, auc: float, uri: str = MODEL, **more: Any) -> str:
    """Upload a model artifact with its manifest; return its digest."""
    path = folder / "model.tar.gz"
    data = {"train": {"rows": 1000, "sha256": "a" * 64}}
    text = json.dumps({"version": 1, "metrics": {"auc": auc}, "data": data, **more}).encode()
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
            "image": released.pin.image,
            "image_tag": "1",
            "code": OUTPUTS.serving.code_uri,
            "instance_type": "ml.m5.large",
            "initial_instance_count": 1,
            "environment": {"OMP_NUM_THREADS": "1"},
            "capture_percentage": 0,
            "container_startup_timeout_seconds": 600,
            "data": {"train": "1,000 rows, sha256 aaaaaaaaaaaa"},
            "metrics": {"auc": 0.76},
            "digest": released.pin.digest,
        }
    }
    repository = OUTPUTS.serving.image.removesuffix(":1")
    assert re.fullmatch(re.escape(repository) + r"@sha256:[0-9a-f]{64}", released.pin.image)
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
    assert release(file, today, Order(current_code=True)).changed
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
    released = release(file, OUTPUTS, Order(job="job-2"))
    assert pinned(file)["current"]["model_package_arn"] == second
    assert pinned(file)["previous"]["model_package_arn"] == first
    assert any(line.startswith("metrics.auc: 0.7600 -> 0.7900") for line in released.difference)


@pytest.mark.usefixtures("account")
def test_a_package_that_is_not_approved_is_refused_with_the_way_to_approve_it(file: Path, tmp_path: Path) -> None:
    arn = register(put_model(tmp_path, 0.76), approved=False)
    with pytest.raises(Failure, match=r"PendingManualApproval.*--model-approval-status Approved"):
        release(file, OUTPUTS, Order(arn=arn))
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
        release(file, OUTPUTS, Order(arn=arn))


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


@pytest.mark.usefixtures("account")
def test_a_new_serving_shape_is_another_release_and_pins_nothing_before_it_is_asked_for(
    file: Path, tmp_path: Path
) -> None:
    register(put_model(tmp_path, 0.76))
    first = release(file, OUTPUTS).pin
    file.write_text(file.read_text().replace("initial_instance_count: 1, cap", "initial_instance_count: 2, cap"))
    assert pinned(file)["current"]["initial_instance_count"] == 1
    wider = release(file, OUTPUTS)
    assert wider.changed
    assert f"digest: {first.digest} -> {wider.pin.digest}" in wider.difference
    assert "initial_instance_count: 1 -> 2" in wider.difference
    assert pinned(file)["previous"]["digest"] == first.digest


@pytest.mark.usefixtures("account")
def test_a_tag_that_nobody_pushed_is_refused_with_the_ways_to_push_it(file: Path, tmp_path: Path) -> None:
    register(put_model(tmp_path, 0.76))
    today = replace(OUTPUTS, serving=replace(OUTPUTS.serving, image=OUTPUTS.serving.image.replace(":1", ":2")))
    with pytest.raises(Failure, match=r"serving:2 can't be pinned: it is not in its repository; push it"):
        release(file, today, Order(current_code=True))
    assert file.read_text() == STACK_FILE


@pytest.mark.usefixtures("account")
def test_a_model_whose_schema_the_running_clients_cannot_meet_is_refused_until_it_is_wanted(
    file: Path, tmp_path: Path
) -> None:
    hour = {"name": "hour", "kind": "number", "nullable": False}
    register(put_model(tmp_path, 0.76, features=[hour]))
    release(file, OUTPUTS)
    before = file.read_text()
    other = MODEL.replace("job-1", "job-2")
    wind = {"name": "wind", "kind": "number", "nullable": False}
    register(put_model(tmp_path, 0.79, other, features=[hour, wind]), job="job-2", uri=other)
    with pytest.raises(Failure, match=r"'wind' is new and may not be missing: no client sends it\n.*--changed-schema"):
        release(file, OUTPUTS, Order(job="job-2"))
    assert file.read_text() == before
    wanted = release(file, OUTPUTS, Order(job="job-2", changed_schema=True))
    assert wanted.changed
    assert wanted.broken == ["'wind' is new and may not be missing: no client sends it"]


@pytest.mark.usefixtures("account")
def test_when_the_running_artifact_is_gone_nobody_knows_the_clients(file: Path, tmp_path: Path) -> None:
    register(put_model(tmp_path, 0.76))
    release(file, OUTPUTS)
    boto3.client("s3").delete_object(Bucket="artifacts", Key="models/job-1/output/model.tar.gz")
    other = MODEL.replace("job-1", "job-2")
    register(put_model(tmp_path, 0.79, other), job="job-2", uri=other)
    with pytest.raises(Failure, match="nobody can tell what clients send today"):
        release(file, OUTPUTS, Order(job="job-2"))


@pytest.mark.usefixtures("account")
def test_a_stack_file_in_the_middle_of_a_merge_is_refused_and_stays_as_it_is(file: Path, tmp_path: Path) -> None:
    register(put_model(tmp_path, 0.76))
    torn = STACK_FILE + "<<<<<<< HEAD\n  slipway:release: {}\n=======\n>>>>>>> other\n"
    file.write_text(torn)
    with pytest.raises(Failure, match="is a mark of an unfinished merge"):
        release(file, OUTPUTS)
    assert file.read_text() == torn


@pytest.mark.usefixtures("account")
def test_there_and_back_again_swaps_the_pins_and_keeps_every_comment(file: Path, tmp_path: Path) -> None:
    register(put_model(tmp_path, 0.76))
    first = release(file, OUTPUTS).pin
    other = MODEL.replace("job-1", "job-2")
    register(put_model(tmp_path, 0.79, other), job="job-2", uri=other)
    second = release(file, OUTPUTS, Order(job="job-2")).pin
    commented = file.read_text().replace(
        "    current:\n", "    # ask the platform team before a release\n    current:\n"
    )
    file.write_text(commented)

    back = rollback(file)
    assert back.current["digest"] == first.digest
    assert f"digest: {second.digest} -> {first.digest}" in back.difference
    section = pinned(file)
    assert (section["current"]["digest"], section["previous"]["digest"]) == (first.digest, second.digest)
    assert "# ask the platform team before a release" in file.read_text()

    rollback(file)
    assert file.read_text() == commented


@pytest.mark.usefixtures("account")
def test_there_is_no_way_back_from_a_first_release(file: Path, tmp_path: Path) -> None:
    with pytest.raises(Failure, match="pins no release"):
        rollback(file)
    register(put_model(tmp_path, 0.76))
    release(file, OUTPUTS)
    with pytest.raises(Failure, match="no previous one: nothing is declared to go back to"):
        rollback(file)
