"""Images that are named by digest run like those that are named by tag, and a tag is told with its digest."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytestmark = pytest.mark.slow

HOST = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


@pytest.fixture(scope="module")
def pushed(world: Any) -> str:
    """Return the digest of an image that is in the repository of the project's serving image as tag 1."""
    ecr = world.client("ecr")
    ecr.create_repository(repositoryName="by-digest/serving")
    manifest = json.dumps({"schemaVersion": 2, "config": {"size": 1, "digest": "sha256:1"}, "layers": []})
    media_type = "application/vnd.docker.distribution.manifest.v2+json"
    put = ecr.put_image(
        repositoryName="by-digest/serving", imageTag="1", imageManifest=manifest, imageManifestMediaType=media_type
    )
    digest: str = put["image"]["imageId"]["imageDigest"]
    return digest


@pytest.mark.parametrize("form", ["{tag}", "@{digest}", "{tag}@{digest}"])
def test_an_endpoint_tells_the_digest_of_what_it_runs(world: Any, pushed: str, form: str) -> None:
    image = f"{HOST}/by-digest/serving" + form.format(tag=":1", digest=pushed)
    endpoint = world.deploy(world.config({"who": "digest", "container": {"Image": image}}))
    assert world.ask(endpoint)[0] == "digest"
    (variant,) = world.sagemaker.describe_endpoint(EndpointName=endpoint)["ProductionVariants"]
    (deployed,) = variant["DeployedImages"]
    assert (deployed["SpecifiedImage"], deployed["ResolvedImage"]) == (image, f"{HOST}/by-digest/serving@{pushed}")
    assert "ResolutionTime" in deployed
    world.delete(endpoint)


def test_a_tag_that_moves_is_told_as_it_was_when_the_endpoint_was_deployed(world: Any, pushed: str) -> None:
    ecr, image = world.client("ecr"), f"{HOST}/by-digest/serving:moving"

    def put(content: str) -> str:
        manifest = json.dumps({"schemaVersion": 2, "config": {"size": 1, "digest": content}, "layers": []})
        media_type = "application/vnd.docker.distribution.manifest.v2+json"
        answer = ecr.put_image(
            repositoryName="by-digest/serving",
            imageTag="moving",
            imageManifest=manifest,
            imageManifestMediaType=media_type,
        )
        return str(answer["image"]["imageId"]["imageDigest"])

    def resolved() -> str:
        (variant,) = world.sagemaker.describe_endpoint(EndpointName=endpoint)["ProductionVariants"]
        return str(variant["DeployedImages"][0]["ResolvedImage"]).partition("@")[2]

    first = put("sha256:first")
    config = world.config({"container": {"Image": image}})
    endpoint = world.deploy(config)
    second = put("sha256:second")
    assert len({pushed, first, second}) == 3
    assert resolved() == first
    other = world.config({"container": {"Image": image}})
    world.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=other)
    world.settled(endpoint)
    assert resolved() == second
    world.delete(endpoint)


def test_an_image_that_the_registry_does_not_have_resolves_to_itself(world: Any) -> None:
    endpoint = world.deploy(world.config({}))
    (variant,) = world.sagemaker.describe_endpoint(EndpointName=endpoint)["ProductionVariants"]
    (deployed,) = variant["DeployedImages"]
    assert deployed["ResolvedImage"] == deployed["SpecifiedImage"]
    assert "ResolutionTime" not in deployed
    world.delete(endpoint)


@pytest.mark.parametrize("form", ["@{digest}", ":1@{digest}"])
def test_a_training_job_runs_an_image_by_digest(world: Any, form: str) -> None:
    image = f"{HOST}/by-digest/training" + form.format(digest=f"sha256:{'0' * 64}")
    job = world.train("", algorithm={"TrainingImage": image, "ContainerEntrypoint": None})
    ended = world.finished(job)
    assert ended["TrainingJobStatus"] == "Completed", ended["FailureReason"]
    assert ended["AlgorithmSpecification"]["TrainingImage"] == image
    assert "ran train" in world.job_log(job)
