"""Bodies that are not what they say they are: each service refuses them in its own words, and never with a 500."""

from __future__ import annotations

import base64
import gzip
import hashlib
import http.client
import json
import re
import zlib
from typing import Any

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

pytestmark = pytest.mark.slow

TARGETS = {
    "sagemaker": "SageMaker.ListModels",
    "kms": "TrentService.ListKeys",
    "logs": "Logs_20140328.DescribeLogGroups",
    "ecr": "AmazonEC2ContainerRegistry_V20150921.DescribeRepositories",
    "sqs": "AmazonSQS.ListQueues",
    "events": "AWSEvents.ListRules",
    "dynamodb": "DynamoDB_20120810.ListTables",
    "secretsmanager": "secretsmanager.ListSecrets",
}
FORM = "application/x-www-form-urlencoded"


def sent(
    sandbox: Any,
    service: str,
    method: str,
    path: str,
    body: bytes,
    headers: dict[str, str] | None = None,
    payload: str = "",
) -> tuple[int, str, str]:
    """Sign and send; return status, error code and text."""

    class Signer(S3SigV4Auth):
        def payload(self, request: Any) -> str:
            return payload or str(super().payload(request))

    request = AWSRequest(method, sandbox.endpoint + path, data=body, headers=headers or {})
    signer = Signer if service == "s3" else SigV4Auth
    signer(Credentials(sandbox.account, sandbox.secret), service, sandbox.region).add_auth(request)
    connection = http.client.HTTPConnection("127.0.0.1", int(sandbox.endpoint.rpartition(":")[2]), timeout=20)
    try:
        connection.request(method, path, body, dict(request.headers))
        response = connection.getresponse()
        text = response.read().decode()
    finally:
        connection.close()
    found = re.search(r'<Code>(\w+)</Code>|"__type": ?"(?:[^"#]*#)?(\w+)"', text)
    return response.status, "" if found is None else found.group(1) or found.group(2), text


@pytest.mark.parametrize("service", TARGETS)
@pytest.mark.parametrize(
    "body",
    [b"{", b"[1]", b'"text"', b"null", b"\xff\xfe", b"[" * 100_000, b'{"a": "\\ud800"}', b'{"a": 1}}', b"a=b"],
    ids=["cut", "list", "text", "null", "no UTF-8", "deep", "half a surrogate pair", "more behind", "form"],
)
def test_what_is_not_a_json_object_is_refused_by_every_json_service(sandbox: Any, service: str, body: bytes) -> None:
    headers = {"X-Amz-Target": TARGETS[service], "Content-Type": "application/x-amz-json-1.1"}
    status, code, _ = sent(sandbox, service, "POST", "/", body, headers)
    assert (status, code) == (400, "SerializationException")


@pytest.mark.parametrize("service", ["iam", "ec2", "sts", "sns", "monitoring", "rds"])
@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"\xff\xfe", "MalformedQueryString"),
        (b"Action=CreateUser&UserName=%ff", "MalformedQueryString"),
        (b"Action=", "MissingAction"),
        (b"Version=1", "MissingAction"),
        (b"Action=%00", "MissingAction"),
        (b"Action=NoSuchThing", "InvalidAction"),
    ],
)
def test_what_is_no_form_or_names_no_action_is_refused(sandbox: Any, service: str, body: bytes, code: str) -> None:
    assert sent(sandbox, service, "POST", "/", body, {"Content-Type": FORM})[:2] == (400, code)


@pytest.mark.parametrize("service", ["sagemaker", "kms", "sqs"])
def test_an_operation_that_aws_does_not_have_is_named(sandbox: Any, service: str) -> None:
    target = TARGETS[service].partition(".")[0] + ".NoSuchThing"
    headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
    status, code, text = sent(sandbox, service, "POST", "/", b"{}", headers)
    assert status in {400, 501}
    assert code in {"UnknownOperationException", "NotImplementedInSandbox"}
    assert "NoSuchThing" in text


@pytest.mark.parametrize(
    ("headers", "path"),
    [
        ({"X-Amz-Target": "Nosuch.Thing", "Content-Type": "application/x-amz-json-1.1"}, "/"),
        ({"Content-Type": FORM}, "/"),
        ({}, "/some/path"),
    ],
)
def test_a_service_that_nobody_knows_is_501_and_named(sandbox: Any, headers: dict[str, str], path: str) -> None:
    body = b"Action=Thing" if headers.get("Content-Type") == FORM else b"{}"
    status, code, text = sent(sandbox, "nosuch", "POST", path, body, headers)
    assert (status, code, "nosuch" in text) == (501, "NotImplementedInSandbox", True)


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"null", b'{"Target": 5}', b"{}"])
@pytest.mark.parametrize(("service", "path"), [("scheduler", "/schedules/x"), ("lambda", "/2015-03-31/functions")])
def test_a_rest_service_refuses_what_its_model_does_not_have(
    sandbox: Any, service: str, path: str, body: bytes
) -> None:
    status, code, _ = sent(sandbox, service, "POST", path, body, {"Content-Type": "application/json"})
    assert status == 400
    assert code in {"SerializationException", "ValidationException"}


