"""Images are pinned by digest, looked up once."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from slipway.failure import Failure
from slipway.release.image import PinnedImage, by_digest

REPOSITORY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/serving"
DIGEST = f"sha256:{'d' * 64}"


def nobody(region: str) -> Any:
    raise AssertionError(f"{region} was asked")


def stubbed(answer: dict[str, Any], *, tag: str = "7") -> Any:
    client = boto3.client("ecr", region_name="eu-west-1", aws_access_key_id="k", aws_secret_access_key="s")
    stub = Stubber(client)
    asked = {"registryId": "123456789012", "repositoryName": "team/serving", "imageIds": [{"imageTag": tag}]}
    stub.add_response("batch_get_image", answer, {**asked, "acceptedMediaTypes": [*MEDIA_TYPES]})
    stub.activate()
    return client


MEDIA_TYPES = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.index.v1+json",
)
FOUND = {"images": [{"imageId": {"imageDigest": DIGEST, "imageTag": "7"}}], "failures": []}


def test_a_tag_is_looked_up_in_the_images_own_region() -> None:
    regions = []

    def ecr(region: str) -> Any:
        regions.append(region)
        return stubbed(FOUND)

    assert by_digest(f"{REPOSITORY}:7", ecr) == PinnedImage(uri=f"{REPOSITORY}@{DIGEST}", tag="7")
    assert regions == ["eu-west-1"]


def test_no_tag_means_latest() -> None:
    assert by_digest(REPOSITORY, lambda _: stubbed(FOUND, tag="latest")).tag == "latest"


def test_what_has_a_digest_needs_no_look_up() -> None:
    assert by_digest(f"{REPOSITORY}@{DIGEST}", nobody) == PinnedImage(uri=f"{REPOSITORY}@{DIGEST}", tag=None)
    assert by_digest(f"{REPOSITORY}:7@{DIGEST}", nobody) == PinnedImage(uri=f"{REPOSITORY}@{DIGEST}", tag="7")


@pytest.mark.parametrize("image", ["serving:1", "docker.io/library/python:3.11", f"{REPOSITORY}:7@sha256:short", ""])
def test_what_is_no_image_of_ecr_is_refused(image: str) -> None:
    with pytest.raises(Failure, match="is no image in Amazon ECR"):
        by_digest(image, nobody)


def test_a_failure_of_another_kind_is_told_by_its_code() -> None:
    failed = {"images": [], "failures": [{"imageId": {"imageTag": "7"}, "failureCode": "KmsError"}]}
    with pytest.raises(Failure, match="can't be pinned: KmsError"):
        by_digest(f"{REPOSITORY}:7", lambda _: stubbed(failed))
