"""What the verdict looks for beside the endpoint: the parts of the release, the account, the end of a change."""

from __future__ import annotations

import io
import json
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import yaml
from botocore.stub import Stubber
from moto import mock_aws

from infra.release_digest import release_digest
from slipway.artifact import file_sha256
from slipway.failure import Failure
from slipway.pinned.account import require_account
from slipway.pinned.serving import Serving
from slipway.verdict import command
from slipway.verdict.command import POLL_SECONDS, settled
from slipway.verdict.smoke import Smoke
from slipway.verdict.startable import Parts, look_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slipway.outputs import Outputs

PROJECT = Path(__file__).parents[3]
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


@pytest.fixture
def stack_file(pinned_release: Callable[..., dict[str, Any]], pin: dict[str, Any], tmp_path: Path) -> Path:
    """Pin the release whose parts are there, and say of the endpoint that it serves that."""
    path = tmp_path / "Pulumi.dev.yaml"
    config = yaml.safe_load((PROJECT / path.name).read_text())["config"]
    release = {**pinned_release(1), **pin}
    config["slipway:release"] = {"current": {**release, "digest": release_digest(release)}}
    path.write_text(json.dumps({"config": config}))  # YAML too, and texts stay texts: a digest may be 2629e182
    return path


def serves_as_pinned(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release = yaml.safe_load(path.read_text())["config"]["slipway:release"]["current"]
    told = Serving(endpoint="slipway-dev", status="InService", config=f"e-{release['digest']}-0123456", release=release)
    monkeypatch.setattr(command, "look", lambda *_: told)
    monkeypatch.setattr(command, "ask", lambda *_: Smoke(rows=1, largest_difference=0.0, problem=None))


def test_what_serves_as_pinned_but_lost_a_part_could_not_start_again(
    stack_file: Path, told_outputs: Outputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    serves_as_pinned(stack_file, monkeypatch)
    boto3.client("s3", region_name="us-east-1").delete_object(Bucket="artifacts", Key="code/d.tar.gz")
    found = command.verdict(stack_file, told_outputs)
    assert found.outcome == "could not start again"
    assert "s3://artifacts/code/d.tar.gz is not there" in "\n".join(found.why)


def test_another_accounts_endpoint_of_the_same_name_is_not_judged(
    stack_file: Path, told_outputs: Outputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    serves_as_pinned(stack_file, monkeypatch)
    with pytest.raises(Failure, match="this stack is of account 222233334444"):
        command.verdict(stack_file, replace(told_outputs, key_arn="arn:aws:kms:us-east-1:222233334444:key/k"))


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
