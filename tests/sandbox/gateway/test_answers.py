"""What travels through the gateway arrives as it was sent, and what is missing is said by name."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("cloudtrail", "LookupEvents", {}),  # json
        ("iam", "GenerateOrganizationsAccessReport", {"EntityPath": "o-a/r-b/ou-c-12345678/1"}),  # query
        ("ec2", "DescribeFpgaImages", {}),  # ec2
        ("cloudwatch", "DescribeAnomalyDetectors", {}),  # cbor or query, as botocore chooses
        ("lambda", "GetAccountSettings", {}),  # rest-json
        ("route53", "ListCidrCollections", {}),  # rest-xml
        ("sagemaker", "CreateEdgeDeploymentStage", {"EdgeDeploymentPlanName": "x", "Stages": []}),  # ours
        ("inspector", "ListFindings", {}),  # a json service that moto does not have
        ("chime", "ListAccounts", {}),  # a rest-json service that moto does not have
    ],
)
def test_a_missing_operation_is_501_and_named_in_the_protocol_of_its_service(
    sandbox: Any, service: str, operation: str, params: dict[str, Any]
) -> None:
    client = sandbox.client(service)
    method = next(name for name, api in client.meta.method_to_api_mapping.items() if api == operation)
    with pytest.raises(ClientError) as missing:
        getattr(client, method)(**params)
    assert missing.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert missing.value.response["Error"]["Code"] == "NotImplementedInSandbox"
    assert service in missing.value.response["Error"]["Message"]


def test_metadata_keeps_underscores_and_dashes_apart(sandbox: Any) -> None:
    sandbox.s3.create_bucket(Bucket="metadata")
    metadata = {"my_key": "1", "my-other": "2", "plain": "3"}
    sandbox.s3.put_object(Bucket="metadata", Key="k", Body=b"", Metadata=metadata)
    assert sandbox.s3.head_object(Bucket="metadata", Key="k")["Metadata"] == metadata


@pytest.mark.parametrize("key", ["a//b", "a b+c", "ü/ß", "%2F", "a/../b", "x?y#z", "trailing/", "a=b&c", "'\"<>"])
def test_object_keys_arrive_as_they_were_sent(sandbox: Any, key: str) -> None:
    sandbox.s3.create_bucket(Bucket="keys")
    sandbox.s3.put_object(Bucket="keys", Key=key, Body=key.encode())
    assert sandbox.s3.get_object(Bucket="keys", Key=key)["Body"].read() == key.encode()
    assert key in [entry["Key"] for entry in sandbox.s3.list_objects_v2(Bucket="keys")["Contents"]]
    sandbox.s3.delete_object(Bucket="keys", Key=key)


def test_a_head_request_tells_the_length_and_sends_no_body(sandbox: Any) -> None:
    sandbox.s3.create_bucket(Bucket="heads")
    sandbox.s3.put_object(Bucket="heads", Key="k", Body=b"x" * 1234)
    assert sandbox.s3.head_object(Bucket="heads", Key="k")["ContentLength"] == 1234
    # the same connection must still be in step
    assert sandbox.s3.get_object(Bucket="heads", Key="k")["Body"].read() == b"x" * 1234


def test_large_objects_and_ranges_pass_whole(sandbox: Any) -> None:
    sandbox.s3.create_bucket(Bucket="large")
    body = bytes(range(256)) * (64 * 1024)
    sandbox.s3.put_object(Bucket="large", Key="k", Body=body)
    assert sandbox.s3.get_object(Bucket="large", Key="k")["Body"].read() == body
    part = sandbox.s3.get_object(Bucket="large", Key="k", Range="bytes=1000-1999")
    assert part["Body"].read() == body[1000:2000]
    assert part["ResponseMetadata"]["HTTPStatusCode"] == 206


def test_many_clients_at_once_lose_nothing(sandbox: Any) -> None:
    sandbox.s3.create_bucket(Bucket="many")
    clients = threading.local()

    def write(number: int) -> None:
        if not hasattr(clients, "s3"):
            clients.s3 = boto3.Session(sandbox.account, sandbox.secret).client(
                "s3", endpoint_url=sandbox.endpoint, region_name="us-east-1"
            )
        clients.s3.put_object(Bucket="many", Key=f"{number:04}", Body=str(number).encode())
        assert clients.s3.get_object(Bucket="many", Key=f"{number:04}")["Body"].read() == str(number).encode()

    sandbox.s3.list_buckets()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(200)))
    assert len(sandbox.s3.list_objects_v2(Bucket="many")["Contents"]) == 200


def test_a_long_poll_holds_up_nobody(sandbox: Any) -> None:
    url = sandbox.sqs.create_queue(QueueName="slow")["QueueUrl"]
    waiting = threading.Thread(target=lambda: sandbox.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=3))
    waiting.start()
    began = time.monotonic()
    sandbox.s3.create_bucket(Bucket="meanwhile")
    sandbox.s3.put_object(Bucket="meanwhile", Key="k", Body=b"x")
    assert time.monotonic() - began < 2
    waiting.join()
