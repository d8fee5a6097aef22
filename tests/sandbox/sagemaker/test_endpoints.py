"""Endpoints serve by real processes, roll without losing a request, and leave nothing behind."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from botocore.exceptions import ClientError

from slipway.sandbox.gateway.clients import AwsClients
from slipway.sandbox.sagemaker.context import Context, Scope
from slipway.sandbox.sagemaker.endpoints.operations import delete_endpoint
from slipway.sandbox.sagemaker.errors import ApiError
from slipway.sandbox.sagemaker.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from slipway.sandbox.gateway.http import Answer, Request

pytestmark = pytest.mark.slow

CAPTURE = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 100,
    "DestinationS3Uri": "s3://lake/captures",
    "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
    "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
}


@pytest.fixture(scope="module")
def serving(world: Any) -> Iterator[str]:
    """One endpoint for the tests that only ask it."""
    endpoint = world.deploy(world.config({"who": "steady"}))
    yield endpoint
    world.delete(endpoint)


def test_an_endpoint_answers_with_its_model_and_names_its_variant(world: Any, serving: str) -> None:
    answer = world.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=serving, Body=b"1,2", ContentType="text/csv"
    )
    assert answer["Body"].read().split(b"|")[:4] == [b"steady", b"weights", b"", b"1,2"]
    assert answer["InvokedProductionVariant"] == "AllTraffic"
    assert answer["ContentType"] == "text/csv; charset=utf-8"


def test_describe_tells_what_serves(world: Any, serving: str) -> None:
    described = world.sagemaker.describe_endpoint(EndpointName=serving)
    (variant,) = described["ProductionVariants"]
    assert (variant["CurrentWeight"], variant["CurrentInstanceCount"]) == (1.0, 1)
    assert variant["DeployedImages"][0]["SpecifiedImage"].endswith("/serving:1")
    assert "FailureReason" not in described
    assert "PendingDeploymentSummary" not in described


def test_what_the_container_refuses_is_a_model_error_with_its_words(world: Any, serving: str) -> None:
    with pytest.raises(ClientError) as caught:
        world.ask(serving, b"refuse")
    answer = caught.value.response
    assert answer["Error"]["Code"] == "ModelError"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert (answer["OriginalStatusCode"], answer["OriginalMessage"]) == (422, '{"error": "row 0"}')  # type: ignore[typeddict-item]
    assert 'Received client error (422) from primary with message "{"error": "row 0"}"' in str(caught.value)


def test_an_unknown_endpoint_and_an_unknown_variant_are_validation_errors(world: Any, serving: str) -> None:
    with pytest.raises(ClientError, match="Endpoint nobody of account 123456789012 not found"):
        world.ask("nobody")
    with pytest.raises(ClientError, match="Variant blue not found"):
        world.ask(serving, TargetVariant="blue")


def test_a_request_that_kills_its_container_fails_and_the_next_is_answered(world: Any, serving: str) -> None:
    before = world.ask(serving)[-1]
    with pytest.raises(ClientError, match="ModelError"):
        world.ask(serving, b"die")
    after = world.ask(serving)[-1]
    assert before != after


def _has_ended(pid: int) -> bool:
    """Tell whether a process was reaped: before its last thread is gone, it may look dead with its sockets open."""
    return not psutil.pid_exists(pid)


def test_a_killed_container_is_replaced_without_a_failed_request(world: Any, serving: str) -> None:
    for _ in range(3):
        victim = int(world.ask(serving)[-1])
        os.kill(victim, signal.SIGKILL)
        world.until(lambda gone=victim: _has_ended(gone), "the container to be gone")
        assert int(world.ask(serving)[-1]) != victim


def test_metrics_are_published_by_endpoint_and_variant(world: Any, serving: str) -> None:
    world.ask(serving)
    dimensions = [{"Name": "EndpointName", "Value": serving}, {"Name": "VariantName", "Value": "AllTraffic"}]
    wanted = {
        "Invocations",
        "InvocationsPerInstance",
        "Invocation4XXErrors",
        "Invocation5XXErrors",
        "InvocationModelErrors",
        "ModelLatency",
        "OverheadLatency",
    }

    def published() -> bool:
        found = world.client("cloudwatch").list_metrics(Namespace="AWS/SageMaker", Dimensions=dimensions)["Metrics"]
        return wanted <= {each["MetricName"] for each in found}

    world.until(published, "the metrics")


def test_the_containers_log_is_in_cloudwatch(world: Any, serving: str) -> None:
    assert "starting steady" in world.log(f"/aws/sagemaker/Endpoints/{serving}", "AllTraffic/i-")


def test_additional_sources_are_unpacked_beside_the_model(
    world: Any, archive: Callable[[dict[str, bytes]], bytes]
) -> None:
    code = world.put("code/serving.tar.gz", archive({"code.txt": b"deployed code"}))
    source = {"S3Uri": code, "S3DataType": "S3Object", "CompressionType": "Gzip"}
    container = {"AdditionalModelDataSources": [{"ChannelName": "code", "S3DataSource": source}]}
    endpoint = world.deploy(world.config({"container": container}))
    assert world.ask(endpoint)[2] == "deployed code"
    world.delete(endpoint)


def test_a_model_may_be_an_uncompressed_prefix(world: Any) -> None:
    world.put("plain/model.txt", "from a prefix")
    source = {"S3Uri": "s3://lake/plain/", "S3DataType": "S3Prefix", "CompressionType": "None"}
    config = world.config({"who": "p"})
    model = world.sagemaker.describe_endpoint_config(EndpointConfigName=config)["ProductionVariants"][0]["ModelName"]
    container = world.sagemaker.describe_model(ModelName=model)["PrimaryContainer"]
    del container["ModelDataUrl"]
    other, changed = world.name("model"), world.name("config")
    world.sagemaker.create_model(
        ModelName=other,
        ExecutionRoleArn="arn:aws:iam::123456789012:role/worker",
        PrimaryContainer=container | {"ModelDataSource": {"S3DataSource": source}},
    )
    world.sagemaker.create_endpoint_config(
        EndpointConfigName=changed,
        ProductionVariants=[
            {"VariantName": "A", "ModelName": other, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
        ],
    )
    endpoint = world.deploy(changed)
    assert world.ask(endpoint)[1] == "from a prefix"
    world.delete(endpoint)


def test_a_model_that_would_escape_its_folder_fails_the_endpoint(
    world: Any, archive: Callable[[dict[str, bytes]], bytes]
) -> None:
    model = world.put("evil.tar.gz", archive({"../../evil.txt": b"x"}))
    endpoint = world.name("endpoint")
    world.sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName=world.config({"model": model}))
    described = world.settled(endpoint)
    assert described["EndpointStatus"] == "Failed"
    assert "evil.tar.gz" in described["FailureReason"]
    world.delete(endpoint)


def test_a_container_that_dies_at_its_start_fails_the_endpoint_with_its_log(world: Any) -> None:
    endpoint = world.name("endpoint")
    config = world.config({"env": {"BROKEN": "1"}})
    world.sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName=config)
    described = world.settled(endpoint)
    assert described["EndpointStatus"] == "Failed"
    assert "exit code 7" in described["FailureReason"]
    assert "cannot load the model" in described["FailureReason"]
    assert "cannot load the model" in world.log(f"/aws/sagemaker/Endpoints/{endpoint}")
    with pytest.raises(ClientError, match="in status Failed; delete it"):
        world.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=config)
    world.delete(endpoint)


def test_an_image_that_nobody_has_fails_the_endpoint_with_the_way_out(world: Any) -> None:
    endpoint = world.name("endpoint")
    config = world.config({"container": {"Image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/triton:1"}})
    world.sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName=config)
    assert "triton/Dockerfile does not exist; add it, or use script mode" in world.settled(endpoint)["FailureReason"]
    world.delete(endpoint)


def test_requests_are_split_by_weight_and_by_target(world: Any) -> None:
    config = world.config({"name": "A", "who": "a", "weight": 3}, {"name": "B", "who": "b", "weight": 1})
    endpoint = world.deploy(config)
    counts = Counter(world.ask(endpoint)[0] for _ in range(80))
    assert 40 <= counts["a"] <= 72
    assert counts["a"] + counts["b"] == 80
    assert {world.ask(endpoint, TargetVariant="B")[0] for _ in range(5)} == {"b"}

    changes = [{"VariantName": "A", "DesiredWeight": 0}, {"VariantName": "B", "DesiredWeight": 1}]
    world.sagemaker.update_endpoint_weights_and_capacities(EndpointName=endpoint, DesiredWeightsAndCapacities=changes)
    variants = world.settled(endpoint)["ProductionVariants"]
    assert [each["CurrentWeight"] for each in variants] == [0.0, 1.0]
    assert {world.ask(endpoint)[0] for _ in range(10)} == {"b"}
    world.delete(endpoint)


def test_instances_share_the_requests_and_can_be_scaled(world: Any) -> None:
    endpoint = world.deploy(world.config({"count": 1, "env": {"DELAY": "0.05"}}))
    world.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName=endpoint, DesiredWeightsAndCapacities=[{"VariantName": "AllTraffic", "DesiredInstanceCount": 2}]
    )
    assert world.settled(endpoint)["ProductionVariants"][0]["CurrentInstanceCount"] == 2
    answered: list[str] = []
    threads = [threading.Thread(target=lambda: answered.append(world.ask(endpoint)[-1])) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answered)) == 2
    world.delete(endpoint)


def test_containers_of_a_pipeline_are_passed_in_turn(world: Any) -> None:
    endpoint = world.deploy(world.config({"who": "p", "chain": True}))
    words = world.ask(endpoint, b"raw")
    assert words[:3] == ["p", "weights", ""]
    assert words[3:7] == ["p", "weights", "", "raw"]
    world.delete(endpoint)


def test_a_roll_under_load_loses_no_request(world: Any) -> None:
    endpoint = world.deploy(world.config({"who": "0", "env": {"DELAY": "0.01"}}))
    stop = threading.Event()
    answered: Counter[str] = Counter()
    problems: list[str] = []

    def keep_asking() -> None:
        while not stop.is_set():
            try:
                answered[world.ask(endpoint)[0]] += 1
            except ClientError as error:
                problems.append(str(error))

    threads = [threading.Thread(target=keep_asking) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(1, 5):
        config = world.config({"who": str(number), "env": {"DELAY": "0.01"}})
        world.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=config)
        assert world.settled(endpoint)["EndpointConfigName"] == config
        assert world.ask(endpoint)[0] == str(number)
    stop.set()
    for thread in threads:
        thread.join()
    assert problems == []
    assert set(answered) == {"0", "1", "2", "3", "4"}
    world.delete(endpoint)


def test_a_failing_update_ends_in_service_on_the_old_configuration(world: Any) -> None:
    old, bad = world.config({"who": "old"}), world.config({"who": "bad", "env": {"BROKEN": "1"}})
    endpoint = world.deploy(old)
    world.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=bad)
    with pytest.raises(ClientError, match="Cannot update in-progress endpoint"):
        world.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=old)
    described = world.settled(endpoint)
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", old)
    assert "cannot load the model" in described["FailureReason"]
    assert world.ask(endpoint)[0] == "old"

    world.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=world.config({"who": "new"}))
    assert "FailureReason" not in world.settled(endpoint)
    assert world.ask(endpoint)[0] == "new"
    world.delete(endpoint)


def test_an_alarm_during_the_bake_rolls_back(world: Any) -> None:
    alarm = world.name("errors")
    world.client("cloudwatch").put_metric_alarm(
        AlarmName=alarm,
        Namespace="AWS/SageMaker",
        MetricName="Invocation5XXErrors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    old, new = world.config({"who": "old"}), world.config({"who": "new"})
    endpoint = world.deploy(old)
    world.sagemaker.update_endpoint(
        EndpointName=endpoint,
        EndpointConfigName=new,
        DeploymentConfig={
            "BlueGreenUpdatePolicy": {
                "TrafficRoutingConfiguration": {
                    "Type": "CANARY",
                    "WaitIntervalInSeconds": 120,
                    "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 50},
                }
            },
            "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": alarm}]},
        },
    )
    world.until(lambda: world.ask(endpoint)[0] == "new", "the canary to get a request")
    assert "old" in {world.ask(endpoint)[0] for _ in range(20)}
    world.client("cloudwatch").set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="a test")
    described = world.settled(endpoint)
    assert described["EndpointConfigName"] == old
    assert alarm in described["FailureReason"]
    assert {world.ask(endpoint)[0] for _ in range(10)} == {"old"}
    world.delete(endpoint)
    world.client("cloudwatch").delete_alarms(AlarmNames=[alarm])


def test_a_shadow_gets_a_copy_and_never_answers(world: Any) -> None:
    shadow = world.config({"name": "Shadow", "who": "shadow"})
    (variant,) = world.sagemaker.describe_endpoint_config(EndpointConfigName=shadow)["ProductionVariants"]
    config = world.config({"who": "front"}, ShadowProductionVariants=[variant], DataCaptureConfig=CAPTURE)
    endpoint = world.deploy(config)
    assert {world.ask(endpoint)[0] for _ in range(5)} == {"front"}
    world.until(lambda: world.keys(f"captures/{endpoint}/Shadow/"), "the shadow's captures")
    world.delete(endpoint)


def test_requests_and_answers_are_captured(world: Any) -> None:
    endpoint = world.deploy(world.config({"who": "c"}, DataCaptureConfig=CAPTURE))
    described = world.sagemaker.describe_endpoint(EndpointName=endpoint)["DataCaptureConfig"]
    assert (described["CaptureStatus"], described["CurrentSamplingPercentage"]) == ("Started", 100)
    for number in range(3):
        world.ask(endpoint, str(number).encode(), InferenceId=f"id-{number}")
    with pytest.raises(ClientError):
        world.ask(endpoint, b"refuse")
    world.delete(endpoint)
    keys = world.keys(f"captures/{endpoint}/AllTraffic/")
    lines = [json.loads(line) for key in keys for line in world.get(f"s3://lake/{key}").splitlines()]
    assert [line["eventMetadata"]["inferenceId"] for line in lines] == ["id-0", "id-1", "id-2"]
    assert [line["captureData"]["endpointInput"]["data"] for line in lines] == ["0", "1", "2"]
    assert all(line["captureData"]["endpointOutput"]["encoding"] == "CSV" for line in lines)


def test_a_deleted_endpoint_leaves_no_process(world: Any) -> None:
    endpoint = world.deploy(world.config({"count": 2}))
    pid = int(world.ask(endpoint)[-1])
    assert pid in world.processes()
    world.delete(endpoint)
    assert pid not in world.processes()
    with pytest.raises(ClientError, match="not found"):
        world.ask(endpoint)


def test_names_are_taken_once(world: Any) -> None:
    config = world.config({})
    (variant,) = world.sagemaker.describe_endpoint_config(EndpointConfigName=config)["ProductionVariants"]
    model = world.sagemaker.describe_model(ModelName=variant["ModelName"])
    with pytest.raises(ClientError, match="Cannot create already existing model") as caught:
        world.sagemaker.create_model(
            ModelName=model["ModelName"],
            ExecutionRoleArn=model["ExecutionRoleArn"],
            PrimaryContainer=model["PrimaryContainer"],
        )
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    with pytest.raises(ClientError, match="Cannot create already existing endpoint configuration"):
        world.sagemaker.create_endpoint_config(EndpointConfigName=config, ProductionVariants=[variant])


def test_missing_things_are_named_as_aws_names_them(world: Any) -> None:
    sagemaker = world.sagemaker
    with pytest.raises(ClientError, match='Could not find model "arn:aws:sagemaker:us-east-1:123456789012:model/none"'):
        sagemaker.describe_model(ModelName="none")
    with pytest.raises(ClientError, match="Could not find endpoint configuration"):
        sagemaker.create_endpoint(EndpointName="e", EndpointConfigName="none")
    with pytest.raises(ClientError, match="Could not find endpoint "):
        sagemaker.delete_endpoint(EndpointName="none")


class Overtaken(Store):
    """A store in which another request begins an update just after this one has looked."""

    def get(self, scope: Scope, kind: str, name: str) -> dict[str, Any] | None:
        record = super().get(scope, kind, name)
        if record is not None and record["EndpointStatus"] == "InService":
            self.put(scope, kind, name, {**record, "EndpointStatus": "Updating"})
        return record


def test_a_deletion_that_an_update_overtakes_is_refused(tmp_path: Path) -> None:
    scope = Scope("123456789012", "us-east-1")
    store = Overtaken(tmp_path / "store.sqlite")
    context = Context(
        scope, store, AwsClients("http://127.0.0.1", scope.account, scope.region, "", refuse), tmp_path, tmp_path
    )
    record = {"EndpointName": "e", "EndpointArn": scope.arn("endpoint/e"), "EndpointStatus": "InService"}
    store.put(scope, "Endpoint", "e", record)
    with pytest.raises(ApiError, match="Cannot update in-progress endpoint"):
        delete_endpoint({"EndpointName": "e"}, context)
    store.close()


def refuse(request: Request) -> Answer:
    """Answer nothing: the request that is overtaken may change nothing anywhere."""
    raise AssertionError(f"{request.method} {request.path} was sent")


@pytest.mark.parametrize(
    ("params", "missing"),
    [
        ({"AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "s3://lake/x"}}}, "asynchronous inference"),
        ({"ExplainerConfig": {}}, "online explanation"),
    ],
)
def test_a_configuration_of_what_would_not_happen_is_refused(world: Any, params: dict[str, Any], missing: str) -> None:
    with pytest.raises(ClientError, match=f"{missing} is not in the sandbox"):
        world.config({}, **params)


def test_an_endpoint_without_instances_fails_and_says_that_there_is_no_capacity(world: Any) -> None:
    assert world.control("fault", "add", "capacity", "sagemaker:CreateEndpoint", "--times", "1").returncode == 0
    endpoint = world.name("endpoint")
    world.sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName=world.config({}))
    described = world.settled(endpoint)
    assert described["EndpointStatus"] == "Failed"
    assert described["FailureReason"].startswith("Unable to provision requested ML compute capacity")
    assert world.control("fault", "clear").returncode == 0
    world.delete(endpoint)


def test_an_update_without_instances_leaves_the_endpoint_as_it_was(world: Any) -> None:
    old = world.config({"who": "old"})
    endpoint = world.deploy(old)
    assert world.control("fault", "add", "capacity", "sagemaker:UpdateEndpoint", "--resource", endpoint).returncode == 0
    world.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=world.config({"who": "new"}))
    described = world.settled(endpoint)
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", old)
    assert "InsufficientInstanceCapacity" in described["FailureReason"]
    assert world.ask(endpoint)[0] == "old"
    assert world.control("fault", "clear").returncode == 0
    world.delete(endpoint)