@pytest.mark.parametrize("body", [b"<", b"\xff"])
@pytest.mark.parametrize(("service", "path"), [("route53", "/2013-04-01/hostedzone"), ("s3", "/no-xml-bucket")])
def test_a_body_that_is_no_xml_is_refused(sandbox: Any, service: str, path: str, body: bytes) -> None:
    method = "PUT" if service == "s3" else "POST"
    assert sent(sandbox, service, method, path, body)[:2] == (400, "MalformedXML")


@pytest.mark.parametrize(
    ("service", "target", "body"),
    [
        ("kms", "TrentService.Encrypt", b'{"KeyId": 5, "Plaintext": []}'),
        ("logs", "Logs_20140328.PutLogEvents", b'{"logEvents": 5}'),
        ("events", "AWSEvents.PutEvents", b'{"Entries": "x"}'),
        ("secretsmanager", "secretsmanager.CreateSecret", b"{}"),
        ("ecr", "AmazonEC2ContainerRegistry_V20150921.PutImage", b"{}"),
    ],
)
def test_parameters_that_the_model_does_not_have_are_no_failure_of_the_sandbox(
    sandbox: Any, service: str, target: str, body: bytes
) -> None:
    headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
    assert sent(sandbox, service, "POST", "/", body, headers)[0] == 400


def test_a_zipped_body_is_unzipped_and_one_that_only_says_so_is_refused(sandbox: Any) -> None:
    headers = {"X-Amz-Target": TARGETS["kms"], "Content-Type": "application/x-amz-json-1.1", "Content-Encoding": "gzip"}
    assert sent(sandbox, "kms", "POST", "/", gzip.compress(b'{"Limit": 1}'), headers)[0] == 200
    bomb = zlib.compressobj(wbits=31)
    bombs = b"".join([*(bomb.compress(b" " * (1 << 20)) for _ in range(80)), bomb.flush()])
    for body, code in (
        (b"{}", "SerializationException"),
        (gzip.compress(b"{}")[:-5], "SerializationException"),
        (bombs, "RequestEntityTooLargeException"),
    ):
        assert sent(sandbox, "kms", "POST", "/", body, headers)[1] == code


def test_metrics_that_boto3_zips_arrive(sandbox: Any) -> None:
    data = [{"MetricName": f"metric-{number:04}", "Value": number} for number in range(500)]
    sandbox.client("cloudwatch").put_metric_data(Namespace="zipped", MetricData=data)
    pages = sandbox.client("cloudwatch").get_paginator("list_metrics").paginate(Namespace="zipped")
    assert sum(len(page["Metrics"]) for page in pages) == 500


def test_a_body_beyond_what_a_service_takes_is_refused_and_the_sandbox_goes_on(sandbox: Any) -> None:
    headers = {"X-Amz-Target": TARGETS["kms"], "Content-Type": "application/x-amz-json-1.1"}
    status, code, _ = sent(sandbox, "kms", "POST", "/", b" " * (65 << 20), headers)
    assert (status, code) == (413, "RequestEntityTooLargeException")
    assert sent(sandbox, "kms", "POST", "/", b"{}", headers)[0] == 200


def digest(name: str, body: bytes) -> str:
    if name == "crc32":
        return base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()
    return base64.b64encode(hashlib.new(name, body).digest()).decode()


@pytest.mark.parametrize(
    ("header", "name", "code"),
    [
        ("Content-MD5", "md5", "BadDigest"),
        ("x-amz-checksum-crc32", "crc32", "BadDigest"),
        ("x-amz-checksum-sha1", "sha1", "BadDigest"),
        ("x-amz-checksum-sha256", "sha256", "BadDigest"),
    ],
)
def test_an_object_is_held_against_the_digest_that_comes_with_it(
    sandbox: Any, header: str, name: str, code: str
) -> None:
    sandbox.s3.create_bucket(Bucket="digests")
    assert sent(sandbox, "s3", "PUT", "/digests/k", b"data", {header: digest(name, b"data")})[0] == 200
    assert sent(sandbox, "s3", "PUT", "/digests/k", b"data", {header: digest(name, b"other")})[:2] == (400, code)
    assert sandbox.s3.get_object(Bucket="digests", Key="k")["Body"].read() == b"data"


