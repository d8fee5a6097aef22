"""Images are pinned by digest, looked up once."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from slipway.failure import Failure
from slipway.pinned.image import PinnedImage, by_digest

REPOSITORY = "222233334444.dkr.ecr.eu-west-1.amazonaws.com/team/serving"
DIGEST = f"sha256:{'d' * 64}"


def nobody(region: str) -> Any:
    raise AssertionError(f"{region} was asked")


def stubbed(answer: dict[str, Any], **asked_for: str) -> Any:
    client = boto3.client("ecr", region_name="eu-west-1", aws_access_key_id="k", aws_secret_access_key="s")
    stub = Stubber(client)
    image = asked_for or {"imageTag": "7"}
    asked = {"registryId": "222233334444", "repositoryName": "team/serving", "imageIds": [image]}
    stub.add_response("batch_get_image", answer, {**asked, "acceptedMediaTypes": [*MEDIA_TYPES]})
    stub.activate()
    return client


MEDIA_TYPES = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.index.v1+json",
)
FOUND: dict[str, Any] = {"images": [{"imageId": {"imageDigest": DIGEST, "imageTag": "7"}}], "failures": []}


def test_a_tag_is_looked_up_in_the_images_own_region() -> None:
    regions = []

    def ecr(region: str) -> Any:
        regions.append(region)
        return stubbed(FOUND)

    assert by_digest(f"{REPOSITORY}:7", ecr) == PinnedImage(uri=f"{REPOSITORY}@{DIGEST}", tag="7")
    assert regions == ["eu-west-1"]


def test_no_tag_means_latest() -> None:
    assert by_digest(REPOSITORY, lambda _: stubbed(FOUND, imageTag="latest")).tag == "latest"


def test_a_digest_is_looked_for_too_and_its_tag_is_kept_for_people() -> None:
    for image, tag in ((f"{REPOSITORY}@{DIGEST}", None), (f"{REPOSITORY}:7@{DIGEST}", "7")):
        pinned = by_digest(image, lambda _: stubbed(FOUND, imageDigest=DIGEST))
        assert pinned == PinnedImage(uri=f"{REPOSITORY}@{DIGEST}", tag=tag)


def test_a_registry_of_china_is_one_too() -> None:
    image = REPOSITORY.replace("eu-west-1.amazonaws.com", "cn-north-1.amazonaws.com.cn")
    assert by_digest(f"{image}:7", lambda _: stubbed(FOUND)).uri == f"{image}@{DIGEST}"


@pytest.mark.parametrize("form", MEDIA_TYPES[1:])
def test_a_form_that_sagemaker_does_not_run_is_refused(form: str) -> None:
    found = {"images": [{**FOUND["images"][0], "imageManifestMediaType": form}], "failures": []}
    with pytest.raises(Failure, match="which SageMaker does not run: build it as the README does"):
        by_digest(f"{REPOSITORY}:7", lambda _: stubbed(found))


def refusing(code: str) -> Any:
    client = boto3.client("ecr", region_name="eu-west-1", aws_access_key_id="k", aws_secret_access_key="s")
    stub = Stubber(client)
    stub.add_client_error("batch_get_image", code, "no")
    stub.activate()
    return client


def test_a_repository_that_is_not_there_is_told_and_a_refusal_is_not_taken_for_it() -> None:
    with pytest.raises(Failure, match="can't be pinned: no; push it"):
        by_digest(f"{REPOSITORY}:7", lambda _: refusing("RepositoryNotFoundException"))
    with pytest.raises(ClientError, match="AccessDeniedException"):
        by_digest(f"{REPOSITORY}:7", lambda _: refusing("AccessDeniedException"))


@pytest.mark.parametrize("image", ["serving:1", "docker.io/library/python:3.11", f"{REPOSITORY}:7@sha256:short", ""])
def test_what_is_no_image_of_ecr_is_refused(image: str) -> None:
    with pytest.raises(Failure, match="is no image in Amazon ECR"):
        by_digest(image, nobody)


def test_a_failure_of_another_kind_is_told_by_its_code() -> None:
    failed = {"images": [], "failures": [{"imageId": {"imageTag": "7"}, "failureCode": "KmsError"}]}
    with pytest.raises(Failure, match="can't be pinned: KmsError"):
        by_digest(f"{REPOSITORY}:7", lambda _: stubbed(failed))
