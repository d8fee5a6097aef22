"""Which objects a channel consists of, and where they land."""

from pathlib import PurePosixPath

import pytest

from slipway.sandbox.sagemaker.containers.s3_objects import S3SourceError, parse_uri, relative_target
from slipway.sandbox.sagemaker.jobs.channels import ChannelObject, objects_of_manifest, shard


def test_a_manifest_lists_keys_below_its_prefix() -> None:
    text = '[{"prefix": "s3://lake/flights/2013/"}, "01/flights.parquet", "02/flights.parquet"]'
    assert objects_of_manifest(text, "m") == [
        ("lake", "flights/2013/01/flights.parquet", PurePosixPath("01/flights.parquet")),
        ("lake", "flights/2013/02/flights.parquet", PurePosixPath("02/flights.parquet")),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("no json", "is not JSON"),
        ("{}", "must be a JSON list"),
        ("[]", "must be a JSON list"),
        ('["s3://lake/a"]', "must be a JSON list"),
        ('[{"prefix": "lake/"}, "a"]', "not an S3 location"),
        ('[{"prefix": "s3://lake/"}, 3]', "relative keys"),
        ('[{"prefix": "s3://lake/"}, ""]', "relative keys"),
        ('[{"prefix": "s3://lake/"}, "../a"]', r"'\.\.'"),
    ],
)
def test_a_malformed_manifest_is_refused_by_what_is_wrong(text: str, told: str) -> None:
    with pytest.raises(S3SourceError, match=told):
        objects_of_manifest(text, "s3://b/m")


@pytest.mark.parametrize(
    ("key", "prefix", "target"),
    [
        ("data/a", "data/", "a"),
        ("data/a", "data", "a"),
        ("data/x/a", "data", "x/a"),
        ("code/1.tar.gz", "code/1.tar.gz", "1.tar.gz"),
        ("data/train-0.csv", "data/train", "train-0.csv"),
        ("a", "", "a"),
        ("data/", "data/", None),
    ],
)
def test_an_object_lands_below_its_channel_without_the_prefix(key: str, prefix: str, target: str | None) -> None:
    assert relative_target(key, prefix) == (None if target is None else PurePosixPath(target))


def test_a_key_that_climbs_is_refused() -> None:
    with pytest.raises(S3SourceError, match=r"'\.\.'"):
        relative_target("data/../../etc/passwd", "data/")


def test_shards_cover_every_object_once() -> None:
    objects = [ChannelObject("b", f"k{number}", PurePosixPath(f"k{number}")) for number in (3, 1, 0, 2, 4)]
    first, second = shard(objects, 0, 2), shard(objects, 1, 2)
    assert [item.key for item in first] == ["k0", "k2", "k4"]
    assert [item.key for item in second] == ["k1", "k3"]


@pytest.mark.parametrize("uri", ["", "s3://", "http://b/k", "/b/k"])
def test_a_location_that_is_not_s3_is_refused(uri: str) -> None:
    with pytest.raises(S3SourceError, match=r"s3://BUCKET/KEY"):
        parse_uri(uri)
