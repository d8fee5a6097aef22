"""A serving image by its digest: what a tag names is looked up once, when it is pinned."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from slipway.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient

# an image in Amazon ECR, the only registry that SageMaker pulls from: ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY
_URI = re.compile(
    r"(?P<account>[0-9]{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?/(?P<repository>[^:@\s]+)"
    r"(:(?P<tag>[^@\s]+))?(@(?P<digest>sha256:[0-9a-f]{64}))?"
)
# what docker pushes and SageMaker runs; ECR hands out a manifest only in a form that is asked for
_MANIFESTS = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.index.v1+json",
)
_NO_SUCH_IMAGE = "ImageNotFound"


@dataclass(frozen=True, kw_only=True)
class PinnedImage:
    """An image that cannot change any more."""

    uri: str
    """`REPOSITORY@sha256:...`: SageMaker takes a tag or a digest, not both."""
    tag: str | None
    """The tag that it was found by."""


def by_digest(image: str, ecr: Callable[[str], ECRClient]) -> PinnedImage:
    """Return an image by digest; `ecr` makes a client of a region.

    Asks with BatchGetImage, which whoever may pull the image may do. Raises Failure for what is no ECR image, and for
    a tag that the repository does not have.
    """
    found = _URI.fullmatch(image)
    if found is None:
        raise Failure(
            f"{image!r} is no image in Amazon ECR, where SageMaker pulls from: "
            "ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG is expected"
        )
    repository = image[: found.end("repository")]
    if found["digest"] is not None:
        return PinnedImage(uri=f"{repository}@{found['digest']}", tag=found["tag"])
    tag = found["tag"] or "latest"
    try:
        answer = ecr(found["region"]).batch_get_image(
            registryId=found["account"],
            repositoryName=found["repository"],
            imageIds=[{"imageTag": tag}],
            acceptedMediaTypes=list(_MANIFESTS),
        )
    except ClientError as error:
        raise Failure(f"image {image} can't be looked up: {error.response['Error']['Message']}") from error
    if not answer["images"]:
        codes = {failure.get("failureCode", _NO_SUCH_IMAGE) for failure in answer["failures"]}
        why = "it is not in its repository" if codes <= {_NO_SUCH_IMAGE} else ", ".join(sorted(codes))
        raise Failure(
            f"image {image} can't be pinned: {why}; push it (the workflow `images`, or by hand as in the README; "
            f"in the sandbox `slipway sandbox push {image}`)"
        )
    return PinnedImage(uri=f"{repository}@{answer['images'][0]['imageId']['imageDigest']}", tag=tag)
