"""ECR's images are what their manifests are: digests, tags that move and tags that do not."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.slow


def manifest(content: str) -> str:
    """Return a manifest of an image without layers: moto took them all for one."""
    config = {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 2, "digest": content}
    media_type = "application/vnd.docker.distribution.manifest.v2+json"
    return json.dumps({"schemaVersion": 2, "mediaType": media_type, "config": config, "layers": []})


def digest(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def repository(sandbox: Any, request: pytest.FixtureRequest) -> Any:
    """Return a function that makes a repository and gives the calls of its images."""
    ecr = sandbox.client("ecr")

    class Repository:
        def __init__(self, mutability: str, **more: Any) -> None:
            self.name = f"images/{hashlib.sha256((request.node.name + mutability).encode()).hexdigest()[:12]}"
            ecr.create_repository(repositoryName=self.name, imageTagMutability=mutability, **more)

        def put(self, text: str, tag: str, **more: Any) -> dict[str, Any]:
            put = ecr.put_image(repositoryName=self.name, imageManifest=text, imageTag=tag, **more)
            image_id: dict[str, Any] = put["image"]["imageId"]
            return image_id

        def refusal(self, text: str, tag: str, **more: Any) -> str:
            with pytest.raises(ClientError) as caught:
                self.put(text, tag, **more)
            return str(caught.value.response["Error"]["Code"])

        def tags(self) -> dict[str, list[str]]:
            details = ecr.describe_images(repositoryName=self.name)["imageDetails"]
            return {each["imageDigest"]: each.get("imageTags", []) for each in details}

        def get(self, *image_ids: dict[str, str]) -> Any:
            return ecr.batch_get_image(repositoryName=self.name, imageIds=list(image_ids))

        def listed(self) -> set[tuple[str, str | None]]:
            found = ecr.list_images(repositoryName=self.name)["imageIds"]
            return {(each["imageDigest"], each.get("imageTag")) for each in found}

    return Repository


def test_an_image_is_the_digest_of_its_manifest_everywhere(repository: Any, sandbox: Any) -> None:
    images, first, second = repository("IMMUTABLE"), manifest("sha256:1"), manifest("sha256:2")
    assert images.put(first, "1") == {"imageDigest": digest(first), "imageTag": "1"}
    assert images.put(second, "2", imageDigest=digest(second))["imageDigest"] == digest(second)
    assert images.put(first, "one")["imageDigest"] == digest(first)
    assert images.tags() == {digest(first): ["1", "one"], digest(second): ["2"]}
    assert images.listed() == {(digest(first), "1"), (digest(first), "one"), (digest(second), "2")}
    (got,) = images.get({"imageTag": "1"})["images"]
    assert got["imageId"] == {"imageDigest": digest(first), "imageTag": "1"}
    assert (got["imageManifest"], got["registryId"]) == (first, sandbox.account)
    (described,) = sandbox.client("ecr").describe_images(
        repositoryName=images.name, imageIds=[{"imageDigest": digest(second)}]
    )["imageDetails"]
    assert (described["imageTags"], described["imageSizeInBytes"]) == (["2"], 2)


def test_an_image_that_is_asked_for_by_tag_and_digest_has_both(repository: Any) -> None:
    images, first, second = repository("MUTABLE"), manifest("sha256:1"), manifest("sha256:2")
    images.put(first, "1")
    images.put(second, "2")
    wrong = {"imageTag": "1", "imageDigest": digest(second)}
    answer = images.get(wrong, {"imageDigest": digest(second)}, {"imageTag": "3"})
    assert [each["imageId"]["imageDigest"] for each in answer["images"]] == [digest(second)]
    assert [each["imageId"] for each in answer["failures"]] == [wrong, {"imageTag": "3"}]


def test_an_immutable_tag_stays_and_the_same_push_is_told_apart(repository: Any) -> None:
    images, first, second = repository("IMMUTABLE"), manifest("sha256:1"), manifest("sha256:2")
    images.put(first, "1")
    assert images.refusal(second, "1") == "ImageTagAlreadyExistsException"
    assert images.refusal(first, "1") == "ImageAlreadyExistsException"
    assert images.tags() == {digest(first): ["1"]}


def test_a_mutable_tag_moves_and_leaves_its_image_untagged(repository: Any) -> None:
    images, first, second = repository("MUTABLE"), manifest("sha256:1"), manifest("sha256:2")
    images.put(first, "latest")
    images.put(second, "latest")
    assert images.tags() == {digest(first): [], digest(second): ["latest"]}
    assert images.refusal(second, "latest") == "ImageAlreadyExistsException"


@pytest.mark.parametrize(("mutability", "moves"), [("IMMUTABLE", "dev-1"), ("MUTABLE", "1")])
def test_exclusions_turn_the_rule_round(repository: Any, mutability: str, moves: str) -> None:
    filters = [{"filterType": "WILDCARD", "filter": "dev-*"}]
    images = repository(f"{mutability}_WITH_EXCLUSION", imageTagMutabilityExclusionFilters=filters)
    for tag in ("1", "dev-1"):
        images.put(manifest(f"sha256:{tag}"), tag)
        if tag == moves:
            images.put(manifest("sha256:other"), tag)
        else:
            assert images.refusal(manifest("sha256:another"), tag) == "ImageTagAlreadyExistsException"


def test_wrong_pushes_are_refused(repository: Any, sandbox: Any) -> None:
    images, text = repository("MUTABLE"), manifest("sha256:1")
    assert images.refusal(text, "1", imageDigest=digest("other")) == "ImageDigestDoesNotMatchException"
    assert images.refusal("not JSON", "1") == "InvalidParameterException"
    assert images.refusal('{"schemaVersion": 2}', "1") == "InvalidParameterException"
    with pytest.raises(sandbox.client("ecr").exceptions.RepositoryNotFoundException):
        sandbox.client("ecr").put_image(repositoryName="nobody", imageManifest=text, imageTag="1")
