"""Names with every character that AWS allows make the whole round through boto3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

# every character of UTF-8 that XML 1.0 can carry in a listing; botocore asks for listings in URL encoding all the same
CHARACTERS = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
ODD = st.sampled_from(
    [
        " ",
        "+",
        "%",
        "%2F",
        "/",
        "//",
        "..",
        "/../",
        "./",
        "?",
        "#",
        "&",
        "=",
        "~",
        "\\",
        "'",
        '"',
        "ü",
        "日",
        "🦆",
        ";",
        ":",
        "@",
        "*",
        "$",
    ]
)
KEYS = st.lists(st.one_of(ODD, CHARACTERS, st.sampled_from("abc.")), min_size=1, max_size=30).map("".join)
VALUES = st.text(st.sampled_from("abzAZ019 +-=._:/@üñ日"), max_size=64)


@pytest.fixture(scope="module")
def bucket(sandbox: Any) -> Iterator[str]:
    sandbox.s3.create_bucket(Bucket="odd-names")
    yield "odd-names"
    for page in sandbox.s3.get_paginator("list_objects_v2").paginate(Bucket="odd-names"):
        for entry in page.get("Contents", []):
            sandbox.s3.delete_object(Bucket="odd-names", Key=entry["Key"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=KEYS.filter(lambda key: len(key.encode()) <= 1024))
@example(key="a//b")
@example(key="/leading")
@example(key="trailing/")
@example(key="trailing.")
@example(key="..")
@example(key="a/../b")
@example(key="%2F%20%")
@example(key="a+b c")
@example(key="k" * 1024)
@example(key="日" * 341)
def test_a_key_comes_back_as_it_was_sent(sandbox: Any, bucket: str, key: str) -> None:
    s3, body = sandbox.s3, key.encode()
    s3.put_object(Bucket=bucket, Key=key, Body=body, Tagging="a=b")
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == body
    assert s3.head_object(Bucket=bucket, Key=key)["ContentLength"] == len(body)
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=key)["Contents"]
    assert key in [entry["Key"] for entry in listed]
    copied = "copied-" + key[:900]
    s3.copy_object(Bucket=bucket, Key=copied[:300], CopySource={"Bucket": bucket, "Key": key})
    assert s3.get_object(Bucket=bucket, Key=copied[:300])["Body"].read() == body
    gone = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key}, {"Key": copied[:300]}]})
    assert "Errors" not in gone
    with pytest.raises(s3.exceptions.ClientError):
        s3.head_object(Bucket=bucket, Key=key)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tags=st.dictionaries(
        VALUES.filter(lambda key: key.strip() and not key.lower().startswith("aws:")), VALUES, max_size=5
    )
)
def test_tags_come_back_as_they_were_sent(sandbox: Any, bucket: str, tags: dict[str, str]) -> None:
    pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
    sandbox.s3.put_object(Bucket=bucket, Key="tagged", Body=b"")
    sandbox.s3.put_object_tagging(Bucket=bucket, Key="tagged", Tagging={"TagSet": pairs})
    found = sandbox.s3.get_object_tagging(Bucket=bucket, Key="tagged")["TagSet"]
    assert {each["Key"]: each["Value"] for each in found} == tags
    sagemaker = sandbox.sagemaker
    arn = sagemaker.create_model_package_group(ModelPackageGroupName="odd-tags", Tags=pairs)["ModelPackageGroupArn"]
    try:
        assert {each["Key"]: each["Value"] for each in sagemaker.list_tags(ResourceArn=arn)["Tags"]} == tags
    finally:
        sagemaker.delete_model_package_group(ModelPackageGroupName="odd-tags")