@pytest.mark.parametrize("value", ["short", "AAAA", "!!!!"])
def test_a_content_md5_that_is_none_is_refused(sandbox: Any, value: str) -> None:
    sandbox.s3.create_bucket(Bucket="digests")
    assert sent(sandbox, "s3", "PUT", "/digests/k", b"x", {"Content-MD5": value})[:2] == (400, "InvalidDigest")


@pytest.mark.parametrize(
    ("body", "length", "expected"),
    [
        (b"4\r\ndata\r\n0\r\nx-amz-checksum-crc32:rfPzYw==\r\n\r\n", "4", (200, "")),
        (b"4\r\ndata\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", "4", (400, "BadDigest")),
        (b"4\r\ndata\r\n0\r\n\r\n", "5", (400, "IncompleteBody")),
        (b"4\r\ndat", "4", (400, "IncompleteBody")),
        (b"5\r\ndata\r\n0\r\n\r\n", "4", (400, "IncompleteBody")),
        (b"4\r\ndata\r\n", "4", (400, "IncompleteBody")),
        (b"zz\r\ndata\r\n0\r\n\r\n", "4", (400, "IncompleteBody")),
        (b"-4\r\ndata\r\n0\r\n\r\n", "4", (400, "IncompleteBody")),
        (b"4\r\ndata\r\n0\r\n\r\n", "", (411, "MissingContentLength")),
    ],
)
def test_chunks_that_are_not_whole_are_refused(
    sandbox: Any, body: bytes, length: str, expected: tuple[int, str]
) -> None:
    sandbox.s3.create_bucket(Bucket="pieces")
    headers = {"x-amz-trailer": "x-amz-checksum-crc32", "content-encoding": "aws-chunked"}
    headers |= {"x-amz-decoded-content-length": length} if length else {}
    answer = sent(sandbox, "s3", "PUT", "/pieces/k", body, headers, "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
    assert answer[:2] == expected


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("PUT", "/refused?tagging", b"<x", (400, "MalformedXML")),
        ("PUT", "/refused?lifecycle", b"{}", (400, "MalformedXML")),
        ("POST", "/refused?delete", b"<Delete>", (400, "MalformedXML")),
        ("POST", "/refused/k?uploadId=x", b"<", (400, "MalformedXML")),
        ("PUT", "/refused?policy", b"\xff", (400, "MalformedPolicy")),
        ("PUT", "/refused?policy", b"{", (400, "MalformedPolicy")),
        ("PUT", "/refused?policy", b"[]", (400, "MalformedPolicy")),
        ("PATCH", "/refused/k", b"", (405, "MethodNotAllowed")),
        ("GET", "/refused?max-keys=x", b"", (400, "InvalidArgument")),
        ("GET", "/refused?list-type=2&max-keys=-1", b"", (400, "InvalidArgument")),
        ("PUT", "/refused/k?partNumber=0&uploadId=x", b"", (400, "InvalidArgument")),
        ("PUT", "/refused/k?partNumber=10001&uploadId=x", b"", (400, "InvalidArgument")),
        ("GET", "/refused/%ff%fe", b"", (400, "InvalidURI")),
        ("PUT", "/refused/" + "k" * 1025, b"", (400, "KeyTooLongError")),
        ("PUT", "/refused/" + "%C3%BC" * 513, b"", (400, "KeyTooLongError")),
    ],
)
def test_what_no_request_of_s3_can_be_is_refused(
    sandbox: Any, method: str, path: str, body: bytes, expected: tuple[int, str]
) -> None:
    sandbox.s3.create_bucket(Bucket="refused")
    assert sent(sandbox, "s3", method, path, body)[:2] == expected


def test_the_same_signature_is_taken_again_while_it_is_fresh(sandbox: Any) -> None:
    # AWS does not count requests either: a signature is good for its quarter of an hour
    request = AWSRequest("POST", sandbox.endpoint + "/", data=b"{}", headers={"X-Amz-Target": TARGETS["kms"]})
    SigV4Auth(Credentials(sandbox.account, sandbox.secret), "kms", sandbox.region).add_auth(request)
    for _ in range(2):
        connection = http.client.HTTPConnection("127.0.0.1", int(sandbox.endpoint.rpartition(":")[2]), timeout=20)
        connection.request("POST", "/", b"{}", dict(request.headers))
        assert "Keys" in json.loads(connection.getresponse().read())
        connection.close()
