"""What is asked of AWS and of the endpoint, and how their answers are read."""

from __future__ import annotations

import io
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from botocore.stub import Stubber

from slipway.pinned.matching import differences
from slipway.pinned.serving import Serving, look, release_of, strange_in
from slipway.verdict.smoke import ask, distance

VARIANT: dict[str, Any] = {
    "VariantName": "primary",
    "ModelName": "endpoint-1a2b3c4d-0000001",
    "InstanceType": "ml.m5.large",
    "InitialInstanceCount": 2,
    "ContainerStartupHealthCheckTimeoutInSeconds": 600,
}
CONFIG: dict[str, Any] = {
    "EndpointConfigName": "endpoint-1a2b3c4d-0000000",
    "EndpointConfigArn": "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/endpoint-1a2b3c4d-0000000",
    "CreationTime": 0,
    "ProductionVariants": [VARIANT],
    "DataCaptureConfig": {
        "EnableCapture": True,
        "InitialSamplingPercentage": 20,
        "DestinationS3Uri": "s3://captures/endpoints",
        "CaptureOptions": [{"CaptureMode": "Input"}],
    },
}
MODEL: dict[str, Any] = {
    "ModelName": "endpoint-1a2b3c4d-0000001",
    "ModelArn": "arn:aws:sagemaker:us-east-1:123456789012:model/endpoint-1a2b3c4d-0000001",
    "CreationTime": 0,
    "PrimaryContainer": {
        "Image": "registry/serving@sha256:1",
        "ModelDataUrl": "s3://artifacts/models/1/model.tar.gz",
        "Environment": {"OMP_NUM_THREADS": "1"},
        "AdditionalModelDataSources": [
            {
                "ChannelName": "code",
                "S3DataSource": {
                    "S3Uri": "s3://artifacts/code/serving/1.tar.gz",
                    "S3DataType": "S3Object",
                    "CompressionType": "Gzip",
                },
            }
        ],
    },
}


