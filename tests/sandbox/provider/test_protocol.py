"""The provider as a process: what it refuses, what it survives, when it leaves."""

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty

from slipway.sandbox.provider.protocol import provider_pb2
from slipway.sandbox.provider.wire import SECRET, SIGNATURE, UNKNOWN, decode, encode

pytestmark = pytest.mark.slow

BUCKET = "aws:s3/bucket:Bucket"
MODEL = "aws:sagemaker/model:Model"


def status(caught: Any) -> tuple[grpc.StatusCode, str]:
    return caught.value.code(), caught.value.details()


def test_a_real_aws_endpoint_is_refused(start: Any, environment: dict[str, str]) -> None:
    driver = start({**environment, "AWS_ENDPOINT_URL": "https://s3.us-east-1.amazonaws.com"})
    with pytest.raises(grpc.RpcError) as caught:
        driver.configure(region="us-east-1")
    code, text = status(caught)
    assert code == grpc.StatusCode.FAILED_PRECONDITION
    assert "not this machine" in text


def test_no_endpoint_at_all_is_refused(start: Any, environment: dict[str, str]) -> None:
    driver = start({name: value for name, value in environment.items() if name != "AWS_ENDPOINT_URL"})
    with pytest.raises(grpc.RpcError) as caught:
        driver.configure(region="us-east-1")
    assert "slipway sandbox up" in status(caught)[1]


def test_an_endpoint_input_that_is_not_loopback_is_refused(start: Any, environment: dict[str, str]) -> None:
    driver = start(environment)
    with pytest.raises(grpc.RpcError) as caught:
        driver.configure(endpoints=[{"s3": "https://example.com"}])
    assert status(caught)[0] == grpc.StatusCode.FAILED_PRECONDITION


def test_endpoints_can_be_inputs_and_a_service_without_one_is_refused(start: Any, environment: dict[str, str]) -> None:
    url = environment["AWS_ENDPOINT_URL"]
    driver = start({name: value for name, value in environment.items() if name != "AWS_ENDPOINT_URL"})
    driver.configure(endpoints=[{"s3": url, "cloudwatchlogs": url, "sts": url}])
    group = driver.create("aws:cloudwatch/logGroup:LogGroup", "by-alias", {})
    driver.delete(group)
    with pytest.raises(grpc.RpcError) as caught:
        driver.create("aws:kms/key:Key", "nowhere", {})
    code, text = status(caught)
    assert code == grpc.StatusCode.FAILED_PRECONDITION
    assert "no endpoint for the service kms" in text


def test_an_account_that_is_not_allowed_is_refused(start: Any, environment: dict[str, str]) -> None:
    driver = start(environment)
    with pytest.raises(grpc.RpcError) as caught:
        driver.configure(allowedAccountIds=["999999999999"])
    assert "allowed are 999999999999" in status(caught)[1]


def test_provider_inputs_are_refused_by_name(engine: Any) -> None:
    answer = engine.stub.CheckConfig(
        provider_pb2.CheckRequest(
            news=encode({"regoin": "us-east-1", "profile": "mine", "endpoints": '[{"s4": "http://127.0.0.1:1"}]'})
        )
    )
    found = {failure.property: failure.reason for failure in answer.failures}
    assert set(found) == {"regoin", "profile", "endpoints[0].s4"}
    assert "did you mean region?" in found["regoin"]


def test_an_unsupported_type_is_refused_by_name(engine: Any) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        engine.check("aws:eks/cluster:Cluster", "c", {})
    code, text = status(caught)
    assert code == grpc.StatusCode.UNIMPLEMENTED
    assert "resource type aws:eks/cluster:Cluster is not supported" in text


def test_every_problem_is_told_at_once_with_its_path(engine: Any) -> None:
    answer = engine.checked(
        "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
        "bad",
        {
            "tagz": {},
            "productionVariants": [
                {"modelName": "m", "instanceType": "ml.m5.larg", "initialInstanceCount": 0, "colour": "red"},
                {"instanceType": "ml.m5.large", "initialInstanceCount": "many"},
            ],
        },
    )
    found = {failure.property: failure.reason for failure in answer.failures}
    assert found["tagz"].startswith("unknown property tagz: did you mean tags?")
    assert found["productionVariants[0].initialInstanceCount"] == "expected at least 1, got 0"
    assert "did you mean ml.m5.large?" in found["productionVariants[0].instanceType"]
    assert "productionVariants[0].colour" in found
    assert found["productionVariants[1].initialInstanceCount"] == "expected a whole number, got 'many'"


def test_an_input_that_would_have_no_effect_is_refused_with_a_way_out(engine: Any) -> None:
    answer = engine.checked(BUCKET, "old", {"versioning": {"enabled": True}})
    assert [(failure.property, failure.reason) for failure in answer.failures] == [
        ("versioning", "versioning is not supported by the sandbox's provider: declare an aws.s3.BucketVersioning")
    ]


def test_an_automatic_name_over_the_limit_of_aws_is_told_at_preview(engine: Any) -> None:
    answer = engine.checked(MODEL, "m" * 70, {"executionRoleArn": "arn:aws:iam::123456789012:role/r"})
    assert {failure.property for failure in answer.failures} == {"name"}


