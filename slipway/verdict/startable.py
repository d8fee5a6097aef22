"""Whether another instance of a release could start: its artifact, code and image are there and what was pinned."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway import artifact as artifacts
from slipway.failure import Failure
from slipway.pinned.image import by_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_s3 import S3Client


@dataclass
class Parts:
    """What was found of a release's parts."""

    manifest: dict[str, Any] | None = None
    """Of the artifact as it is now; None when it could not be read."""
    lost: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def look_for(pinned: Mapping[str, Any], s3: S3Client, ecr: Callable[[str], ECRClient]) -> Parts:
    """Look for everything that an instance of a pinned release is started from."""
    found = Parts()
    _artifact(pinned, s3, found)
    for look in (lambda: artifacts.require(s3, pinned["code"]), lambda: by_digest(pinned["image"], ecr)):
        try:
            look()
        except Failure as error:
            found.lost.append(str(error))
        except (ClientError, BotoCoreError) as error:
            found.unknown.append(f"{error}")
    return found


def _artifact(pinned: Mapping[str, Any], s3: S3Client, found: Parts) -> None:
    try:
        with tempfile.TemporaryDirectory(prefix="slipway-verdict-") as folder:
            artifact = artifacts.fetch(s3, pinned["model_data"], Path(folder))
    except Failure as error:
        found.lost.append(str(error))
        return
    except (ClientError, BotoCoreError) as error:
        found.unknown.append(f"{pinned['model_data']} can't be read: {error}")
        return
    found.manifest = artifact.manifest
    if artifact.sha256 != pinned["model_sha256"]:
        found.lost.append(
            f"{artifact.uri} has digest {artifact.sha256}, {pinned['model_sha256']} is pinned: it was overwritten"
        )
