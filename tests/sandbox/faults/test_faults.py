"""Faults in a running sandbox, as clients of AWS meet them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from tests.sandbox.conftest import control

if TYPE_CHECKING:
    from collections.abc import Iterator

GROUPS = "sagemaker:CreateModelPackageGroup"


@pytest.fixture
def broken(sandbox: Any) -> Iterator[Any]:
    """Give a sandbox in which everything goes well again afterwards."""
    yield sandbox
    assert fault(sandbox, "clear").returncode == 0


def fault(sandbox: Any, *words: str) -> Any:
    return control("fault", *words, state=sandbox.state)


def add(sandbox: Any, *words: str) -> None:
    done = fault(sandbox, "add", *words)
    assert done.returncode == 0, done.stderr


def code(refused: pytest.ExceptionInfo[ClientError]) -> str:
    return str(refused.value.response["Error"]["Code"])


@pytest.mark.parametrize(
    ("operation", "service", "call", "told"),
    [
        ("s3:ListBuckets", "s3", "list_buckets", "SlowDown"),
        ("ec2:DescribeVpcs", "ec2", "describe_vpcs", "RequestLimitExceeded"),
        ("iam:ListRoles", "iam", "list_roles", "Throttling"),
        ("sagemaker:ListModels", "sagemaker", "list_models", "ThrottlingException"),
        ("events:ListRules", "events", "list_rules", "ThrottlingException"),
        ("cloudwatch:DescribeAlarms", "cloudwatch", "describe_alarms", "ThrottlingException"),
    ],
)
def test_every_service_throttles_in_its_own_words(
    broken: Any, operation: str, service: str, call: str, told: str
) -> None:
    add(broken, "throttle", operation, "--times", "1")
    client = broken.client(service)
    with pytest.raises(ClientError) as refused:
        getattr(client, call)()
    assert code(refused) == told
    getattr(client, call)()


def test_a_client_that_tries_again_gets_through(broken: Any) -> None:
    add(broken, "throttle", "sagemaker:ListModels", "--times", "2")
    patient = boto3.client(
        "sagemaker",
        endpoint_url=broken.endpoint,
        region_name=broken.region,
        aws_access_key_id=broken.account,
        aws_secret_access_key=broken.secret,
        config=Config(retries={"total_max_attempts": 4, "mode": "standard"}),
    )
    assert patient.list_models()["ResponseMetadata"]["RetryAttempts"] == 2


def test_a_refusal_says_what_it_is_told_to_say_and_only_of_its_resource(broken: Any) -> None:
    add(broken, "refuse", GROUPS, "--resource", "refused-*", "--code", "ResourceLimitExceeded", "--message", "full")
    with pytest.raises(ClientError, match="full") as refused:
        broken.sagemaker.create_model_package_group(ModelPackageGroupName="refused-one")
    assert code(refused) == "ResourceLimitExceeded"
    broken.sagemaker.create_model_package_group(ModelPackageGroupName="let-through")
    broken.sagemaker.delete_model_package_group(ModelPackageGroupName="let-through")


def test_a_lost_answer_leaves_its_effect(broken: Any) -> None:
    add(broken, "lose", GROUPS, "--times", "1")
    with pytest.raises(ConnectionClosedError):
        broken.sagemaker.create_model_package_group(ModelPackageGroupName="lost")
    broken.sagemaker.describe_model_package_group(ModelPackageGroupName="lost")
    broken.sagemaker.delete_model_package_group(ModelPackageGroupName="lost")


def test_a_lost_answer_of_another_service_leaves_its_effect_too(broken: Any) -> None:
    add(broken, "lose", "sqs:CreateQueue", "--times", "1")
    with pytest.raises(ConnectionClosedError):
        broken.sqs.create_queue(QueueName="lost")
    broken.sqs.delete_queue(QueueUrl=broken.sqs.get_queue_url(QueueName="lost")["QueueUrl"])


def test_a_delay_makes_an_impatient_client_give_up(broken: Any) -> None:
    add(broken, "delay", "sagemaker:ListModels", "--seconds", "3", "--times", "1")
    impatient = boto3.client(
        "sagemaker",
        endpoint_url=broken.endpoint,
        region_name=broken.region,
        aws_access_key_id=broken.account,
        aws_secret_access_key=broken.secret,
        config=Config(read_timeout=0.2, retries={"total_max_attempts": 1}),
    )
    with pytest.raises(Exception, match="Read timeout"):
        impatient.list_models()
    assert impatient.list_models()["Models"] is not None


def test_faults_are_listed_with_what_became_of_them_and_cleared(broken: Any) -> None:
    assert fault(broken, "list").stdout == "nothing goes wrong on purpose\n"
    add(broken, "throttle", "sagemaker:ListModels", "--times", "1")
    add(broken, "lose", "s3:Put*", "--resource", "lake/*")
    with pytest.raises(ClientError):
        broken.sagemaker.list_models()
    listed = fault(broken, "list").stdout.splitlines()
    assert [line.partition(": ")[2] for line in listed] == [
        "throttle sagemaker:ListModels, 1 time (struck 1, spent)",
        "lose s3:Put* on lake/*, until cleared (struck 0)",
    ]
    number = str(json.loads(fault(broken, "list", "--json").stdout)["faults"][0]["id"])
    assert fault(broken, "clear", number).stdout == "1 cleared\n"
    again = fault(broken, "clear", number)
    assert (again.returncode, again.stderr.strip()) == (
        1,
        f"slipway sandbox: there is no fault {number}: see `slipway sandbox fault list`",
    )


def test_a_fault_that_makes_no_sense_is_refused_with_the_reason(broken: Any) -> None:
    done = fault(broken, "add", "capacity", "s3:PutObject")
    assert done.returncode == 1
    assert "capacity runs out behind sagemaker:CreateEndpoint" in done.stderr
    assert fault(broken, "add", "break", "s3:*").returncode == 2


def test_only_who_knows_the_secret_may_break_things(broken: Any) -> None:
    import urllib.error  # noqa: PLC0415
    import urllib.request  # noqa: PLC0415

    request = urllib.request.Request(broken.endpoint + "/faults", b"{}", method="POST")  # noqa: S310
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)  # noqa: S310
    assert refused.value.code == 403


def test_where_no_sandbox_runs_no_fault_can_be_added(tmp_path: Any) -> None:
    done = control("fault", "list", state=tmp_path)
    assert done.returncode == 1
    assert "start it with `slipway sandbox up`" in done.stderr
