"""What looks for drift: its definition, its roles, its schedule, its alarms and who hears of it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from infra.components.drift.definition import Watch, drift_definition
from infra.components.drift.drift_watch import DriftWatch, DriftWatchArgs
from infra.components.network.joining import Subnets

ACCOUNT = "123456789012"
POLICY = "aws:iam/rolePolicy:RolePolicy"
ROLE = "aws:iam/role:Role"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
PIPELINE = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:pipeline/slipway-dev-drift"
WATCH = Watch(
    image="registry/monitoring:1",
    instance_type="ml.m5.large",
    max_runtime_seconds=600,
    endpoint_name="slipway-dev",
    variant_name="primary",
    model_data="s3://artifacts/models/job/output/model.tar.gz",
    window_hours=24,
    least_rows=1000,
    psi_threshold=0.25,
    ignored_features=("month", "weekday"),
)
KNOWN: Any = {
    "artifacts": "artifacts",
    "captures": "captures",
    "key_arn": "arn:key",
    "role_arn": "arn:jobs",
    "code_uri": "s3://artifacts/code/monitoring/1.tar.gz",
}
NETWORK: Any = {"subnet_ids": ["subnet-1", "subnet-2"], "security_group_ids": ["sg-1"]}


def declare(**changes: Any) -> None:
    given: dict[str, Any] = {
        "account_id": ACCOUNT,
        "region": "us-east-1",
        "pipeline_name": "slipway-dev-drift",
        "repository_name": "slipway-dev/monitoring",
        "watch": WATCH,
        "artifacts_bucket": "artifacts",
        "captures_bucket": "captures",
        "key_arn": "arn:key",
        "code_uri": KNOWN["code_uri"],
        "schedule_expression": "cron(0 6 * * ? *)",
        "schedule_timezone": "UTC",
        "schedule_group_name": "slipway-dev",
        "known_schedule_group_name": "slipway-dev",
        "topic_arn": "arn:topic",
        **changes,
    }
    DriftWatch("drift", DriftWatchArgs(**given))


def step(watch: Watch = WATCH, known: Any = KNOWN) -> dict[str, Any]:
    (found,) = json.loads(drift_definition(watch, known))["Steps"]
    arguments: dict[str, Any] = found["Arguments"]
    return arguments


def statements(graph: Any, name: str) -> dict[str, Any]:
    policy = json.loads(graph.one(POLICY, name).inputs["policy"])
    return {one["Sid"]: one for one in policy["Statement"]}


def test_the_job_is_told_what_to_look_at_in_words_that_sagemaker_takes() -> None:
    script, name, *words = step()["AppSpecification"]["ContainerArguments"]
    assert script.endswith('exec python -m monitoring "$@"')
    assert name == "monitoring"
    text = " ".join(words)
    assert "--captures s3://captures/endpoints --endpoint slipway-dev --variant primary --hours 24" in text
    assert "--ignore month --ignore weekday" in text
    assert all(1 <= len(word) <= 256 for word in (script, *words))


def test_the_baseline_is_that_of_the_model_that_answers() -> None:
    inputs = {one["InputName"]: one["S3Input"]["S3Uri"] for one in step()["ProcessingInputs"]}
    assert inputs == {"code": KNOWN["code_uri"], "model": WATCH.model_data}
    later = replace(WATCH, model_data="s3://artifacts/models/later/output/model.tar.gz")
    assert step(later)["ProcessingInputs"][1]["S3Input"]["S3Uri"] == later.model_data


def test_every_execution_reports_into_a_folder_of_its_own() -> None:
    (output,) = step()["ProcessingOutputConfig"]["Outputs"]
    assert output["S3Output"]["S3Uri"]["Std:Join"]["Values"] == [
        "s3://artifacts/drift",
        {"Get": "Execution.PipelineExecutionId"},
    ]
    assert step()["StoppingCondition"] == {"MaxRuntimeInSeconds": 600}


def test_the_job_joins_the_network_where_there_is_one(run_program: Any) -> None:
    assert "VpcConfig" not in step()["NetworkConfig"]
    assert step(known=KNOWN | NETWORK)["NetworkConfig"]["VpcConfig"] == {
        "Subnets": ["subnet-1", "subnet-2"],
        "SecurityGroupIds": ["sg-1"],
    }
    graph = run_program(lambda: declare(subnets=Subnets(**NETWORK)))
    found = statements(graph, "drift-jobs-network")
    start = f"arn:aws:ec2:us-east-1:{ACCOUNT}"
    joined = [f"{start}:subnet/subnet-1", f"{start}:subnet/subnet-2", f"{start}:security-group/sg-1"]
    assert found["JoinSubnets"]["Resource"] == [f"{start}:network-interface/*", *joined]
    assert found["UseInterfaces"]["Condition"] == {"ArnEquals": {"ec2:Subnet": joined[:2]}}
    assert all(action.startswith("ec2:Describe") for action in found["SeeNetworks"]["Action"])
    definition = json.loads(graph.of_type("aws:sagemaker/pipeline:Pipeline")[0].inputs["pipelineDefinition"])
    assert "VpcConfig" in definition["Steps"][0]["Arguments"]["NetworkConfig"]


def test_the_job_reads_one_endpoints_captures_and_writes_reports_and_one_namespace_only(run_program: Any) -> None:
    found = statements(run_program(declare), "drift-jobs-data")
    read = {one["Resource"] for one in found.values() if "s3:GetObject" in one["Action"]}
    assert read == {
        "arn:aws:s3:::captures/endpoints/slipway-dev/*",
        "arn:aws:s3:::artifacts/models/*",
        "arn:aws:s3:::artifacts/code/monitoring/*",
    }
    assert [one["Resource"] for one in found.values() if "s3:PutObject" in one["Action"]] == [
        "arn:aws:s3:::artifacts/drift/*"
    ]
    assert found["PutMetrics"]["Condition"] == {"StringEquals": {"cloudwatch:namespace": "Slipway/Drift"}}


def test_the_schedule_starts_one_pipeline_and_passes_no_role(run_program: Any) -> None:
    graph = run_program(declare)
    assert statements(graph, "drift-schedule") == {
        "StartPipeline": {
            "Sid": "StartPipeline",
            "Effect": "Allow",
            "Action": ["sagemaker:StartPipelineExecution"],
            "Resource": PIPELINE,
        }
    }
    (schedule,) = graph.of_type("aws:scheduler/schedule:Schedule")
    assert schedule.inputs["target"]["arn"] == "arn:of:aws:sagemaker/pipeline:Pipeline:drift"
    run = statements(graph, "drift-run")
    assert run["PassJobsRole"]["Resource"] == f"arn:of:{ROLE}:drift-jobs"
    assert run["RunJobs"]["Resource"] == [f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:processing-job/pipelines-*"]


def test_one_alarm_above_those_on_the_metrics_calls_people_and_they_keep_their_state_between_two_looks(
    run_program: Any,
) -> None:
    graph = run_program(declare)
    alarms = graph.of_type(ALARM)
    assert [one.inputs["metricName"] for one in alarms] == ["FeaturePsi", "PredictionPsi"]
    for alarm in alarms:
        assert alarm.inputs["dimensions"] == {"EndpointName": "slipway-dev"}
        assert alarm.inputs["treatMissingData"] == "ignore"
        assert "alarmActions" not in alarm.inputs
        assert alarm.inputs["threshold"] == 0.25
    (whole,) = graph.of_type("aws:cloudwatch/compositeAlarm:CompositeAlarm")
    assert whole.inputs["alarmName"] == "slipway-dev-drift"
    assert whole.inputs["alarmActions"] == whole.inputs["okActions"] == ["arn:topic"]
    assert whole.inputs["alarmRule"] == 'ALARM("drift-features-0000000") OR ALARM("drift-prediction-0000000")'


def test_people_hear_of_a_look_that_failed(run_program: Any) -> None:
    graph = run_program(declare)
    pattern = json.loads(graph.one("aws:cloudwatch/eventRule:EventRule", "drift-failed").inputs["eventPattern"])
    assert pattern["detail"] == {
        "pipelineArn": ["arn:of:aws:sagemaker/pipeline:Pipeline:drift"],
        "currentPipelineExecutionStatus": ["Failed"],
    }
    assert graph.one("aws:cloudwatch/eventTarget:EventTarget", "drift-failed").inputs["arn"] == "arn:topic"


@pytest.mark.parametrize("name", ["drift-jobs", "drift-run", "drift-schedule"])
def test_a_permissions_boundary_bounds_every_role(run_program: Any, name: str) -> None:
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/b"
    graph = run_program(lambda: declare(permissions_boundary_arn=boundary))
    assert graph.one(ROLE, name).inputs["permissionsBoundary"] == boundary
