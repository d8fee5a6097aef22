"""Only who knows the sandbox's secret is answered, and no web page is."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import urllib.error
import urllib.request
from typing import Any

import boto3
import botocore.auth
import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

pytestmark = pytest.mark.slow

SERVICES = {
    "sagemaker": ("list_models", "InvalidSignatureException"),
    "s3": ("list_buckets", "SignatureDoesNotMatch"),
    "iam": ("list_roles", "SignatureDoesNotMatch"),
    "ec2": ("describe_vpcs", "AuthFailure"),
    "kms": ("list_keys", "InvalidSignatureException"),
    "lambda": ("list_functions", "InvalidSignatureException"),
    "cloudwatch": ("describe_alarms", None),
}


def send(sandbox: Any, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", int(sandbox.endpoint.rpartition(":")[2]), timeout=20)
    try:
        connection.putrequest(method, path, skip_host="Host" in headers)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def signed(sandbox: Any, service: str, path: str, body: bytes = b"", **headers: str) -> dict[str, str]:
    request = AWSRequest("POST" if body else "GET", sandbox.endpoint + path, data=body, headers=headers)
    SigV4Auth(Credentials(sandbox.account, sandbox.secret), service, sandbox.region).add_auth(request)
    return dict(request.headers)


@pytest.mark.parametrize("service", SERVICES)
def test_a_request_signed_with_another_secret_is_refused_in_the_words_of_its_service(
    sandbox: Any, service: str
) -> None:
    operation, code = SERVICES[service]
    client = boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=sandbox.endpoint,
        region_name="us-east-1",
        aws_access_key_id=sandbox.account,
        aws_secret_access_key="guessed",
        config=Config(retries={"total_max_attempts": 1}),
    )
    with pytest.raises(ClientError) as refused:
        getattr(client, operation)()
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    if code is not None:
        assert refused.value.response["Error"]["Code"] == code


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", {}),
        ("/some-bucket/key", {}),
        ("/", {"X-Amz-Target": "SageMaker.ListModels"}),
        ("/endpoints/e/invocations", {}),
        ("/", {"Authorization": "Bearer token"}),
        ("/moto-api/", {}),
        ("/moto-api/data.json", {}),
        ("/latest/meta-data/iam/security-credentials/", {}),
    ],
)
def test_an_unsigned_request_is_refused(sandbox: Any, path: str, headers: dict[str, str]) -> None:
    status, body = send(sandbox, "GET", path, headers)
    assert status == 403
    assert "not signed" in body


def test_a_garbled_credential_is_refused(sandbox: Any) -> None:
    headers = {"Authorization": "AWS4-HMAC-SHA256 Credential=x, SignedHeaders=host, Signature=y"}
    assert send(sandbox, "GET", "/", headers)[0] == 403


@pytest.mark.parametrize(
    "query",
    [
        "AWSAccessKeyId=123456789012&Signature=%C3%A9&Expires=99999999999",
        "AWSAccessKeyId=123456789012&Signature=x&Expires=99999999999999999999",
        "AWSAccessKeyId=123456789012&Signature=x&Expires=%C2%B2",
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=1/2/3/s3/aws4_request&X-Amz-Expires=%C2%B2",
    ],
)
def test_a_garbled_presigned_url_is_refused(sandbox: Any, query: str) -> None:
    assert send(sandbox, "GET", f"/bucket/key?{query}", {})[0] in {400, 403}


def test_a_garbled_signature_is_refused(sandbox: Any) -> None:
    headers = signed(sandbox, "s3", "/")
    headers["Authorization"] = headers["Authorization"][:-1] + "é"
    assert send(sandbox, "GET", "/", headers)[0] == 403


@pytest.mark.parametrize("host", ["evil.example", "evil.example:4747", "127.0.0.1.evil.example", "[::1", ""])
def test_a_foreign_host_is_refused_even_when_the_request_is_signed(sandbox: Any, host: str) -> None:
    headers = signed(sandbox, "s3", "/", host=host)
    status, body = send(sandbox, "GET", "/", {**headers, "Host": host})
    assert status == 403
    assert "loopback" in body


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example"])
def test_a_foreign_origin_is_refused_even_when_the_request_is_signed(sandbox: Any, origin: str) -> None:
    status, body = send(sandbox, "GET", "/", {**signed(sandbox, "s3", "/"), "Origin": origin})
    assert status == 403
    assert "origin" in body


def test_health_is_answered_without_a_signature_but_not_to_a_web_page(sandbox: Any) -> None:
    status, body = send(sandbox, "GET", "/_sandbox/health", {})
    assert status == 200
    assert json.loads(body)["account"] == sandbox.account
    assert "secret" not in body
    assert send(sandbox, "GET", "/_sandbox/health", {"Origin": "https://evil.example"})[0] == 403


def test_a_body_that_was_changed_on_its_way_is_refused(sandbox: Any) -> None:
    headers = signed(sandbox, "sagemaker", "/", b'{"a":1}', **{"X-Amz-Target": "SageMaker.ListModels"})
    status, body = send(sandbox, "POST", "/", headers, b'{"a":2}')
    assert (status, "InvalidSignatureException" in body) == (403, True)


def test_a_request_of_half_an_hour_ago_is_refused(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    early = dt.datetime.now(dt.UTC).replace(tzinfo=None) - dt.timedelta(minutes=30)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: early)
    status, body = send(sandbox, "GET", "/", signed(sandbox, "s3", "/"))
    assert (status, "RequestTimeTooSkewed" in body) == (403, True)


def test_each_access_key_id_is_an_account_of_its_own(sandbox: Any) -> None:
    for account in ("111111111111", "222222222222"):
        assert sandbox.client("sts", account=account).get_caller_identity()["Account"] == account
        sandbox.client("sqs", account=account).create_queue(QueueName=f"of-{account}")
        sandbox.client("sagemaker", account=account).create_model_package_group(ModelPackageGroupName=f"of-{account}")
    urls = sandbox.client("sqs", account="111111111111").list_queues()["QueueUrls"]
    assert [url.rpartition("/")[2] for url in urls] == ["of-111111111111"]
    groups = sandbox.client("sagemaker", account="222222222222").list_model_package_groups()
    assert [group["ModelPackageGroupName"] for group in groups["ModelPackageGroupSummaryList"]] == ["of-222222222222"]


def test_an_account_cannot_be_claimed_by_a_header(sandbox: Any) -> None:
    headers = {"X-Amz-Target": "TrentService.ListKeys", "x-moto-account-id": "999999999999"}
    sandbox.client("kms", account="999999999999").create_key()
    before = len(sandbox.kms.list_keys()["Keys"])
    status, body = send(sandbox, "POST", "/", signed(sandbox, "kms", "/", b"{}", **headers), b"{}")
    assert status == 200
    assert len(json.loads(body)["Keys"]) == before


@pytest.mark.parametrize("key", ["12345", "AKIAIOSFODNN7EXAMPLE", "12345678901x"])
def test_a_key_that_nobody_issued_is_refused(sandbox: Any, key: str) -> None:
    with pytest.raises(ClientError) as refused:
        sandbox.client("sagemaker", account=key).list_models()
    assert refused.value.response["Error"]["Code"] == "UnrecognizedClientException"


def test_keys_of_an_assumed_role_act_in_the_account_of_the_role(sandbox: Any) -> None:
    answer = sandbox.client("sts").assume_role(
        RoleArn="arn:aws:iam::333333333333:role/deploy", RoleSessionName="session"
    )
    keys = answer["Credentials"]
    client = boto3.client(
        "sts",
        endpoint_url=sandbox.endpoint,
        region_name="us-east-1",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    identity = client.get_caller_identity()
    assert identity["Account"] == "333333333333"
    assert ":assumed-role/deploy/session" in identity["Arn"]


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_a_presigned_url_works_until_it_is_changed(sandbox: Any, version: str) -> None:
    sandbox.s3.create_bucket(Bucket=f"presigned-{version}")
    client = boto3.client(
        "s3",
        endpoint_url=sandbox.endpoint,
        region_name="us-east-1",
        aws_access_key_id=sandbox.account,
        aws_secret_access_key=sandbox.secret,
        config=Config(signature_version=version),
    )
    where = {"Bucket": f"presigned-{version}", "Key": "a//b ü+%2F"}
    put = client.generate_presigned_url("put_object", Params=where)
    assert send(sandbox, "PUT", put.removeprefix(sandbox.endpoint), {}, b"text")[0] == 200
    get = client.generate_presigned_url("get_object", Params={**where, "ResponseContentType": "text/x-test"})
    with urllib.request.urlopen(get) as answer:  # noqa: S310
        assert (answer.read(), answer.headers["Content-Type"]) == (b"text", "text/x-test")
    expired = client.generate_presigned_url("get_object", Params=where, ExpiresIn=-1)
    for broken in (get.replace("x-test", "x-other"), get.replace(version, "elsewhere"), expired):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(broken)  # noqa: S310
        assert refused.value.code in {400, 403}


def test_an_object_put_as_a_form_is_stored_as_it_came(sandbox: Any) -> None:
    sandbox.s3.create_bucket(Bucket="forms")
    url = sandbox.s3.generate_presigned_url(
        "put_object", Params={"Bucket": "forms", "Key": "k", "ContentType": "application/x-www-form-urlencoded"}
    )
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert send(sandbox, "PUT", url.removeprefix(sandbox.endpoint), headers, b"a=b&c")[0] == 200
    assert sandbox.s3.get_object(Bucket="forms", Key="k")["Body"].read() == b"a=b&c"


@pytest.mark.parametrize(
    ("digest", "accepted"),
    [("UNSIGNED-PAYLOAD", True), ("0" * 64, False)],
)
def test_s3_takes_an_unsigned_payload_but_not_a_wrong_digest(sandbox: Any, digest: str, accepted: bool) -> None:  # noqa: FBT001
    sandbox.s3.create_bucket(Bucket="payloads")
    request = AWSRequest("GET", f"{sandbox.endpoint}/payloads?list-type=2")

    class Signer(S3SigV4Auth):
        def payload(self, _: Any) -> str:
            return digest

    Signer(Credentials(sandbox.account, sandbox.secret), "s3", sandbox.region).add_auth(request)
    status, _ = send(sandbox, "GET", "/payloads?list-type=2", dict(request.headers))
    assert (status == 200) == accepted


def test_s3_takes_a_body_in_chunks_with_a_trailing_checksum(sandbox: Any) -> None:
    sandbox.s3.create_bucket(Bucket="chunks")
    chunks = b"4\r\ndata\r\n0\r\nx-amz-checksum-crc32:rfPzYw==\r\n\r\n"
    request = AWSRequest(
        "PUT",
        f"{sandbox.endpoint}/chunks/key",
        data=chunks,
        headers={
            "x-amz-trailer": "x-amz-checksum-crc32",
            "x-amz-decoded-content-length": "4",
            "content-encoding": "aws-chunked",
        },
    )

    class Signer(S3SigV4Auth):
        def payload(self, _: Any) -> str:
            return "STREAMING-UNSIGNED-PAYLOAD-TRAILER"

    Signer(Credentials(sandbox.account, sandbox.secret), "s3", sandbox.region).add_auth(request)
    assert send(sandbox, "PUT", "/chunks/key", dict(request.headers), chunks)[0] == 200
    assert sandbox.s3.get_object(Bucket="chunks", Key="key")["Body"].read() == b"data"
