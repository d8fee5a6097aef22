"""Which digest an image's tag stands for at the moment of a deployment, as SageMaker resolves it.

Source: botocore's documentation of DeployedImage (ResolvedImage is "the specific digest path of the image").
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.endpoints.model_files import images_of

_URI = re.compile(
    r"(?P<host>(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.[a-z.]+)/(?P<name>[^:@]+)(?P<rest>.*)"
)


def resolved_images(models: Iterable[Mapping[str, Any]], context: Context) -> dict[str, dict[str, Any]]:
    """Return DeployedImage for every image of some models; one that the sandbox's ECR has not resolves to itself."""
    images = {image for model in models for image in images_of(model)}
    return {image: _deployed(image, context) for image in sorted(images)}


def _deployed(image: str, context: Context) -> dict[str, Any]:
    found = _URI.fullmatch(image)
    digest = None if found is None else _digest(found, context)
    if found is None or digest is None:
        return {"SpecifiedImage": image, "ResolvedImage": image}
    path = f"{found['host']}/{found['name']}@{digest}"
    return {"SpecifiedImage": image, "ResolvedImage": path, "ResolutionTime": context.now()}


def _digest(image: re.Match[str], context: Context) -> str | None:
    tag, at, digest = image["rest"].partition("@")
    if at:
        return digest
    if (image["account"], image["region"]) != (context.scope.account, context.scope.region):
        return None
    wanted = [{"imageTag": tag.removeprefix(":") or "latest"}]
    try:
        answer = context.aws.ecr.describe_images(repositoryName=image["name"], imageIds=wanted)  # type: ignore[arg-type]
    except (ClientError, BotoCoreError):  # no such repository or tag: the project's folder runs all the same
        return None
    return answer["imageDetails"][0].get("imageDigest")
