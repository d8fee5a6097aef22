"""Keeps a location in S3 like a folder while files come and go in it."""

from pathlib import Path
from typing import Any

from slipway.sandbox.sagemaker.containers.s3_objects import parse_uri


class Mirror:
    """Uploads what changed since the last time; nothing is ever removed from S3."""

    def __init__(self, s3: Any, folder: Path, uri: str, encryption: dict[str, str] | None = None) -> None:
        self._s3 = s3
        self._folder = folder
        self._bucket, self._prefix = parse_uri(uri.rstrip("/") + "/")
        self._encryption = encryption or {}
        self._sent: dict[Path, tuple[int, int]] = {}

    def take_as_sent(self) -> None:
        """Remember what is in the folder now as being in S3 already."""
        self._sent = {path: _version(path) for path in self._files()}

    def send(self) -> None:
        """Upload what changed since the last time. Raises ClientError, BotoCoreError and OSError."""
        for path in self._files():
            version = _version(path)
            if self._sent.get(path) != version:
                with path.open("rb") as body:
                    key = self._prefix + path.relative_to(self._folder).as_posix()
                    self._s3.put_object(Bucket=self._bucket, Key=key, Body=body, **self._encryption)
                self._sent[path] = version

    def _files(self) -> list[Path]:
        return sorted(path for path in self._folder.rglob("*") if path.is_file())


def encryption(key: str | None) -> dict[str, str]:
    """Return PutObject's parameters for a KMS key, none without one."""
    return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key} if key else {}


def _version(path: Path) -> tuple[int, int]:
    state = path.stat()
    return state.st_size, state.st_mtime_ns