def client(service: Any) -> tuple[Any, Stubber]:
    made = boto3.client(service, region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s")
    stub = Stubber(made)
    stub.activate()
    return made, stub


def endpoint(**more: Any) -> dict[str, Any]:
    return {
        "EndpointName": "slipway-dev",
        "EndpointArn": "arn:aws:sagemaker:us-east-1:123456789012:endpoint/slipway-dev",
        "EndpointConfigName": CONFIG["EndpointConfigName"],
        "EndpointStatus": "InService",
        "CreationTime": 0,
        "LastModifiedTime": 0,
        **more,
    }


def test_what_serves_is_read_from_the_endpoint_over_its_configuration_to_the_model() -> None:
    sagemaker, stub = client("sagemaker")
    stub.add_response("describe_endpoint", endpoint(FailureReason="rolled back"), {"EndpointName": "slipway-dev"})
    stub.add_response("describe_endpoint_config", CONFIG, {"EndpointConfigName": CONFIG["EndpointConfigName"]})
    stub.add_response("describe_model", MODEL, {"ModelName": VARIANT["ModelName"]})
    found = look(sagemaker, "slipway-dev")
    assert (found.status, found.config, found.reason) == ("InService", CONFIG["EndpointConfigName"], "rolled back")
    assert found.release == {
        "model_data": "s3://artifacts/models/1/model.tar.gz",
        "image": "registry/serving@sha256:1",
        "code": "s3://artifacts/code/serving/1.tar.gz",
        "instance_type": "ml.m5.large",
        "initial_instance_count": 2,
        "environment": {"OMP_NUM_THREADS": "1"},
        "capture_percentage": 20,
        "container_startup_timeout_seconds": 600,
    }
    stub.assert_no_pending_responses()


def test_an_endpoint_that_is_not_there_is_missing() -> None:
    sagemaker, stub = client("sagemaker")
    stub.add_client_error("describe_endpoint", "ValidationException", 'Could not find endpoint "slipway-dev".')
    assert look(sagemaker, "slipway-dev").status == "Missing"


@pytest.mark.parametrize(
    ("code", "message"),
    [("ValidationException", "1 validation error detected"), ("InternalFailure", "Could not find a host")],
)
def test_a_refusal_that_is_no_absence_is_not_taken_for_one(code: str, message: str) -> None:
    sagemaker, stub = client("sagemaker")
    stub.add_client_error("describe_endpoint", code, message)
    with pytest.raises(ClientError, match=message):
        look(sagemaker, "slipway-dev")


def test_a_configuration_that_was_deleted_under_its_endpoint_is_seen() -> None:
    sagemaker, stub = client("sagemaker")
    stub.add_response("describe_endpoint", endpoint())
    message = 'Could not find endpoint configuration "endpoint-1a2b3c4d-0000000".'
    stub.add_client_error("describe_endpoint_config", "ValidationException", message)
    found = look(sagemaker, "slipway-dev")
    assert (found.status, found.release, found.gone) == ("InService", {}, message)


def test_what_serves_without_a_captures_rule_captures_nothing() -> None:
    off = {**CONFIG["DataCaptureConfig"], "EnableCapture": False}
    for capture in ({}, {"DataCaptureConfig": off}):
        sagemaker, stub = client("sagemaker")
        config = {name: value for name, value in CONFIG.items() if name != "DataCaptureConfig"}
        stub.add_response("describe_endpoint", endpoint())
        stub.add_response("describe_endpoint_config", {**config, **capture})
        stub.add_response("describe_model", MODEL)
        assert look(sagemaker, "slipway-dev").release["capture_percentage"] == 0


def test_a_refusal_to_describe_the_configuration_is_not_taken_for_its_absence() -> None:
    sagemaker, stub = client("sagemaker")
    stub.add_response("describe_endpoint", endpoint())
    stub.add_client_error("describe_endpoint_config", "AccessDeniedException", "no")
    with pytest.raises(ClientError, match="AccessDenied"):
        look(sagemaker, "slipway-dev")


def test_an_endpoint_that_never_came_up_has_no_configuration_to_look_at() -> None:
    sagemaker, stub = client("sagemaker")
    failed = {name: value for name, value in endpoint().items() if name != "EndpointConfigName"}
    stub.add_response("describe_endpoint", {**failed, "EndpointStatus": "Failed"})
    assert look(sagemaker, "slipway-dev").status == "Failed"


CONTAINER = MODEL["PrimaryContainer"]
TWO = [VARIANT, {**VARIANT, "VariantName": "canary"}]


@pytest.mark.parametrize(
    ("config", "model", "said"),
    [
        ({"ProductionVariants": TWO}, {}, "2 production variants answer: primary, canary"),
        ({}, {"Containers": [CONTAINER, CONTAINER]}, "its model is not one container"),
        ({}, {"PrimaryContainer": {**CONTAINER, "Mode": "MultiModel"}}, "its container holds many models"),
        (
            {},
            {"PrimaryContainer": {**CONTAINER, "AdditionalModelDataSources": []}},
            "its model has the additional sources [], a release has one, `code`",
        ),
    ],
)
def test_what_no_release_has_is_named(config: dict[str, Any], model: dict[str, Any], said: str) -> None:
    assert said in strange_in({**CONFIG, **config}, {**MODEL, **model})
    assert strange_in(CONFIG, MODEL) == ()


MANIFEST = {"examples": [{"hour": 9}, {"hour": 17}], "example_predictions": [0.25, 0.75]}


def asked(answer: bytes | None) -> Any:
    runtime, stub = client("sagemaker-runtime")
    if answer is None:
        stub.add_client_error("invoke_endpoint", "ModelError", "Received server error (500) from primary")
    else:
        body = StreamingBody(io.BytesIO(answer), len(answer))
        stub.add_response(
            "invoke_endpoint",
            {"Body": body},
            {
                "EndpointName": "slipway-dev",
                "ContentType": "application/json",
                "Accept": "application/json",
                "Body": b'{"instances": [{"hour": 9}, {"hour": 17}]}',
            },
        )
    return ask(runtime, "slipway-dev", MANIFEST)


def test_answers_like_the_manifests_pass() -> None:
    found = asked(b'{"predictions": [0.25, 0.7500000001]}')
    assert found.problem is None
    assert found.largest_difference == pytest.approx(1e-10)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b'{"predictions": [0.25, 0.76]}', "the endpoint answers [0.25, 0.76], the model itself answered [0.25, 0.75]"),
        (b'{"predictions": [0.25]}', "the endpoint answers [0.25]"),
        (b'{"predictions": [0.25, null]}', "the endpoint answers [0.25, null]"),
        (b'{"predictions": [0.25, NaN]}', "the endpoint answers [0.25, NaN]"),
        (b'{"predictions": [0.25, 0.7501]}', "the endpoint answers [0.25, 0.7501]"),
        (b'{"error": "no"}', '"predictions": [...]} is expected'),
        (b"<html>", "is expected"),
        (None, "the container refuses its own examples"),
    ],
)
def test_any_other_answer_is_a_problem(answer: bytes | None, problem: str) -> None:
    found = asked(answer)
    assert problem in found.problem
    assert found.answered


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException", "ValidationError"])
def test_what_nobody_could_ask_is_no_wrong_answer(code: str) -> None:
    runtime, stub = client("sagemaker-runtime")
    stub.add_client_error("invoke_endpoint", code, "no")
    found = ask(runtime, "slipway-dev", MANIFEST)
    assert not found.answered
    assert code in str(found.problem)


