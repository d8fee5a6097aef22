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
from slipway.pinned import file as pinned_file
from slipway.release.command import Order, release
from slipway.release.rollback import rollback
from slipway.release.shadow import end_shadow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
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
        max_wait_seconds=None,
        checkpoint_path="s3://artifacts/checkpoints/",
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
    network=None,
    model_package_group=GROUP,
    endpoint=None,
    rolled_out=None,
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
        for digest in ("d", "e"):
            boto3.client("s3").put_object(Bucket="artifacts", Key=f"code/serving/{digest}.tar.gz", Body=b"code")
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


def deploy(pin: Mapping[str, Any]) -> None:
    """Make the endpoint serve a pinned release, as an `up` would."""
    sagemaker: Any = boto3.client("sagemaker")
    name = f"endpoint-{pin['digest']}-0123456"
    source = {"S3Uri": pin["code"], "S3DataType": "S3Object", "CompressionType": "Gzip"}
    container = {
        "Image": pin["image"],
        "ModelDataUrl": pin["model_data"],
        "Environment": pin["environment"],
        "AdditionalModelDataSources": [{"ChannelName": "code", "S3DataSource": source}],
    }
    sagemaker.create_model(ModelName=name, ExecutionRoleArn=OUTPUTS.serving.role_arn, PrimaryContainer=container)
    variant = {
        "VariantName": "primary",
        "ModelName": name,
        "InstanceType": pin["instance_type"],
        "InitialInstanceCount": pin["initial_instance_count"],
        "ContainerStartupHealthCheckTimeoutInSeconds": pin["container_startup_timeout_seconds"],
    }
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
    if sagemaker.list_endpoints()["Endpoints"]:
        sagemaker.delete_endpoint(EndpointName="slipway-dev")
    sagemaker.create_endpoint(EndpointName="slipway-dev", EndpointConfigName=name)


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
def test_a_newer_package_of_the_same_model_is_named_though_nothing_is_deployed(file: Path, tmp_path: Path) -> None:
    digest = put_model(tmp_path, 0.76)
    register(digest)
    release(file, OUTPUTS)
    newer = register(digest, job="job-2")
    again = release(file, OUTPUTS)
    assert not again.changed
    assert len(again.difference) == 1
    assert pinned(file)["current"]["model_package_arn"] == newer


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
    assert "metrics.auc: 0.7600 -> 0.7900 (+0.0300)" in released.difference


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
    assert wanted.warnings == ["'wind' is new and may not be missing: no client sends it"]


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


MODELS = [MODEL.replace("job-1", f"job-{number}") for number in range(5)]


def released(file: Path, folder: Path, number: int, **more: Any) -> dict[str, Any]:
    """Register the model of a job and pin it; return the pin."""
    register(put_model(folder, 0.7 + number / 100, MODELS[number], **more), job=f"job-{number}", uri=MODELS[number])
    return release(file, OUTPUTS, Order(job=f"job-{number}")).pin.as_settings()


@pytest.mark.usefixtures("account")
def test_what_serves_stays_pinned_when_the_release_after_a_failed_one_is_made(file: Path, tmp_path: Path) -> None:
    good = released(file, tmp_path, 1)
    deploy(good)
    bad = released(file, tmp_path, 2)
    assert pinned(file)["previous"]["digest"] == good["digest"]
    mended = released(file, tmp_path, 3)  # the bad one was taken back, or never rolled out: good serves
    section = pinned(file)
    assert (section["current"]["digest"], section["previous"]["digest"]) == (mended["digest"], good["digest"])
    assert bad["digest"] not in file.read_text()


@pytest.mark.usefixtures("account")
def test_a_release_that_serves_becomes_previous_and_the_one_before_goes(file: Path, tmp_path: Path) -> None:
    first = released(file, tmp_path, 1)
    deploy(first)
    second = released(file, tmp_path, 2)
    deploy(second)
    third = released(file, tmp_path, 3)
    section = pinned(file)
    assert (section["current"]["digest"], section["previous"]["digest"]) == (third["digest"], second["digest"])
    assert first["digest"] not in file.read_text()


@pytest.mark.usefixtures("account")
def test_nothing_is_released_while_an_endpoint_serves_what_is_not_pinned(file: Path, tmp_path: Path) -> None:
    stranger = released(file, tmp_path, 1)
    file.write_text(STACK_FILE)
    deploy(stranger)
    with pytest.raises(Failure, match="yet the stack file pins no release"):
        released(file, tmp_path, 2)
    boto3.client("sagemaker").delete_endpoint(EndpointName="slipway-dev")
    other = released(file, tmp_path, 3)
    deploy({**other, "environment": {"OMP_NUM_THREADS": "9"}})
    before = file.read_text()
    with pytest.raises(Failure, match="which the stack file pins neither as current nor as previous"):
        released(file, tmp_path, 4)
    assert file.read_text() == before


