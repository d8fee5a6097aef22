"""Small objects of ours beside the state: in the same folder or bucket, below `.slipway/`.

The engines' command lines keep no lease and no notes; a folder and a bucket both can, and each can say who was first.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from botocore.exceptions import ClientError

from slipway.failure import Failure

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MISSING = frozenset({"NoSuchKey", "404", "NotFound"})
_TAKEN = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
_GUARD = ".slipway/guard"
"""Empty file whose lock of the system is held while two versions are compared; it stays, like the folder."""
_YES = frozenset({"true", "1", "t"})


class Store(Protocol):
    """Named small objects; keys are paths with slashes below the backend's root."""

    def read(self, key: str) -> bytes | None:
        """Return an object, None when there is none."""
        ...

    def create(self, key: str, data: bytes) -> bool:
        """Write an object where there is none; False, and nothing written, where there is one."""
        ...

    def write(self, key: str, data: bytes) -> None:
        """Write an object, whole."""
        ...

    def replace(self, key: str, before: bytes, data: bytes) -> bool:
        """Write an object in the place of what was read; False, and nothing written, where it is another one now."""
        ...

    def keys(self, folder: str) -> list[str]:
        """Return the keys below a folder (with its slash at the end)."""
        ...

    def delete(self, key: str) -> None:
        """Delete an object, if there is one."""
        ...


def open_store(url: str) -> Store:
    """Return the store of a state backend. Raises Failure for one that is neither a folder nor a bucket of S3."""
    scheme = urlsplit(url).scheme
    if scheme == "file":
        text = unquote(url.removeprefix("file://").split("?", 1)[0])
        return FolderStore(Path(text).expanduser() if text.startswith("~") else Path(text or ".").absolute())
    if scheme == "s3":
        return BucketStore(url)
    raise Failure(
        f"the state backend is {url}: ephemeral stacks need file://FOLDER or s3://BUCKET/PREFIX?region=REGION"
    )


class FolderStore:
    """A folder: the file system says who was first."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, key: str) -> bytes | None:
        """Return a file's content."""
        try:
            return (self._root / key).read_bytes()
        except FileNotFoundError:
            return None

    def create(self, key: str, data: bytes) -> bool:
        """Give a whole file its name where nothing has it."""
        beside = self._beside(key, data)
        try:
            os.link(beside, self._root / key)
        except FileExistsError:
            return False
        finally:
            beside.unlink()
        return True

    def write(self, key: str, data: bytes) -> None:
        """Put a whole file in the place of what was there."""
        self._beside(key, data).replace(self._root / key)

    def replace(self, key: str, before: bytes, data: bytes) -> bool:
        """Replace a file that still says what was read; one process at a time compares."""
        with (self._root / _GUARD).open("wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if self.read(key) != before:
                return False
            self.write(key, data)
        return True

    def keys(self, folder: str) -> list[str]:
        """Return the files below a folder."""
        found = (self._root / folder).rglob("*")
        return sorted(path.relative_to(self._root).as_posix() for path in found if path.is_file())

    def delete(self, key: str) -> None:
        """Delete a file."""
        (self._root / key).unlink(missing_ok=True)

    def _beside(self, key: str, data: bytes) -> Path:
        target = self._root / key
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".new-")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        return Path(name)


class BucketStore:
    """A bucket: S3 itself decides between two that write where there is nothing (If-None-Match)."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._bucket, prefix = parts.netloc, parts.path.strip("/")
        self._prefix = f"{prefix}/" if prefix else ""
        self._client = _client(dict(parse_qsl(parts.query)))

    def read(self, key: str) -> bytes | None:
        """Return an object."""
        try:
            return self._client.get_object(Bucket=self._bucket, Key=self._prefix + key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return None
            raise

    def create(self, key: str, data: bytes) -> bool:
        """Put where there is nothing."""
        try:
            self._client.put_object(Bucket=self._bucket, Key=self._prefix + key, Body=data, IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] in _TAKEN:
                return False
            raise
        return True

    def write(self, key: str, data: bytes) -> None:
        """Put."""
        self._client.put_object(Bucket=self._bucket, Key=self._prefix + key, Body=data)

    def replace(self, key: str, before: bytes, data: bytes) -> bool:
        """Put in the place of the very object that was read (If-Match)."""
        try:
            there = self._client.get_object(Bucket=self._bucket, Key=self._prefix + key)
            if there["Body"].read() != before:
                return False
            self._client.put_object(Bucket=self._bucket, Key=self._prefix + key, Body=data, IfMatch=there["ETag"])
        except ClientError as error:
            if error.response["Error"]["Code"] in _TAKEN | _MISSING:
                return False
            raise
        return True

    def keys(self, folder: str) -> list[str]:
        """Return the keys below a folder."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix + folder
        )
        return sorted(item["Key"].removeprefix(self._prefix) for page in pages for item in page.get("Contents", []))

    def delete(self, key: str) -> None:
        """Delete an object."""
        self._client.delete_object(Bucket=self._bucket, Key=self._prefix + key)


def _client(query: dict[str, str]) -> S3Client:
    """Return a client for the parameters that the engines take in an s3:// address."""
    import boto3  # noqa: PLC0415 - slow, and not needed for a folder
    from botocore.config import Config  # noqa: PLC0415

    style = (query.get("s3ForcePathStyle") or query.get("use_path_style") or "").lower() in _YES
    more: Any = {"addressing_style": "path"} if style else {}
    endpoint = query.get("endpoint")
    if endpoint and "://" not in endpoint:
        plain = (query.get("disableSSL") or query.get("disable_https") or "").lower() in _YES
        endpoint = f"{'http' if plain else 'https'}://{endpoint}"
    session = boto3.Session(profile_name=query.get("profile") or query.get("awsprofile"))
    return session.client(
        "s3",
        region_name=query.get("region"),
        endpoint_url=endpoint,
        config=Config(s3=more, retries={"mode": "standard"}),
    )