def test_an_endpoint_that_cannot_be_reached_was_not_asked() -> None:
    runtime = boto3.client(
        "sagemaker-runtime",
        region_name="us-east-1",
        aws_access_key_id="k",
        aws_secret_access_key="s",
        endpoint_url="http://127.0.0.1:9",
        config=Config(retries={"total_max_attempts": 1}),
    )
    found = ask(runtime, "slipway-dev", MANIFEST)
    assert not found.answered
    assert "can't be asked" in str(found.problem)


def test_a_manifest_without_examples_proves_nothing() -> None:
    runtime, _ = client("sagemaker-runtime")
    assert "has no `examples`" in str(ask(runtime, "slipway-dev", {"examples": []}).problem)


@pytest.mark.parametrize(
    ("got", "wanted", "difference"),
    [
        (1, 1.5, 0.5),
        ([[1, 2], [3, 4]], [[1, 2], [3, 4.25]], 0.25),
        ({"label": "a", "score": 0.5}, {"label": "a", "score": 0.25}, 0.25),
        ({"label": "a"}, {"label": "b"}, None),
        (True, 1, None),
        ([], [], 0.0),
        ([1], [1, 2], None),
        (None, 0.5, None),
    ],
)
def test_answers_of_any_shape_are_compared(got: object, wanted: object, difference: float | None) -> None:
    assert distance(got, wanted) == difference


@pytest.mark.parametrize(
    ("config", "variant", "told"),
    [
        ({}, {"InferenceAmiVersion": "al2-ami-sagemaker-inference-neuron-2"}, {"inference_ami_version"}),
        (
            {},
            {"ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}},
            {"kind", "serverless"},
        ),
        (
            {"AsyncInferenceConfig": {"OutputConfig": {}, "ClientConfig": {"MaxConcurrentInvocationsPerInstance": 4}}},
            {},
            {"kind", "asynchronous"},
        ),
    ],
)
def test_what_serves_is_told_in_the_words_of_a_pin_whatever_its_kind(
    config: dict[str, Any], variant: dict[str, Any], told: set[str]
) -> None:
    plain = release_of(CONFIG, VARIANT, MODEL)
    found = release_of({**CONFIG, **config}, {**VARIANT, **variant}, MODEL)
    assert {name for name in found if found[name] != plain.get(name)} == told


def test_a_serverless_release_that_serves_is_the_one_that_is_pinned() -> None:
    serverless = {"memory_size_in_mb": 2048, "max_concurrency": 5}
    variant = {
        "VariantName": "primary",
        "ModelName": "model",
        "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5},
    }
    found = release_of({"ProductionVariants": [variant]}, variant, MODEL)
    pinned = {
        name: value
        for name, value in {**found, "kind": "serverless", "serverless": serverless}.items()
        if value is not None
    }
    serving = Serving(endpoint="slipway-dev", status="InService", release=found)
    assert differences(pinned, serving) == []
    assert differences({**pinned, "serverless": {**serverless, "max_concurrency": 6}}, serving)
