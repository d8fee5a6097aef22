"""What the verdict looks for beside the endpoint: the parts of the release, the account, the end of a change."""

from __future__ import annotations

import io
import json
import tarfile
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from slipway.artifact import file_sha256
from slipway.failure import Failure
from slipway.pinned.account import require_account
from slipway.verdict.command import POLL_SECONDS, settled
from slipway.verdict.startable import Parts, look_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slipway.outputs import Outputs

DIGEST = f"sha256:{'d' * 64}"


@pytest.fixture
def pin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """Give a release all of whose parts are there."""
    for name, value in {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_CONFIG_FILE": "/dev/null"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    path = tmp_path / "model.tar.gz"
    text = json.dumps({"examples": [{"hour": 9}]}).encode()
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo("manifest.json")
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text))
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="artifacts")
        s3.upload_file(str(path), "artifacts", "models/model.tar.gz")
        s3.put_object(Bucket="artifacts", Key="code/d.tar.gz", Body=b"code")
        yield {
            "model_data": "s3://artifacts/models/model.tar.gz",
            "model_sha256": file_sha256(path),
            "code": "s3://artifacts/code/d.tar.gz",
            "image": f"123456789012.dkr.ecr.us-east-1.amazonaws.com/slipway-dev/serving@{DIGEST}",
        }


def registry(*failures: str) -> Any:
    client = boto3.client("ecr", region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s")
    stub = Stubber(client)
    if failures and failures[0].endswith("Exception"):
        stub.add_client_error("batch_get_image", failures[0], "no")
    else:
        found = [] if failures else [{"imageId": {"imageDigest": DIGEST}}]
        told = [{"failureCode": code} for code in failures]
        stub.add_response("batch_get_image", {"images": found, "failures": told})
    stub.activate()
    return client


def looked_for(pin: dict[str, Any], ecr: Any = None) -> Parts:
    return look_for(pin, boto3.client("s3", region_name="us-east-1"), lambda _: ecr or registry())


def test_a_release_all_of_whose_parts_are_there_could_start_again(pin: dict[str, Any]) -> None:
    found = looked_for(pin)
    assert (found.lost, found.unknown) == ([], [])
    assert found.manifest == {"examples": [{"hour": 9}]}


@pytest.mark.parametrize(
    ("key", "said"), [("models/model.tar.gz", "the model artifact"), ("code/d.tar.gz", "s3://artifacts/code/d.tar.gz")]
)
def test_a_part_that_was_deleted_is_lost(pin: dict[str, Any], key: str, said: str) -> None:
    boto3.client("s3", region_name="us-east-1").delete_object(Bucket="artifacts", Key=key)
    (lost,) = looked_for(pin).lost
    assert lost.startswith(said)
    assert "is not there: was it deleted?" in lost


def test_an_artifact_that_was_overwritten_is_lost_though_it_can_be_read(pin: dict[str, Any]) -> None:
    found = looked_for({**pin, "model_sha256": "0" * 64})
    assert "it was overwritten" in found.lost[0]
    assert found.manifest is not None


def test_an_image_that_was_deleted_is_lost(pin: dict[str, Any]) -> None:
    (lost,) = looked_for(pin, registry("ImageNotFound")).lost
    assert "it is not in its repository" in lost


def test_what_nobody_may_look_at_is_not_lost(pin: dict[str, Any]) -> None:
    found = looked_for(pin, registry("AccessDeniedException"))
    assert found.lost == []
    assert "AccessDeniedException" in found.unknown[0]


def test_credentials_of_another_account_give_no_verdict(told_outputs: Outputs) -> None:
    sts = boto3.client("sts", region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s")
    with Stubber(sts) as stub:
        stub.add_response("get_caller_identity", {"Account": "222233334444"})
        with pytest.raises(Failure, match="open account 222233334444, this stack is of account 123456789012"):
            require_account(sts, told_outputs)
        stub.add_response("get_caller_identity", {"Account": "123456789012"})
        require_account(sts, told_outputs)


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def looks(*statuses: str) -> Any:
    client = boto3.client("sagemaker", region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s")
    stub = Stubber(client)
    for status in statuses:
        arn = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/slipway-dev"
        told = {"EndpointName": "slipway-dev", "EndpointArn": arn, "CreationTime": 0, "LastModifiedTime": 0}
        stub.add_response("describe_endpoint", {**told, "EndpointStatus": status})
    stub.activate()
    return client


def test_an_endpoint_that_is_changing_is_waited_for() -> None:
    time = Time()
    asked = looks("Updating", "Updating", "Failed")
    found = settled(asked, "slipway-dev", wait_seconds=60, clock=lambda: time.now, sleep=time.sleep)
    assert (found.status, time.slept) == ("Failed", [POLL_SECONDS, POLL_SECONDS])


def test_nobody_waits_longer_than_was_asked_for() -> None:
    time = Time()
    found = settled(looks("Updating"), "slipway-dev", wait_seconds=0, clock=lambda: time.now, sleep=time.sleep)
    assert (found.status, time.slept) == ("Updating", [])
    asked = looks("Updating", "Updating", "Updating")
    found = settled(asked, "slipway-dev", wait_seconds=7, clock=lambda: time.now, sleep=time.sleep)
    assert (found.status, time.slept) == ("Updating", [POLL_SECONDS, 2.0])