@pytest.mark.usefixtures("account")
def test_the_schema_is_held_against_what_serves_not_against_what_was_never_rolled_out(
    file: Path, tmp_path: Path
) -> None:
    hour = {"name": "hour", "kind": "number", "nullable": False}
    wind = {"name": "wind", "kind": "number", "nullable": False}
    deploy(released(file, tmp_path, 1, features=[hour]))
    register(put_model(tmp_path, 0.8, MODELS[2], features=[hour, wind]), job="job-2", uri=MODELS[2])
    release(file, OUTPUTS, Order(job="job-2", changed_schema=True))
    with pytest.raises(Failure, match="'wind' is new"):
        released(file, tmp_path, 3, features=[hour, wind])


@pytest.mark.usefixtures("account")
def test_places_of_categories_that_move_are_a_warning(file: Path, tmp_path: Path) -> None:
    carrier = {"name": "carrier", "kind": "category", "nullable": False}
    deploy(released(file, tmp_path, 1, features=[{**carrier, "categories": ["AA", "UA"]}]))
    put = put_model(tmp_path, 0.8, MODELS[2], features=[{**carrier, "categories": ["AA", "B6", "UA"]}])
    register(put, job="job-2", uri=MODELS[2])
    (warning,) = release(file, OUTPUTS, Order(job="job-2")).warnings
    assert "the categories of 'carrier' changed their places" in warning


@pytest.mark.usefixtures("account")
def test_the_newest_of_many_approved_packages_is_released(file: Path, tmp_path: Path) -> None:
    digest = put_model(tmp_path, 0.76)
    arns = [register(digest, job=f"job-{number}") for number in range(12)]
    assert release(file, OUTPUTS).pin.model_package_arn == arns[-1]
    assert release(file, OUTPUTS, Order(job="job-0")).pin.model_package_arn == arns[0]


@pytest.mark.usefixtures("account")
def test_a_package_of_another_group_is_refused(file: Path) -> None:
    sagemaker: Any = boto3.client("sagemaker")
    sagemaker.create_model_package_group(ModelPackageGroupName="others")
    container = {"Image": OUTPUTS.serving.image, "ModelDataUrl": MODEL}
    types = {"SupportedContentTypes": ["text/csv"], "SupportedResponseMIMETypes": ["text/csv"]}
    arn = sagemaker.create_model_package(
        ModelPackageGroupName="others",
        InferenceSpecification={"Containers": [container], **types},
        ModelApprovalStatus="Approved",
    )["ModelPackageArn"]
    with pytest.raises(Failure, match="is of group others, this stack's group is slipway-dev"):
        release(file, OUTPUTS, Order(arn=arn))


@pytest.mark.usefixtures("account")
def test_an_artifact_where_the_endpoint_may_not_read_is_refused(file: Path, tmp_path: Path) -> None:
    boto3.client("s3").create_bucket(Bucket="elsewhere")
    uri = MODEL.replace("artifacts", "elsewhere")
    register(put_model(tmp_path, 0.76, uri), uri=uri)
    with pytest.raises(Failure, match="is not in the stack's artifacts bucket artifacts"):
        release(file, OUTPUTS)


@pytest.mark.usefixtures("account")
def test_code_that_is_gone_is_refused(file: Path, tmp_path: Path) -> None:
    register(put_model(tmp_path, 0.76))
    boto3.client("s3").delete_object(Bucket="artifacts", Key="code/serving/d.tar.gz")
    with pytest.raises(Failure, match=r"code/serving/d\.tar\.gz is not there"):
        release(file, OUTPUTS)


@pytest.mark.usefixtures("account")
def test_credentials_of_another_account_release_nothing(file: Path, tmp_path: Path) -> None:
    register(put_model(tmp_path, 0.76))
    other = replace(OUTPUTS, key_arn="arn:aws:kms:us-east-1:222233334444:key/k")
    with pytest.raises(Failure, match="open account 123456789012, this stack is of account 222233334444"):
        release(file, other)


@pytest.mark.usefixtures("account")
def test_the_whole_serving_shape_of_the_stack_file_is_pinned(file: Path, tmp_path: Path) -> None:
    shape = (
        "{instance_type: ml.m5.xlarge, initial_instance_count: 3, capture_percentage: 40, log_retention_days: 7,\n"
        "     container_startup_timeout_seconds: 900, environment: {THREADS: two}}"
    )
    text = re.sub(r"  slipway:serving: {.*?}", f"  slipway:serving:\n    {shape}", file.read_text())
    file.write_text(text)
    pin = released(file, tmp_path, 1)
    assert (pin["instance_type"], pin["initial_instance_count"], pin["capture_percentage"]) == ("ml.m5.xlarge", 3, 40)
    assert (pin["container_startup_timeout_seconds"], pin["environment"]) == (900, {"THREADS": "two"})


