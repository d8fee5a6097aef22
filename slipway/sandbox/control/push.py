"""`push`: stands in for `docker build` and `docker push`, there being no Docker: an image that is known by its content.

Nothing is built. What ECR gets is a manifest (Docker's version 2, schema 2) whose digests are those of what the image
would be built from, so that equal content is an equal image and other content another one.
https://distribution.github.io/distribution/spec/manifest-v2-2/
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slipway.sandbox.sagemaker.containers.build_context import BuildContext, BuildContextError, read_context
from slipway.sandbox.sagemaker.containers.images import dockerfile_of
from slipway.sandbox.state_folder import Running, StateError, StateFolder

MEDIA_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
_IMAGE = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?"
    r"/(?P<repository>[a-z0-9]+(?:[._/-]+[a-z0-9]+)*):(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})"
)


@dataclass(frozen=True)
class Image:
    """A full URI, taken apart."""

    uri: str
    account: str
    region: str
    repository: str
    tag: str


@dataclass(frozen=True)
class Pushed:
    """What became of an image: its digest, and whether the repository had it already."""

    image: str
    digest: str
    already: bool


def image_of(uri: str) -> Image:
    """Take a URI of the form HOST/REPOSITORY:TAG apart. Raises ValueError."""
    found = _IMAGE.fullmatch(uri)
    if found is None:
        raise ValueError(
            f"an image is ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG, as in the stack's outputs, got {uri!r}"
        )
    return Image(uri, **found.groupdict())


def push(image: Image, state: StateFolder, running: Running) -> Pushed:
    """Put an image of the running sandbox's project into its repository. Raises StateError."""
    project = Path(running.project)
    dockerfile = dockerfile_of(image.uri, project)
    if not dockerfile.is_file():
        raise StateError(f"{image.uri}: the image's folder in the project has no Dockerfile: {dockerfile}")
    try:
        manifest = manifest_of(read_context(dockerfile, project))
    except BuildContextError as error:
        raise StateError(f"{image.uri}: {error}") from error
    return _put(_client(image, state, running), image, manifest)


def manifest_of(context: BuildContext) -> str:
    """Return the manifest for what an image is built from: a configuration and one layer, both of its digest."""
    digest = f"sha256:{context.digest}"
    layer = {"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": context.size, "digest": digest}
    config = {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 0, "digest": digest}
    return json.dumps(
        {"schemaVersion": 2, "mediaType": MEDIA_TYPE, "config": config, "layers": [layer]}, separators=(",", ":")
    )


def _client(image: Image, state: StateFolder, running: Running) -> Any:
    import boto3  # noqa: PLC0415  (0.3 s that the other words need not pay)
    from botocore.config import Config  # noqa: PLC0415

    return boto3.Session().client(
        "ecr",
        region_name=image.region,
        endpoint_url=running.endpoint,
        aws_access_key_id=image.account,
        aws_secret_access_key=state.secret(running.account),
        config=Config(proxies={}),
    )


def _put(ecr: Any, image: Image, manifest: str) -> Pushed:
    wanted: dict[str, Any] = {"repositoryName": image.repository, "imageTag": image.tag, "imageManifest": manifest}
    try:
        put = ecr.put_image(**wanted, imageManifestMediaType=MEDIA_TYPE)
    except ecr.exceptions.ImageAlreadyExistsException:
        held = ecr.describe_images(repositoryName=image.repository, imageIds=[{"imageTag": image.tag}])
        return Pushed(image.uri, held["imageDetails"][0]["imageDigest"], already=True)
    except ecr.exceptions.ImageTagAlreadyExistsException as error:
        raise StateError(
            f"{image.uri} has another content already and its tag is immutable: raise the tag of this image in the "
            "stack file (`slipway:images`), then push that one"
        ) from error
    except ecr.exceptions.RepositoryNotFoundException as error:
        raise StateError(
            f"{image.uri}: account {image.account} has no repository {image.repository} in {image.region}: "
            "make the stack first (`up`), and take the image from its outputs"
        ) from error
    return Pushed(image.uri, put["image"]["imageId"]["imageDigest"], already=False)
