"""The trail of who read and wrote the lake."""

from __future__ import annotations

from typing import Any

import pulumi_aws as aws
import pytest

from infra.components.audit.trail import Trail, TrailArgs


def trail(*, management_events: bool = True, watched: tuple[str, ...] = ("raw", "curated")) -> None:
    opened = aws.s3.BucketPolicy("logs", bucket="logs", policy="{}")
    Trail(
        "trail",
        TrailArgs(
            trail_name="slipway-dev",
            watched_buckets=watched,
            logs_bucket="logs",
            logs_prefix="trail",
            logs_open=opened,
            key_arn="arn:key",
            partition="aws",
            management_events=management_events,
        ),
    )


def test_every_read_and_write_of_the_watched_buckets_is_kept(run_program: Any) -> None:
    (selector,) = run_program(trail).one("aws:cloudtrail/trail:Trail", "trail").inputs["eventSelectors"]
    assert selector["readWriteType"] == "All"
    assert selector["dataResources"] == [
        {"type": "AWS::S3::Object", "values": ["arn:aws:s3:::raw/", "arn:aws:s3:::curated/"]}
    ]


def test_files_are_encrypted_and_a_changed_one_is_told(run_program: Any) -> None:
    made = run_program(trail).one("aws:cloudtrail/trail:Trail", "trail")
    assert made.inputs["kmsKeyId"] == "arn:key"
    assert made.inputs["enableLogFileValidation"] is True
    assert "aws:s3/bucketPolicy:BucketPolicy logs" in made.depends_on


@pytest.mark.parametrize("kept", [True, False])
def test_calls_that_change_the_account_are_kept_by_value(run_program: Any, *, kept: bool) -> None:
    made = run_program(lambda: trail(management_events=kept)).one("aws:cloudtrail/trail:Trail", "trail").inputs
    assert made["eventSelectors"][0]["includeManagementEvents"] is kept
    assert made["includeGlobalServiceEvents"] is kept


def test_a_trail_of_nothing_is_refused(run_program: Any) -> None:
    with pytest.raises(ValueError, match="watched_buckets is empty"):
        run_program(lambda: trail(watched=()))