def pin_something(file: Path, folder: Path) -> str:
    """Pin a release in a file and return what it says then."""
    register(put_model(folder, 0.76))
    release(file, OUTPUTS)
    return file.read_text()


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    "behind",
    [
        "  team:note: |\n    first\n    # no comment\n",
        "  team:note: |+\n    kept to the end\n\n\n",
        '  team:note: "begins\n    # still text"\n',
        "  slipway:release: &pin ~\n  team:pin: *pin\n",
    ],
)
def test_a_file_that_a_release_would_change_elsewhere_is_refused_and_stays(
    behind: str, file: Path, tmp_path: Path
) -> None:
    text = STACK_FILE + behind
    file.write_text(text)
    with pytest.raises(Failure, match=r"can't be rewritten without (changing `config team:|breaking it)"):
        pin_something(file, tmp_path)
    assert file.read_text() == text


@pytest.mark.usefixtures("account")
def test_a_text_of_several_lines_before_the_release_is_no_trouble(file: Path, tmp_path: Path) -> None:
    file.write_text(STACK_FILE.replace("config:\n", "config:\n  team:note: |\n    first\n    # no comment\n"))
    pin_something(file, tmp_path)
    assert stack_file.settings(file.read_text(), name="f")["team:note"] == "first\n# no comment\n"


@pytest.mark.usefixtures("account")
def test_windows_line_ends_stay_and_two_kinds_are_refused(file: Path, tmp_path: Path) -> None:
    file.write_bytes(STACK_FILE.replace("\n", "\r\n").encode())
    pin_something(file, tmp_path)
    assert b"\n" not in file.read_bytes().replace(b"\r\n", b"")
    file.write_bytes(STACK_FILE.replace("\n", "\r\n", 1).encode())
    with pytest.raises(Failure, match="has line ends of two kinds"):
        release(file, OUTPUTS)


@pytest.mark.usefixtures("account")
def test_a_link_stays_a_link_and_the_rights_of_the_file_stay(file: Path, tmp_path: Path) -> None:
    real = tmp_path / "shared" / "dev.yaml"
    real.parent.mkdir()
    file.rename(real)
    real.chmod(0o640)
    file.symlink_to(real)
    pin_something(file, tmp_path)
    assert file.is_symlink()
    assert "slipway:release:" in real.read_text()
    assert real.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in real.parent.iterdir()] == ["dev.yaml"]


@pytest.mark.usefixtures("account")
def test_what_somebody_else_wrote_meanwhile_is_not_lost(
    file: Path, pinned_release: Callable[..., dict[str, Any]]
) -> None:
    read = pinned_file.read(file)
    changed = STACK_FILE.replace("# quiet", "# very quiet")
    file.write_text(changed)
    with pytest.raises(Failure, match="was changed by somebody else in the meantime"):
        read.pin({"current": pinned_release(1)})
    assert file.read_text() == changed


@pytest.mark.usefixtures("account")
def test_a_section_that_the_program_would_refuse_is_not_written(file: Path) -> None:
    with pytest.raises(Failure, match=r"slipway:release\.current\.digest: this key is required"):
        pinned_file.read(file).pin({"current": {"model_data": "s3://a/b"}})
    assert file.read_text() == STACK_FILE


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    ("content", "said"),
    [(b"config:\n  a:b: \xff\n", "is no UTF-8: byte 15 is 0xff"), (b"config:\n  a:b: \x00\n", "is not valid YAML")],
)
def test_what_is_no_text_is_refused_by_what_is_wrong(file: Path, content: bytes, said: str) -> None:
    file.write_bytes(content)
    with pytest.raises(Failure, match=said):
        release(file, OUTPUTS)


@pytest.mark.usefixtures("account")
def test_a_metric_that_is_no_number_is_none(file: Path, tmp_path: Path) -> None:
    register(put_model(tmp_path, 0.76, metrics={"auc": None, "loss": 0.5}))
    assert release(file, OUTPUTS).pin.metrics == {"loss": 0.5}


@pytest.mark.usefixtures("account")
def test_a_shadow_is_pinned_beside_what_serves_ended_by_a_rollback_and_promoted_by_a_release(
    file: Path, tmp_path: Path
) -> None:
    register(put_model(tmp_path, 0.76))
    first = release(file, OUTPUTS).pin
    deploy(pinned(file)["current"])
    register(put_model(tmp_path, 0.77, MODELS[2]), job="job-2", uri=MODELS[2])

    shadowed = release(file, OUTPUTS, Order(shadow_percentage=25))
    assert shadowed.changed
    section = pinned(file)
    assert section["current"]["digest"] == first.digest
    assert (section["shadow"]["beside"], section["shadow"]["percentage"]) == (first.digest, 25)
    assert section["shadow"]["release"]["digest"] == shadowed.pin.digest

    assert end_shadow(file) == shadowed.pin.digest
    assert pinned(file)["shadow"]["ended"] is True
    with pytest.raises(Failure, match="pins no shadow that runs"):
        end_shadow(file)

    release(file, OUTPUTS, Order(shadow_percentage=50))
    release(file, OUTPUTS)
    section = pinned(file)
    assert [section[place]["digest"] for place in ("current", "previous")] == [shadowed.pin.digest, first.digest]
    assert section["shadow"]["ended"] is True
    rollback(file)
    assert pinned(file)["current"]["digest"] == first.digest
    assert pinned(file)["shadow"]["ended"] is True
