"""A stack's outputs, read once and typed."""

from __future__ import annotations

import pytest

from slipway import outputs
from slipway.failure import Failure

FOUND = {
    "lake": {"raw": "r", "curated": "c", "artifacts": "a", "captures": "p"},
    "key_arn": "arn:aws:kms:us-east-1:123456789012:key/k",
    "training": {
        "role_arn": "arn:aws:iam::123456789012:role/t",
        "image": "i:1",
        "code_uri": "s3://a/code/training/d.tar.gz",
        "log_group": "/aws/sagemaker/TrainingJobs",
        "instance_type": "ml.m5.xlarge",
        "instance_count": 1.0,
        "volume_size_gib": 30.0,
        "max_runtime_seconds": 3600,
        "checkpoint_path": "s3://artifacts/checkpoints/",
        "output_path": "s3://a/models/",
    },
    "serving": {
        "role_arn": "arn:aws:iam::123456789012:role/s",
        "image": "i:2",
        "code_uri": "s3://a/code/serving/d.tar.gz",
        "instance_type": "ml.m5.large",
        "endpoint_name": "slipway-dev",
        "events_log_group": "/aws/events/slipway-dev",
    },
    "registry": {"model_package_group_name": "slipway-dev"},
    "endpoint": None,
    "dashboard": {"name": "slipway-dev"},
}


def test_counts_are_whole_numbers_though_the_wire_has_doubles() -> None:
    read = outputs.read("dev", FOUND)
    assert repr(read.training.instance_count) == "1"
    assert repr(read.training.volume_size_gib) == "30"


def test_a_stack_without_a_release_has_no_endpoint() -> None:
    assert outputs.read("dev", FOUND).endpoint is None
    rolled = outputs.read("dev", {**FOUND, "endpoint": {"name": "slipway-dev", "release": "1a2b3c4d"}})
    assert (rolled.endpoint, rolled.rolled_out, rolled.account) == ("slipway-dev", "1a2b3c4d", "123456789012")


def test_a_network_is_read_where_there_is_one() -> None:
    assert outputs.read("dev", FOUND).network is None
    network = {"subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1"]}
    read = outputs.read("dev", {**FOUND, "network": network}).network
    assert read == outputs.Network(subnet_ids=("subnet-1",), security_group_ids=("sg-1",))


def test_a_missing_output_is_named() -> None:
    with pytest.raises(Failure, match=r"stack dev has no output `lake\.raw`"):
        outputs.read("dev", {**FOUND, "lake": {}})


def test_a_stack_that_was_never_deployed_is_told_so() -> None:
    with pytest.raises(Failure, match="run `pulumi up"):
        outputs.read("dev", {})


def test_spot_jobs_know_how_long_they_may_wait_and_others_wait_for_nothing() -> None:
    spot = {**FOUND, "training": {**FOUND["training"], "max_wait_seconds": 7200.0}}  # type: ignore[dict-item]
    assert repr(outputs.read("dev", spot).training.max_wait_seconds) == "7200"
    assert outputs.read("dev", FOUND).training.max_wait_seconds is None


def test_a_stack_whose_next_release_is_serverless_has_no_instance_type() -> None:
    serverless = {name: value for name, value in FOUND["serving"].items() if name != "instance_type"}  # type: ignore[union-attr]
    assert outputs.read("dev", {**FOUND, "serving": serverless}).serving.instance_type is None
