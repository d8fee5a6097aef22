"""A model artifact in S3: its bytes, digest and the manifest inside it."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import tarfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from slipway.failure import Failure

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_s3 import S3Client

CHUNK = 1 << 20
SHOWN_DIGEST = 12
_DAMAGED = (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError)


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """A downloaded model.tar.gz."""

    uri: str
    path: Path
    sha256: str
    manifest: dict[str, Any]
    """The manifest.json inside it, written by training/."""

    def metrics(self) -> dict[str, float]:
        """Return the metrics of the manifest by name; what is no number is none."""
        found = self.manifest.get("metrics") or {}
        return {name: float(value) for name, value in found.items() if isinstance(value, int | float)}

    def data(self) -> dict[str, str]:
        """Return what the model was trained and judged on, by channel: rows and the beginning of their digest."""
        found = self.manifest.get("data") or {}
        return {
            name: f"{part.get('rows', 0):,} rows, sha256 {str(part.get('sha256'))[:SHOWN_DIGEST]}"
            for name, part in sorted(found.items())
        }


def split(uri: str) -> tuple[str, str]:
    """Split `s3://bucket/key`."""
    parts = urlsplit(uri)
    if parts.scheme != "s3" or not parts.netloc or not parts.path.strip("/"):
        raise Failure(f"{uri!r} is not an S3 object's address: s3://BUCKET/KEY is expected")
    return parts.netloc, parts.path.lstrip("/")


def fetch(s3: S3Client, uri: str, folder: Path) -> Artifact:
    """Download the artifact into `folder` and read its manifest.

    Raises Failure when the object is gone, is no gzip-compressed tar, or has no manifest.json, and ClientError when
    nobody can tell: without the right to list the bucket S3 answers 403 for what is not there.
    """
    bucket, key = split(uri)
    path = folder / "model.tar.gz"
    try:
        s3.download_file(bucket, key, str(path))
    except ClientError as error:
        if not _is_gone(error):
            raise
        raise Failure(f"the model artifact {uri} is not there: was it deleted?") from error
    return Artifact(uri=uri, path=path, sha256=file_sha256(path), manifest=_manifest(path, uri))


def require(s3: S3Client, uri: str) -> None:
    """Raise Failure when an object is not there, ClientError when nobody can tell."""
    bucket, key = split(uri)
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if not _is_gone(error):
            raise
        raise Failure(f"{uri} is not there: was it deleted?") from error


def file_sha256(path: Path) -> str:
    """Return the hex SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def unpack(artifact: Artifact, folder: Path) -> Path:
    """Unpack the artifact's files into `folder`.

    Raises Failure when it is damaged, or has anything but folders and files inside it. (Python's own filter="data" does
    so from 3.11.4 on only.)
    """
    root = folder.resolve()
    try:
        with tarfile.open(artifact.path, "r:gz") as archive:
            for member in archive:
                target = (root / member.name).resolve()
                if not (member.isreg() or member.isdir()) or not target.is_relative_to(root):
                    raise Failure(f"the model artifact {artifact.uri} has {member.name!r}, which is no file inside it")
                content = archive.extractfile(member)
                if content is None:
                    target.mkdir(parents=True, exist_ok=True)
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                with content, target.open("wb") as file:
                    shutil.copyfileobj(content, file, CHUNK)
            while archive.fileobj is not None and archive.fileobj.read(CHUNK):
                pass  # to the end, where gzip keeps its checksum
    except _DAMAGED as error:
        raise Failure(f"the model artifact {artifact.uri} is damaged ({error}): train again") from error
    return folder


def _manifest(path: Path, uri: str) -> dict[str, Any]:
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                if member.name.removeprefix("./") == "manifest.json":
                    file = archive.extractfile(member)
                    if file is not None:
                        found: dict[str, Any] = json.load(file)
                        return found
    except (*_DAMAGED, ValueError) as error:
        raise Failure(f"the model artifact {uri} is damaged ({error}): train again") from error
    raise Failure(f"the model artifact {uri} has no manifest.json: it was not written by this project's training/")


def _is_gone(error: ClientError) -> bool:
    return str(error.response.get("Error", {}).get("Code")) in {"404", "NoSuchKey", "NoSuchBucket"}
