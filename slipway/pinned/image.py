"""A serving image by its digest: what a tag names is looked up once, when it is pinned."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from botocore.exceptions import ClientError

from slipway.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecr.type_defs import ImageIdentifierTypeDef

# an image in Amazon ECR, the only registry that SageMaker pulls from: ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY
_URI = re.compile(
    r"(?P<account>[0-9]{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?/(?P<repository>[^:@\s]+)"
    r"(:(?P<tag>[^@\s]+))?(@(?P<digest>sha256:[0-9a-f]{64}))?"
)
# the one form of image that SageMaker runs; ECR hands out a manifest only in a form that is asked for
_RUNS = "application/vnd.docker.distribution.manifest.v2+json"
_MANIFESTS = (
    _RUNS,
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.index.v1+json",
)
_NO_SUCH_IMAGE = "ImageNotFound"
_ABSENT = frozenset({"ImageNotFoundException", "RepositoryNotFoundException"})


@dataclass(frozen=True, kw_only=True)
class PinnedImage:
    """An image that cannot change any more."""

    uri: str
    """`REPOSITORY@sha256:...`: SageMaker takes a tag or a digest, not both."""
    tag: str | None
    """The tag that it was found by."""


def by_digest(image: str, ecr: Callable[[str], ECRClient]) -> PinnedImage:
    """Return an image by digest; `ecr` makes a client of a region.

    Asks with BatchGetImage, which whoever may pull the image may do. Raises Failure for what is no ECR image, for a tag
    or a digest that the repository does not have, and for a form that SageMaker does not run; ClientError when nobody
    can tell.
    """
    found = _URI.fullmatch(image)
    if found is None:
        raise Failure(
            f"{image!r} is no image in Amazon ECR, where SageMaker pulls from: "
            "ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG is expected"
        )
    tag = found["tag"] if found["digest"] else found["tag"] or "latest"
    asked = {"imageDigest": found["digest"]} if found["digest"] else {"imageTag": str(tag)}
    try:
        answer = ecr(found["region"]).batch_get_image(
            registryId=found["account"],
            repositoryName=found["repository"],
            imageIds=[cast("ImageIdentifierTypeDef", asked)],
            acceptedMediaTypes=list(_MANIFESTS),
        )
    except ClientError as error:
        if error.response["Error"].get("Code") not in _ABSENT:
            raise
        raise Failure(_cannot(image, str(error.response["Error"].get("Message")))) from error
    if not answer["images"]:
        codes = {failure.get("failureCode", _NO_SUCH_IMAGE) for failure in answer["failures"]}
        raise Failure(
            _cannot(image, "it is not in its repository" if codes <= {_NO_SUCH_IMAGE} else ", ".join(sorted(codes)))
        )
    one = answer["images"][0]
    form = one.get("imageManifestMediaType", _RUNS)
    if form != _RUNS:
        raise Failure(
            f"image {image} is a {form}, which SageMaker does not run: build it as the README does, with "
            "--provenance=false and oci-mediatypes=false, for one platform"
        )
    return PinnedImage(uri=f"{image[: found.end('repository')]}@{one['imageId']['imageDigest']}", tag=tag)


def _cannot(image: str, why: str) -> str:
    return (
        f"image {image} can't be pinned: {why}; push it (the workflow `images`, or by hand as in the README; in the "
        f"sandbox `slipway sandbox push {image}`)"
    )
