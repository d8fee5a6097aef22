"""Brings a training job's channels from S3 to /opt/ml/input/data/<channel>."""

import gzip
import json
import random
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from slipway.sandbox.sagemaker.containers.s3_objects import (
    S3SourceError,
    fetch_all,
    list_keys,
    parse_uri,
    relative_target,
)


@dataclass(frozen=True)
class ChannelObject:
    """One object of a channel and where it lands below the channel's folder."""

    bucket: str
    key: str
    target: PurePosixPath


def objects_of_manifest(text: str, where: str) -> list[tuple[str, str, PurePosixPath]]:
    """Return (bucket, key or prefix, relative path) of a ManifestFile: `[{"prefix": "s3://b/p/"}, "a", "b/c"]`.

    Without the leading prefix object every entry would have to be a whole location, which SageMaker does not take.
    Raises S3SourceError, naming the manifest.
    """
    try:
        entries = json.loads(text)
    except ValueError as error:
        raise S3SourceError(f"the manifest {where} is not JSON: {error}") from error
    if not isinstance(entries, list) or not entries or not isinstance(entries[0], dict) or "prefix" not in entries[0]:
        raise S3SourceError(
            f'the manifest {where} must be a JSON list that starts with {{"prefix": "s3://BUCKET/..."}}'
        )
    if not all(isinstance(entry, str) and entry for entry in entries[1:]):
        raise S3SourceError(f"the manifest {where} must list relative keys, each a non-empty string, after its prefix")
    bucket, prefix = parse_uri(str(entries[0]["prefix"]))
    found = []
    for entry in entries[1:]:
        path = PurePosixPath(entry.lstrip("/"))
        if ".." in path.parts:
            raise S3SourceError(f"the manifest {where} has an entry with '..': {entry!r}")
        found.append((bucket, prefix + entry, path))
    return found


def shard(objects: list[ChannelObject], index: int, count: int) -> list[ChannelObject]:
    """Return one host's part under ShardedByS3Key: every count-th object of the keys in order."""
    return sorted(objects, key=lambda item: item.key)[index::count]


def objects_of_channel(s3: Any, channel: dict[str, Any]) -> list[ChannelObject]:
    """Return what a channel consists of, before it is sharded. Raises S3SourceError when there is nothing."""
    name = channel["ChannelName"]
    source = channel["DataSource"].get("S3DataSource")
    if source is None:
        kinds = ", ".join(channel["DataSource"])
        raise S3SourceError(f"channel {name} reads from {kinds or 'nothing'}: the sandbox has S3DataSource only")
    bucket, key = parse_uri(source["S3Uri"])
    kind = source["S3DataType"]
    if kind == "S3Prefix":
        objects = _below(s3, bucket, key)
    elif kind == "ManifestFile":
        text = _text(s3, bucket, key)
        objects = [ChannelObject(*entry) for entry in objects_of_manifest(text, source["S3Uri"])]
    else:
        raise S3SourceError(f"channel {name} has S3DataType {kind}: the sandbox has S3Prefix and ManifestFile")
    if not objects:
        raise S3SourceError(f"channel {name}: no object below {source['S3Uri']}")
    return objects


def bring_channel(s3: Any, channel: dict[str, Any], folder: Path, index: int, count: int) -> int:
    """Download one host's part of a channel into its folder; return how many objects. Raises S3SourceError."""
    folder.mkdir(parents=True, exist_ok=True)
    objects = objects_of_channel(s3, channel)
    source = channel["DataSource"]["S3DataSource"]
    if source.get("S3DataDistributionType") == "ShardedByS3Key":
        objects = shard(objects, index, count)
    if "ShuffleConfig" in channel:
        random.Random(channel["ShuffleConfig"]["Seed"]).shuffle(objects)  # noqa: S311 - AWS's seed, not a secret
    fetch_all(s3, ((item.bucket, item.key, folder / item.target) for item in objects))
    if channel.get("CompressionType") == "Gzip":
        for item in objects:
            _decompress(folder / item.target)
    return len(objects)


def _below(s3: Any, bucket: str, prefix: str) -> list[ChannelObject]:
    found = []
    for key in list_keys(s3, bucket, prefix):
        target = relative_target(key, prefix)
        if target is not None:
            found.append(ChannelObject(bucket, key, target))
    return found


def _text(s3: Any, bucket: str, key: str) -> str:
    try:
        body: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except s3.exceptions.ClientError as error:
        raise S3SourceError(f"cannot read s3://{bucket}/{key}: {error.response['Error']['Message']}") from error
    return body.decode("utf-8", errors="replace")


def _decompress(path: Path) -> None:
    """Replace a gzip file by its content; SageMaker does so for channels with CompressionType Gzip."""
    whole = path.with_name(path.name + ".slipway-part")
    try:
        with gzip.open(path, "rb") as packed, whole.open("wb") as plain:
            shutil.copyfileobj(packed, plain)
    except (gzip.BadGzipFile, EOFError) as error:
        raise S3SourceError(f"{path.name} is not gzip, but its channel says CompressionType Gzip: {error}") from error
    whole.replace(path.with_suffix("") if path.suffix == ".gz" else path)
    if path.suffix == ".gz":
        path.unlink()
