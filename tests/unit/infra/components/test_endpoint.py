"""The endpoint and its releases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from infra.components.serving.endpoint import Endpoint, EndpointArgs
from infra.components.serving.releases import Release, Serverless, Shadow
from infra.components.serving.rollout import Rollout

MODEL = "aws:sagemaker/model:Model"
CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
ENDPOINT = "aws:sagemaker/endpoint:Endpoint"


def release(number: int, **changes: Any) -> Release:
    made = Release(
        digest=f"{number:08x}",
        model_data=f"s3://artifacts/models/{number}/model.tar.gz",
        image="registry/serving:1",
        code=f"s3://artifacts/code/serving/{number}.tar.gz",
        instance_type="ml.m5.large",
        initial_instance_count=1,
        environment={"OMP_NUM_THREADS": "1"},
        capture_percentage=50,
        container_startup_timeout_seconds=300,
    )
    return replace(made, **changes)


def args(current: Release, previous: Release | None = None, **changes: Any) -> EndpointArgs:
    made = EndpointArgs(
        endpoint_name="slipway-dev",
        current=current,
        previous=previous,
        execution_role_arn="arn:role",
        captures_bucket="captures",
        key_arn="arn:key",
        log_retention_days=14,
        rollback_alarm_names=["server-errors-1a2b3c4"],
        bake_seconds=120,
    )
    return replace(made, **changes)


@pytest.fixture
def graph(run_program: Any) -> Any:
    return run_program(lambda: Endpoint("endpoint", args(release(2), release(1))))


def test_the_previous_release_is_still_declared(graph: Any) -> None:
    names = sorted(f"endpoint-{release(number).digest}" for number in (1, 2))
    assert [one.name for one in graph.of_type(MODEL)] == names
    assert [one.name for one in graph.of_type(CONFIGURATION)] == names


def test_the_endpoint_points_at_the_current_release(graph: Any) -> None:
    endpoint = graph.one(ENDPOINT, "endpoint")
    assert endpoint.inputs["endpointConfigName"] == f"endpoint-{release(2).digest}-0000000"
    assert endpoint.inputs["name"] == "slipway-dev"


def test_models_and_configurations_have_no_names_of_their_own(graph: Any) -> None:
    for one in graph.of_type(MODEL) + graph.of_type(CONFIGURATION):
        assert "name" not in one.inputs


def test_a_rollback_registers_the_same_models_and_configurations(graph: Any, run_program: Any) -> None:
    back = run_program(lambda: Endpoint("endpoint", args(release(1), release(2))))
    for token in (MODEL, CONFIGURATION):
        assert back.of_type(token) == graph.of_type(token)
    assert back.one(ENDPOINT, "endpoint").inputs != graph.one(ENDPOINT, "endpoint").inputs


def test_a_rollout_leaves_what_was_current_untouched(graph: Any, run_program: Any) -> None:
    rolled = run_program(lambda: Endpoint("endpoint", args(release(3), release(2))))
    for token in (MODEL, CONFIGURATION):
        name = f"endpoint-{release(2).digest}"
        assert rolled.one(token, name) == graph.one(token, name)


def test_a_first_release_has_no_previous_one(run_program: Any) -> None:
    graph = run_program(lambda: Endpoint("endpoint", args(release(1))))
    assert len(graph.of_type(MODEL)) == len(graph.of_type(CONFIGURATION)) == 1


def test_two_equal_releases_are_declared_once(run_program: Any) -> None:
    graph = run_program(lambda: Endpoint("endpoint", args(release(1), release(1))))
    assert len(graph.of_type(MODEL)) == 1


def test_a_model_has_no_network_and_gets_its_code_beside_the_artifact(graph: Any) -> None:
    model = graph.one(MODEL, f"endpoint-{release(2).digest}")
    assert model.inputs["enableNetworkIsolation"] is True
    container = model.inputs["primaryContainer"]
    assert container["modelDataUrl"] == "s3://artifacts/models/2/model.tar.gz"
    assert container["additionalModelDataSources"] == [
        {
            "channelName": "code",
            "s3DataSources": [
                {
                    "s3Uri": "s3://artifacts/code/serving/2.tar.gz",
                    "s3DataType": "S3Object",
                    "compressionType": "Gzip",
                }
            ],
        }
    ]


def test_captures_go_to_their_bucket_readable_and_encrypted(graph: Any) -> None:
    capture = graph.of_type(CONFIGURATION)[0].inputs["dataCaptureConfig"]
    assert capture["destinationS3Uri"] == "s3://captures/endpoints"
    assert capture["kmsKeyId"] == "arn:key"
    assert capture["initialSamplingPercentage"] == 50
    assert capture["captureContentTypeHeader"]["jsonContentTypes"] == ["application/json"]


def test_no_percentage_captures_nothing(run_program: Any) -> None:
    graph = run_program(lambda: Endpoint("endpoint", args(release(1, capture_percentage=0))))
    capture = graph.of_type(CONFIGURATION)[0].inputs["dataCaptureConfig"]
    assert capture["enableCapture"] is False
    assert capture["initialSamplingPercentage"] == 0


def test_disks_are_encrypted_with_the_key_where_they_are_not_the_instances_own(run_program: Any) -> None:
    own = release(1, instance_type="ml.g5.xlarge")
    graph = run_program(lambda: Endpoint("endpoint", args(release(2), own)))
    keys = {one.name: one.inputs.get("kmsKeyArn") for one in graph.of_type(CONFIGURATION)}
    assert keys == {
        f"endpoint-{release(2).digest}": "arn:key",
        f"endpoint-{own.digest}": None,
    }


def test_the_log_group_is_there_before_the_endpoint(graph: Any) -> None:
    assert "aws:cloudwatch/logGroup:LogGroup endpoint" in graph.one(ENDPOINT, "endpoint").depends_on
    logs = graph.one("aws:cloudwatch/logGroup:LogGroup", "endpoint")
    assert logs.inputs["name"] == "/aws/sagemaker/Endpoints/slipway-dev"
    assert logs.inputs["retentionInDays"] == 14


def test_a_capture_percentage_above_100_is_refused() -> None:
    with pytest.raises(ValueError, match="capture_percentage is 101; use 0 to 100"):
        release(1, capture_percentage=101)


def serverless(number: int, **changes: Any) -> Release:
    return release(
        number,
        kind="serverless",
        instance_type=None,
        initial_instance_count=None,
        container_startup_timeout_seconds=None,
        capture_percentage=0,
        serverless=Serverless(memory_size_in_mb=2048, max_concurrency=5),
        **changes,
    )


def configuration_of(run_program: Any, given: EndpointArgs) -> Any:
    return run_program(lambda: Endpoint("endpoint", given)).of_type(CONFIGURATION)[0].inputs


def test_a_serverless_release_has_memory_and_nothing_that_serverless_excludes(run_program: Any) -> None:
    graph = run_program(lambda: Endpoint("endpoint", args(serverless(1))))
    (variant,) = graph.of_type(CONFIGURATION)[0].inputs["productionVariants"]
    assert variant["serverlessConfig"] == {"memorySizeInMb": 2048, "maxConcurrency": 5}
    assert not {"instanceType", "initialInstanceCount", "containerStartupHealthCheckTimeoutInSeconds"} & set(variant)
    assert not {"dataCaptureConfig", "kmsKeyArn"} & set(graph.of_type(CONFIGURATION)[0].inputs)
    assert graph.of_type(MODEL)[0].inputs["enableNetworkIsolation"] is False


def test_an_asynchronous_release_answers_into_the_captures_bucket_and_tells_a_topic(run_program: Any) -> None:
    given = args(
        release(1, kind="async", notify=True, max_concurrent_invocations_per_instance=4), topic_arn="arn:topic"
    )
    config = configuration_of(run_program, given)["asyncInferenceConfig"]
    assert config["clientConfig"] == {"maxConcurrentInvocationsPerInstance": 4}
    assert config["outputConfig"] == {
        "s3OutputPath": "s3://captures/async/answers/",
        "s3FailurePath": "s3://captures/async/failures/",
        "kmsKeyId": "arn:key",
        "notificationConfig": {"successTopic": "arn:topic", "errorTopic": "arn:topic"},
    }


def test_an_asynchronous_release_that_tells_nobody_has_no_topic(run_program: Any) -> None:
    config = configuration_of(run_program, args(release(1, kind="async"), topic_arn="arn:topic"))
    assert "notificationConfig" not in config["asyncInferenceConfig"]["outputConfig"]
    assert "clientConfig" not in config["asyncInferenceConfig"]


def test_a_real_time_release_has_no_asynchronous_part(run_program: Any) -> None:
    assert "asyncInferenceConfig" not in configuration_of(run_program, args(release(1)))


def test_an_accelerated_release_has_the_host_that_it_pins(run_program: Any) -> None:
    neuron = "al2-ami-sagemaker-inference-neuron-2"
    given = args(release(1, instance_type="ml.inf2.xlarge", inference_ami_version=neuron))
    (variant,) = configuration_of(run_program, given)["productionVariants"]
    assert variant["inferenceAmiVersion"] == neuron


@pytest.mark.parametrize(
    ("rollout", "routing"),
    [
        (Rollout(), {"type": "ALL_AT_ONCE", "waitIntervalInSeconds": 0}),
        (
            Rollout(type="CANARY", step_percent=10, wait_seconds=60),
            {
                "type": "CANARY",
                "waitIntervalInSeconds": 60,
                "canarySize": {"type": "CAPACITY_PERCENT", "value": 10},
            },
        ),
        (
            Rollout(type="LINEAR", step_percent=25, wait_seconds=30),
            {
                "type": "LINEAR",
                "waitIntervalInSeconds": 30,
                "linearStepSize": {"type": "CAPACITY_PERCENT", "value": 25},
            },
        ),
    ],
)
def test_traffic_moves_as_the_stack_says(run_program: Any, rollout: Rollout, routing: dict[str, Any]) -> None:
    graph = run_program(lambda: Endpoint("endpoint", args(release(1), rollout=rollout)))
    policy = graph.one(ENDPOINT, "endpoint").inputs["deploymentConfig"]["blueGreenUpdatePolicy"]
    assert policy["trafficRoutingConfiguration"] == routing
    assert policy["terminationWaitInSeconds"] == 120


@pytest.mark.parametrize(
    "given",
    [
        {"type": "CANARY"},
        {"type": "CANARY", "step_percent": 51},
        {"type": "LINEAR", "step_percent": 9},
        {"step_percent": 10},
    ],
)
def test_shares_that_sagemaker_refuses_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="step_percent is"):
        Rollout(**given)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"serverless": None}, "serverless is missing"),
        ({"instance_type": "ml.m5.large"}, "serverless releases have no instances"),
        ({"capture_percentage": 10}, "captures nothing"),
        ({"kind": "realtime"}, "serverless is given"),
    ],
)
def test_a_serverless_release_that_contradicts_itself_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(serverless(1), **changes)


def shadow(number: int, beside: int, **changes: Any) -> Shadow:
    made = Shadow(release=release(number), beside=release(beside).digest, percentage=25)
    return replace(made, **changes)


def test_a_shadow_is_beside_the_current_release_in_a_configuration_of_their_own(graph: Any, run_program: Any) -> None:
    shadowed = run_program(lambda: Endpoint("endpoint", args(release(2), release(1), shadow=shadow(3, 2))))
    added = {one.name for one in shadowed.of_type(CONFIGURATION)} - {one.name for one in graph.of_type(CONFIGURATION)}
    assert added == {f"endpoint-shadow-25-{release(3).digest}-{release(2).digest}"}
    configuration = shadowed.one(CONFIGURATION, *added)
    (variant,) = configuration.inputs["productionVariants"]
    (copied,) = configuration.inputs["shadowProductionVariants"]
    assert variant["modelName"] == f"endpoint-{release(2).digest}-0000000"
    assert (copied["variantName"], copied["modelName"]) == ("shadow", f"endpoint-{release(3).digest}-0000000")
    assert copied["initialVariantWeight"] == variant["initialVariantWeight"] * 0.25
    assert shadowed.one(ENDPOINT, "endpoint").inputs["endpointConfigName"] == f"{configuration.name}-0000000"
    for one in graph.of_type(MODEL) + graph.of_type(CONFIGURATION):
        assert shadowed.one(one.type, one.name) == one


def test_an_ended_shadow_is_still_declared_and_answers_nothing(run_program: Any) -> None:
    running = run_program(lambda: Endpoint("endpoint", args(release(2), release(1), shadow=shadow(3, 2))))
    ended = run_program(lambda: Endpoint("endpoint", args(release(2), release(1), shadow=shadow(3, 2, ended=True))))
    promoted = run_program(lambda: Endpoint("endpoint", args(release(3), release(2), shadow=shadow(3, 2, ended=True))))
    back = run_program(lambda: Endpoint("endpoint", args(release(1), release(2), shadow=shadow(3, 2, ended=True))))
    name = f"endpoint-shadow-25-{release(3).digest}-{release(2).digest}"
    for graph, serves in ((ended, 2), (promoted, 3), (back, 1)):
        assert graph.one(CONFIGURATION, name) == running.one(CONFIGURATION, name)
        wanted = f"endpoint-{release(serves).digest}-0000000"
        assert graph.one(ENDPOINT, "endpoint").inputs["endpointConfigName"] == wanted


def test_a_shadow_beside_nothing_that_is_declared_is_refused() -> None:
    with pytest.raises(ValueError, match="must be beside the current release"):
        args(release(2), release(1), shadow=shadow(3, 1))
    with pytest.raises(ValueError, match="must be beside the current release"):
        args(release(2), release(1), shadow=shadow(3, 4, ended=True))
    with pytest.raises(ValueError, match="only realtime releases"):
        shadow(3, 2, release=release(3, kind="async"))
    with pytest.raises(ValueError, match="use 1 to 100"):
        shadow(3, 2, percentage=0)
