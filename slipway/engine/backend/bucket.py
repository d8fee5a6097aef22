"""Stacks in a bucket of S3 (s3://BUCKET/PREFIX?region=...): the same keys as in a folder, below the prefix."""

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

from slipway.engine.aws.address import BUCKET, read_address
from slipway.engine.aws.clients import PATIENT_ATTEMPTS, Connection
from slipway.engine.aws.refusals import code_of, refused
from slipway.engine.errors import EngineError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from mypy_boto3_s3 import S3Client

# What S3 and its likes allow; AWS itself is stricter since 2018.
_NAME = re.compile(r"[A-Za-z0-9._-]{1,255}")
_MISSING = ("NoSuchKey", "404", "NotFound")
_TAKEN = ("PreconditionFailed", "ConditionalRequestConflict")
_AT_ONCE = 1000
"""Objects that one request deletes at most."""


class Bucket:
    """A storage in a bucket: an object is replaced whole or not at all, and a list shows what was written before it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._address = read_address(url, BUCKET)
        self._connection = Connection(self._address)
        self._bucket = self._address.host
        self._prefix = f"{self._address.path}/" if self._address.path else ""
        if not _NAME.fullmatch(self._bucket):
            named = f"'{self._bucket}' is no name of a bucket" if self._bucket else "it names no bucket"
            raise EngineError(f"unable to open {url}: {named}; write s3://BUCKET/PREFIX?region=REGION")
        denied = (
            "access denied; the credentials must be allowed s3:ListBucket on the bucket and s3:GetObject, "
            f"s3:PutObject and s3:DeleteObject on {self._bucket}/{self._prefix}*"
        )
        missing = (
            f"there is no bucket '{self._bucket}'; correct the URL, or make the bucket: "
            f"`aws s3api create-bucket --bucket {self._bucket}`"
        )
        self._reasons = {
            "NoSuchBucket": missing,
            **dict.fromkeys(("AccessDenied", "AllAccessDisabled", "Forbidden", "403"), denied),
        }
        self._encryption: dict[str, Any] = {}
        if kind := self._address.get("ssetype"):
            self._encryption["ServerSideEncryption"] = "AES256" if kind.upper() == "AES256" else kind.lower()
        if key := self._address.get("kmskeyid"):
            self._encryption["SSEKMSKeyId"] = key

    @cached_property
    def _client(self) -> "S3Client":
        client: S3Client = self._connection.client("s3")
        return client

    @cached_property
    def _writer(self) -> "S3Client":
        client: S3Client = self._connection.client("s3", attempts=PATIENT_ATTEMPTS)
        return client

    def _trying(self, what: str, key: str) -> "AbstractContextManager[None]":
        return refused(f"{what} {self.place(key)} (backend {self.url})", self._address, self._reasons)

    def place(self, key: str) -> str:
        """Return the object's URL, as the AWS command line takes it."""
        return f"s3://{self._bucket}/{self._prefix}{key}"

    def keys(self, prefix: str) -> list[str]:
        """Return the keys that begin with a prefix."""
        found: list[str] = []
        with self._trying("list", prefix):
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix + prefix):
                found += [item["Key"].removeprefix(self._prefix) for item in page.get("Contents", [])]
        # Some stores show folders as objects of their own.
        return sorted(key for key in found if not key.endswith("/"))

    def read(self, key: str) -> bytes | None:
        """Return an object."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - slow, and not needed for a folder

        with self._trying("read", key):
            try:
                return self._client.get_object(Bucket=self._bucket, Key=self._prefix + key)["Body"].read()
            except ClientError as error:
                if code_of(error) in _MISSING:
                    return None
                raise

    def write(self, key: str, data: bytes, *, backup: str | None = None) -> None:
        """Copy what is there to the backup, then put."""
        if backup is not None:
            self._copy(key, backup)
        with self._trying("write", key):
            self._put(key, data)

    def _put(self, key: str, data: bytes, **condition: Any) -> None:
        self._writer.put_object(
            Bucket=self._bucket,
            Key=self._prefix + key,
            Body=data,
            ContentType="application/json",
            **self._encryption,
            **condition,
        )

    def create(self, key: str, data: bytes) -> bool:
        """Put where there is nothing: S3 itself decides between two that try at once."""
        from botocore.exceptions import ClientError  # noqa: PLC0415

        with self._trying("write", key):
            try:
                self._put(key, data, IfNoneMatch="*")
            except ClientError as error:
                if code_of(error) in _TAKEN:
                    return False
                if code_of(error) != "NotImplemented":
                    raise
                # A store that is no S3 may not know the condition: who calls has looked.
                self._put(key, data)
        return True

    def _copy(self, key: str, target: str) -> bool:
        from botocore.exceptions import ClientError  # noqa: PLC0415

        with self._trying(f"copy to {target.rpartition('/')[2]}", key):
            try:
                self._writer.copy_object(
                    Bucket=self._bucket,
                    Key=self._prefix + target,
                    CopySource={"Bucket": self._bucket, "Key": self._prefix + key},
                    **self._encryption,
                )
            except ClientError as error:
                if code_of(error) in _MISSING:
                    return False
                raise
        return True

    def move(self, key: str, target: str) -> None:
        """Copy, then delete."""
        if self._copy(key, target):
            self.delete(key)

    def delete(self, key: str) -> None:
        """Delete an object."""
        with self._trying("delete", key):
            self._writer.delete_object(Bucket=self._bucket, Key=self._prefix + key)

    def clear(self, folder: str) -> None:
        """Delete every object below a folder."""
        keys = self.keys(f"{folder}/")
        for start in range(0, len(keys), _AT_ONCE):
            some = keys[start : start + _AT_ONCE]
            with self._trying("delete", folder):
                answer = self._writer.delete_objects(
                    Bucket=self._bucket,
                    Delete={"Objects": [{"Key": self._prefix + key} for key in some], "Quiet": True},
                )
            if left := answer.get("Errors"):
                first = left[0]
                raise EngineError(
                    f"could not delete {len(left)} of {len(some)} objects below {self.place(folder)}: "
                    f"{self._reasons.get(first.get('Code', '')) or first.get('Message') or first.get('Code')}"
                )
