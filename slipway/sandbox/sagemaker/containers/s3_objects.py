"""Objects of S3 as containers need them: parsed, listed, fetched into a folder, sent from one."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import Any

from botocore.exceptions import ClientError

_CHUNK = 1 << 20
_WORKERS = 4


class S3SourceError(Exception):
    """An S3 location is malformed, empty or cannot be read; the message becomes a FailureReason."""


def parse_uri(uri: str) -> tuple[str, str]:
    """Split `s3://bucket/key` into bucket and key (which may be empty). Raises S3SourceError."""
    scheme, _, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme != "s3" or not bucket:
        raise S3SourceError(f"{uri!r} is not an S3 location; write s3://BUCKET/KEY")
    return bucket, key


def join_uri(prefix: str, *parts: str) -> str:
    """Append path parts to an S3 location with exactly one slash between them."""
    return "/".join([prefix.rstrip("/"), *parts])


def list_keys(s3: Any, bucket: str, prefix: str) -> list[str]:
    """Return the keys that start with a prefix, sorted as S3 sorts them. Raises S3SourceError."""
    try:
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return [item["Key"] for page in pages for item in page.get("Contents", ())]
    except ClientError as error:
        raise S3SourceError(f"cannot list s3://{bucket}/{prefix}: {error.response['Error']['Message']}") from error


def fetch(s3: Any, bucket: str, key: str, target: Path) -> None:
    """Download one object. Raises S3SourceError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"]
        with target.open("wb") as file:
            for chunk in body.iter_chunks(_CHUNK):
                file.write(chunk)
    except ClientError as error:
        raise S3SourceError(f"cannot read s3://{bucket}/{key}: {error.response['Error']['Message']}") from error
    except (IsADirectoryError, NotADirectoryError, FileExistsError) as error:
        raise S3SourceError(f"s3://{bucket}/{key} is both a file and a folder: {error.strerror}") from error


def fetch_all(s3: Any, objects: Iterable[tuple[str, str, Path]]) -> None:
    """Download (bucket, key, target) triples, a few at a time. Raises the first S3SourceError."""
    wanted = list(objects)
    if len(wanted) <= 1:
        for bucket, key, target in wanted:
            fetch(s3, bucket, key, target)
        return
    with ThreadPoolExecutor(_WORKERS) as pool:
        for done in [pool.submit(fetch, s3, *one) for one in wanted]:
            done.result()


def relative_target(key: str, prefix: str) -> PurePosixPath | None:
    """Return where below its folder an object of a prefix lands, None for a folder marker.

    `data/a` below `data/` or `data` is `a`; when the prefix is the object itself, or ends inside a name, it starts
    with that name. Raises S3SourceError for keys with `..`.
    """
    if key.endswith("/"):
        return None
    folder = prefix.rstrip("/") + "/"
    start = len(folder) if key.startswith(folder) else prefix.rfind("/") + 1
    relative = PurePosixPath(key[start:].lstrip("/"))
    if ".." in relative.parts:
        raise S3SourceError(f"the key {key!r} has '..' in its path, which no folder can hold")
    return relative


def send_folder(s3: Any, folder: Path, uri: str) -> int:
    """Upload every file of a folder below a location; return how many."""
    bucket, prefix = parse_uri(uri)
    count = 0
    for path in _files(folder):
        key = "/".join([*filter(None, [prefix.rstrip("/")]), path.relative_to(folder).as_posix()])
        with path.open("rb") as body:
            s3.put_object(Bucket=bucket, Key=key, Body=body)
        count += 1
    return count


def _files(folder: Path) -> Iterator[Path]:
    return iter(sorted(path for path in folder.rglob("*") if path.is_file()))