def test_a_preview_says_what_only_aws_knows_is_unknown(engine: Any) -> None:
    inputs = engine.check(BUCKET, "Landing-Zone", {})
    answer = engine.stub.Create(
        provider_pb2.CreateRequest(urn="u::p::t::n", type=BUCKET, properties=encode(inputs), preview=True)
    )
    outputs = decode(answer.properties)[0]
    assert outputs["arn"] is UNKNOWN
    assert outputs["id"] is UNKNOWN
    assert outputs["bucket"] == inputs["bucket"]
    assert outputs["bucket"].startswith("landing-zone-")


def test_secrets_stay_secret_and_so_do_their_copies_in_all_tags(engine: Any) -> None:
    def check(**given: Any) -> Any:
        struct = encode(given, {("tags", "token"), ("primaryContainer", "environment", "TOKEN")})
        return engine.stub.Check(
            provider_pb2.CheckRequest(urn=f"urn:pulumi:a::b::{MODEL}::m", type=MODEL, news=struct, randomSeed=b"1")
        )

    given = {
        "executionRoleArn": "arn:aws:iam::123456789012:role/r",
        "primaryContainer": {"image": "i:1", "environment": {"TOKEN": "hush", "LEVEL": "info"}},
        "tags": {"token": "hush", "zone": "raw"},
    }
    answer = check(**given)
    assert not answer.failures
    _, secrets = decode(answer.inputs)
    assert {("tags", "token"), ("tagsAll", "token"), ("primaryContainer", "environment", "TOKEN")} <= secrets
    created = engine.stub.Create(
        provider_pb2.CreateRequest(urn="u", type=MODEL, properties=answer.inputs, preview=True)
    )
    fields = created.properties.fields["tagsAll"].struct_value.fields
    assert fields["token"].struct_value.fields[SIGNATURE].string_value == SECRET
    bad = check(**{**given, "tags": {"token": ["hush"]}})
    assert [failure.reason for failure in bad.failures] == ["expected a string, got [secret]"]


def test_what_was_secret_stays_so_in_the_outputs_of_an_update_that_no_longer_gives_it(engine: Any) -> None:
    key = "aws:kms/key:Key"
    old, new = engine.check(key, "k", {"description": "hush"}), engine.check(key, "k", {})
    address: Any = {"id": "1", "urn": f"urn:pulumi:a::b::{key}::k", "type": key, "preview": True}
    answer = engine.stub.Update(
        provider_pb2.UpdateRequest(
            olds=encode({**old, "arn": "arn:1"}, {("description",)}),
            old_inputs=encode(old),
            news=encode(new),
            **address,
        )
    )
    outputs, secrets = decode(answer.properties)
    assert outputs["description"] == "hush"
    assert ("description",) in secrets
    assert ("arn",) not in secrets


def test_a_bucket_with_force_destroy_takes_every_version_with_it(engine: Any, boto: Any) -> None:
    bucket = engine.create(BUCKET, "versions", {"forceDestroy": True})
    s3 = boto("s3")
    s3.put_bucket_versioning(Bucket=bucket.id, VersioningConfiguration={"Status": "Enabled"})
    for text in (b"one", b"two"):
        s3.put_object(Bucket=bucket.id, Key="a", Body=text)
    s3.delete_object(Bucket=bucket.id, Key="a")
    engine.delete(bucket)
    assert not engine.refresh(bucket)


def test_a_bucket_that_is_not_empty_stays_without_force_destroy(engine: Any, boto: Any) -> None:
    bucket = engine.create(BUCKET, "full", {})
    boto("s3").put_object(Bucket=bucket.id, Key="a", Body=b"one")
    with pytest.raises(grpc.RpcError) as caught:
        engine.delete(bucket)
    assert status(caught)[0] == grpc.StatusCode.FAILED_PRECONDITION
    assert "BucketNotEmpty" in status(caught)[1]
    boto("s3").delete_object(Bucket=bucket.id, Key="a")
    engine.delete(bucket)


