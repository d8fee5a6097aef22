"""ECR images: moto takes the layers' digests for the manifest's, and has one error for two refusals of PutImage.

An image's digest is the SHA-256 of its manifest as it was sent. A tag that moves leaves its image untagged; one that is
immutable does not move. An image that is asked for by tag and digest must have both, and is told by what was asked.
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html
https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
"""

import hashlib
import json
from fnmatch import fnmatchcase
from typing import Any

from moto.core.exceptions import ServiceException
from moto.ecr.exceptions import ImageAlreadyExistsException, InvalidParameterException
from moto.ecr.models import ECRBackend, Image

from slipway.sandbox.moto_adapter.fixes.replacing import replace


class ImageTagAlreadyExistsException(ServiceException):
    """A tag that may not move."""

    code = "ImageTagAlreadyExistsException"


class ImageDigestDoesNotMatchException(ServiceException):
    """A digest that is not the manifest's."""

    code = "ImageDigestDoesNotMatchException"


def apply() -> None:
    """Replace PutImage and BatchGetImage; what else reads images finds the right digests then."""
    replace(Image, get_image_size_in_bytes=_size)
    replace(ECRBackend, put_image=_put, batch_get_image=_get)


def _put(
    backend: Any,
    repository_name: str,
    image_manifest: str,
    image_tag: str | None,
    image_manifest_mediatype: str | None = None,
    digest: str | None = None,
) -> Any:
    repository = backend._get_repository(repository_name)  # noqa: SLF001  moto's own way to refuse a missing one
    media_type = _media_type(image_manifest, image_manifest_mediatype)
    found = "sha256:" + hashlib.sha256(image_manifest.encode()).hexdigest()
    if digest is not None and digest != found:
        raise ImageDigestDoesNotMatchException(
            f"The digest '{digest}' that was specified does not match the digest '{found}' of the manifest"
        )
    image = next((each for each in repository.images if each.get_image_digest() == found), None)
    if image is not None and (image_tag is None or image_tag in image.image_tags):
        raise ImageAlreadyExistsException(
            registry_id=repository.registry_id,
            image_tag=image_tag or "null",
            digest=found,
            repository_name=repository_name,
        )
    _free(repository, image_tag)
    if image is None:
        image = Image(backend.account_id, image_tag, image_manifest, repository_name, media_type, found)  # type: ignore[arg-type]
        repository.images.append(image)
    else:
        image.update_tag(image_tag)
    return image


def _media_type(manifest: str, given: str | None) -> str:
    try:
        document = json.loads(manifest)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise InvalidParameterException(
            "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'"
        )
    media_type = given or document.get("mediaType")
    if not media_type:
        raise InvalidParameterException("image manifest mediatype not provided in manifest or parameter")
    return str(media_type)


def _free(repository: Any, tag: str | None) -> None:
    """Take a tag from the image that has it; refused when it may not move."""
    holder = next((each for each in repository.images if tag is not None and tag in each.image_tags), None)
    if holder is None:
        return
    if _immutable(repository, str(tag)):
        raise ImageTagAlreadyExistsException(
            f"The image tag '{tag}' already exists in the '{repository.name}' repository and cannot be overwritten "
            "because the tag is immutable."
        )
    holder.remove_tag(tag)


def _immutable(repository: Any, tag: str) -> bool:
    filters = repository.image_tag_mutability_exclusion_filters or []
    excluded = any(fnmatchcase(tag, each["filter"]) for each in filters)
    immutable: bool = repository.image_tag_mutability.startswith("IMMUTABLE")
    return immutable is not excluded


def _get(
    backend: Any,
    repository_name: str,
    registry_id: str | None = None,
    image_ids: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    repository = backend._get_repository(repository_name, registry_id)  # noqa: SLF001
    images, failures = [], []
    for wanted in image_ids or []:
        image = next((each for each in repository.images if _is_it(each, wanted)), None)
        if image is None:
            failures.append(
                {"imageId": wanted, "failureCode": "ImageNotFound", "failureReason": "Requested image not found"}
            )
            continue
        tag = wanted.get("imageTag", image.image_tag if image.image_tags else None)
        images.append(
            {
                "registryId": repository.registry_id,
                "repositoryName": repository_name,
                "imageId": {"imageDigest": image.get_image_digest(), **({} if tag is None else {"imageTag": tag})},
                "imageManifest": image.image_manifest,
                "imageManifestMediaType": image.image_manifest_media_type,
            }
        )
    return {"images": images, "failures": failures}


def _is_it(image: Any, wanted: dict[str, str]) -> bool:
    digest, tag = wanted.get("imageDigest"), wanted.get("imageTag")
    return (digest is None or digest == image.get_image_digest()) and (tag is None or tag in image.image_tags)


def _size(image: Any) -> int | None:
    """Return the bytes of the configuration and all layers, which moto takes for the configuration's alone."""
    manifest = json.loads(image.image_manifest)
    if "layers" not in manifest:
        return None
    return sum(int(part.get("size", 0)) for part in [manifest.get("config", {}), *manifest["layers"]])
