"""The lake's buckets."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.components.storage.lake import Lake, LakeArgs
from infra.retention import retention

ACCOUNT = "123456789012"
ZONES = ["lake-artifacts", "lake-captures", "lake-curated", "lake-features", "lake-logs", "lake-raw"]
TRAIL = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/slipway-dev"


@pytest.fixture
def graph(run_program: Any) -> Any:
    return run_program(lambda: Lake("lake", args("dev")))


def args(environment: Any, trail_arn: str | None = None) -> LakeArgs:
    return LakeArgs(
        account_id=ACCOUNT,
        region="us-east-1",
        key_arn="arn:key",
        noncurrent_version_days=30,
        abort_multipart_days=3,
        captures_expiry_days=9,
        query_results_expiry_days=8,
        logs_expiry_days=7,
        trail_arn=trail_arn,
        retention=retention(environment),
    )


@pytest.mark.parametrize(
    "guard",
    [
        "aws:s3/bucketVersioning:BucketVersioning",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "aws:s3/bucketPolicy:BucketPolicy",
    ],
)
def test_every_bucket_has_every_guard(graph: Any, guard: str) -> None:
    assert [one.inputs["bucket"] for one in graph.of_type(guard)] == [f"{zone}-0000000" for zone in ZONES]


def test_objects_are_encrypted_with_the_stacks_key_and_few_calls_to_kms(graph: Any) -> None:
    for one in graph.of_type("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"):
        (rule,) = one.inputs["rules"]
        default = rule["applyServerSideEncryptionByDefault"]
        if one.name == "lake-logs":  # S3 delivers access logs to no bucket with a key of KMS
            assert default == {"sseAlgorithm": "AES256"}
            continue
        assert default == {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "arn:key"}
        assert rule["bucketKeyEnabled"] is True


def test_nothing_can_be_made_public(graph: Any) -> None:
    for one in graph.of_type("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"):
        switches = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"]
        assert [one.inputs[switch] for switch in switches] == [True] * 4


def test_a_bucket_refuses_plain_http_for_itself_and_its_objects(graph: Any) -> None:
    policy = json.loads(graph.one("aws:s3/bucketPolicy:BucketPolicy", "lake-raw").inputs["policy"])
    (statement,) = policy["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == ["arn:aws:s3:::lake-raw-0000000", "arn:aws:s3:::lake-raw-0000000/*"]


def statements(graph: Any, bucket: str) -> dict[str, Any]:
    policy = json.loads(graph.one("aws:s3/bucketPolicy:BucketPolicy", bucket).inputs["policy"])
    return {statement["Sid"]: statement for statement in policy["Statement"]}


def test_every_bucket_but_the_one_of_logs_is_logged_there_once_s3_may_write(graph: Any) -> None:
    found = graph.of_type("aws:s3/bucketLogging:BucketLogging")
    assert [one.name for one in found] == [zone for zone in ZONES if zone != "lake-logs"]
    for one in found:
        assert one.inputs["targetBucket"] == "lake-logs-0000000"
        assert one.inputs["targetPrefix"] == f"access/{one.name.removeprefix('lake-')}/"
        assert "aws:s3/bucketPolicy:BucketPolicy lake-logs" in one.depends_on


def test_the_bucket_of_logs_goes_last(graph: Any) -> None:
    for one in graph.of_type("aws:s3/bucket:Bucket"):
        waits = "aws:s3/bucket:Bucket lake-logs" in one.depends_on
        assert waits == (one.name != "lake-logs")


def test_only_s3_writes_access_logs_and_of_these_buckets_only(graph: Any) -> None:
    found = statements(graph, "lake-logs")
    assert set(found) == {"RefusePlainHttp", "KeepAccessLogs"}
    logs = found["KeepAccessLogs"]
    assert logs["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    assert logs["Resource"] == "arn:aws:s3:::lake-logs-0000000/access/*"
    others = [f"arn:aws:s3:::{zone}-0000000" for zone in ZONES if zone != "lake-logs"]
    assert logs["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnEquals": {"aws:SourceArn": others},
    }


def test_one_trail_writes_to_the_logs_by_its_exact_arn(run_program: Any) -> None:
    found = statements(run_program(lambda: Lake("lake", args("prod", TRAIL))), "lake-logs")
    assert found["LookAtBucketOfTrail"]["Condition"] == {"StringEquals": {"aws:SourceArn": TRAIL}}
    assert found["KeepTrail"]["Condition"]["StringEquals"]["aws:SourceArn"] == TRAIL
    assert found["KeepTrail"]["Resource"] == f"arn:aws:s3:::lake-logs-0000000/trail/AWSLogs/{ACCOUNT}/*"


def test_only_captures_logs_and_query_results_expire(graph: Any) -> None:
    token = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    expiring = {
        one.name: (rule["filter"]["prefix"], rule["expiration"]["days"])
        for one in graph.of_type(token)
        for rule in one.inputs["rules"]
        if "expiration" in rule
    }
    assert expiring == {"lake-artifacts": ("athena/", 8), "lake-captures": ("", 9), "lake-logs": ("", 7)}


def test_lifecycle_rules_come_after_versioning(graph: Any) -> None:
    token = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    assert "aws:s3/bucketVersioning:BucketVersioning lake-raw" in graph.one(token, "lake-raw").depends_on


@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_buckets_are_kept_and_only_the_buckets_are_protected(environment: str, run_program: Any) -> None:
    graph = run_program(lambda: Lake("lake", args(environment)))
    assert {one.type for one in graph.resources if one.protect} == {"aws:s3/bucket:Bucket"}
    assert all(one.protect and one.retain_on_delete for one in graph.of_type("aws:s3/bucket:Bucket"))
    assert not any(one.inputs["forceDestroy"] for one in graph.of_type("aws:s3/bucket:Bucket"))


def test_dev_lets_go_of_everything(graph: Any) -> None:
    assert not any(one.protect or one.retain_on_delete for one in graph.resources)
    assert all(one.inputs["forceDestroy"] for one in graph.of_type("aws:s3/bucket:Bucket"))