def test_a_file_asset_is_uploaded_and_compared_by_its_hash(
    engine: Any, boto: Any, world: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "code.tar.gz"
    path.write_bytes(b"\x00\x01first")

    def asset(digest: str) -> dict[str, Any]:
        return {SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "hash": digest, "path": str(path)}

    token, given = "aws:s3/bucketObjectv2:BucketObjectv2", {"bucket": world["bucket"], "key": "code.tar.gz"}
    made = engine.create(token, "code", {**given, "source": asset("a")})
    assert boto("s3").get_object(Bucket=world["bucket"], Key="code.tar.gz")["Body"].read() == b"\x00\x01first"
    assert made.outputs["etag"]
    assert not engine.diff(made, {**given, "source": asset("a")})[0].diffs
    path.write_bytes(b"second")
    assert list(engine.update(made, {**given, "source": asset("b")}).diffs) == ["source"]
    assert boto("s3").get_object(Bucket=world["bucket"], Key="code.tar.gz")["Body"].read() == b"second"
    engine.delete(made)


def test_a_name_that_is_taken_says_so(engine: Any, world: dict[str, str]) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        engine.create("aws:iam/role:Role", "again", {"name": world["role"], "assumeRolePolicy": world["trust"]})
    assert status(caught)[0] == grpc.StatusCode.ALREADY_EXISTS


def test_a_refusal_that_quotes_a_secret_tells_it_to_nobody(engine: Any, world: dict[str, str]) -> None:
    token = "aws:iam/role:Role"
    inputs = engine.check(token, "again", {"name": world["role"], "assumeRolePolicy": world["trust"]})
    address: Any = {"urn": f"urn:pulumi:dev::slipway::{token}::again", "type": token}
    with pytest.raises(grpc.RpcError) as caught:
        engine.stub.Create(provider_pb2.CreateRequest(properties=encode(inputs, {("name",)}), **address))
    code, text = status(caught)
    assert code == grpc.StatusCode.ALREADY_EXISTS
    assert "Role with name [secret] already exists" in text
    assert world["role"] not in text


def test_only_a_given_and_unchanged_name_is_deleted_first(engine: Any, world: dict[str, str]) -> None:
    role = {"assumeRolePolicy": world["trust"]}
    for given, first in (({}, False), ({"name": "delete-first"}, True)):
        made = engine.create("aws:iam/role:Role", "order", {**role, **given})
        answer, _ = engine.diff(made, {**role, **given, "path": "/x/"})
        assert list(answer.replaces) == ["path"]
        assert answer.deleteBeforeReplace is first
        assert answer.detailedDiff["path"].kind == provider_pb2.PropertyDiff.UPDATE_REPLACE
        engine.delete(made)


def test_tags_changed_outside_show_as_drift_and_default_tags_do_not(engine: Any, boto: Any) -> None:
    made = engine.create(BUCKET, "drift", {"tags": {"zone": "raw"}})
    boto("s3").put_bucket_tagging(
        Bucket=made.id,
        Tagging={"TagSet": [{"Key": "managed-by", "Value": "slipway"}, {"Key": "zone", "Value": "other"}]},
    )
    assert engine.refresh(made)
    assert made.inputs["tags"] == {"zone": "other"}
    answer, _ = engine.diff(made, {"tags": {"zone": "raw"}})
    assert set(answer.detailedDiff) == {"tags.zone", "tagsAll.zone"}
    engine.delete(made)


def test_another_region_is_another_resource(engine: Any) -> None:
    made = engine.create("aws:cloudwatch/logGroup:LogGroup", "region", {"region": "eu-west-1"})
    assert ":eu-west-1:" in made.outputs["arn"]
    answer, _ = engine.diff(made, {})
    assert "region" in answer.replaces
    engine.delete(made)


def test_invokes_answer_who_where_and_which_partition(engine: Any) -> None:
    def invoke(token: str) -> dict[str, Any]:
        answer = engine.stub.Invoke(provider_pb2.InvokeRequest(tok=token))
        return decode(getattr(answer, "return"))[0]

    assert invoke("aws:index/getCallerIdentity:getCallerIdentity")["accountId"] == "123456789012"
    assert invoke("aws:index/getRegion:getRegion")["region"] == "us-east-1"
    assert invoke("aws:index/getPartition:getPartition")["partition"] == "aws"
    with pytest.raises(grpc.RpcError) as caught:
        invoke("aws:ec2/getAmi:getAmi")
    assert status(caught)[0] == grpc.StatusCode.UNIMPLEMENTED


def test_cancel_is_answered_and_the_provider_goes_on(engine: Any) -> None:
    engine.stub.Cancel(Empty())
    assert engine.check(BUCKET, "after-cancel", {})["bucket"].startswith("after-cancel-")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_process(start: Any, environment: dict[str, str], number: signal.Signals) -> None:
    driver = start(environment)
    driver.process.send_signal(number)
    assert driver.process.wait(15) == 0


def test_the_provider_leaves_with_its_parent(environment: dict[str, str]) -> None:
    parent = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-m', 'slipway.sandbox.provider'], stdout=subprocess.PIPE)\n"
        "child.stdout.readline()\n"
        "print(child.pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", parent], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        child = os.pidfd_open(int(process.stdout.readline()))
        process.stdin.close()
    try:
        ended, _, _ = select.select([child], [], [], 20)
        assert ended
    finally:
        os.close(child)


def test_a_trace_has_every_rpc_and_no_secret(start: Any, environment: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "trace.jsonl"
    driver = start({**environment, "SLIPWAY_PROVIDER_TRACE": str(file)})
    driver.configure(secretKey=environment["AWS_SECRET_ACCESS_KEY"], accessKey=environment["AWS_ACCESS_KEY_ID"])
    struct = encode({"description": "hush"}, {("description",)})
    driver.stub.Check(provider_pb2.CheckRequest(urn="u::p::t::n", type="aws:kms/key:Key", news=struct))
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["rpc"] for line in lines] == ["Handshake", "Configure", "Check"]
    assert "hush" not in file.read_text()
    assert environment["AWS_SECRET_ACCESS_KEY"] not in file.read_text()
