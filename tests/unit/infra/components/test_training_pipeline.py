"""The pipeline: its definition, its three roles and its schedule."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.validate import ParamValidator

from infra.components.training.definition import Known, Shape, pipeline_definition
from infra.components.training.training_pipeline import TrainingPipeline, TrainingPipelineArgs
from infra.components.training.tuning import Range, Tuning

ACCOUNT = "123456789012"
POLICY = "aws:iam/rolePolicy:RolePolicy"
ROLE = "aws:iam/role:Role"
SCHEDULE = "aws:scheduler/schedule:Schedule"
SHAPE = Shape(
    training_image="registry/training:1",
    serving_image="registry/serving:1",
    model_package_group_name="slipway-dev",
    instance_type="ml.m5.large",
    instance_count=1,
    volume_size_gib=10,
    max_runtime_seconds=600,
    max_wait_seconds=None,
    processing_instance_type="ml.m5.large",
    data_prefix="flights/",
    score_path="sets.validation.model.auc",
    least_score=0.7,
)
KNOWN: Known = {
    "curated": "curated",
    "artifacts": "artifacts",
    "key_arn": "arn:key",
    "role_arn": "arn:jobs",
    "training_code_uri": "s3://artifacts/code/training/1.tar.gz",
    "serving_code_uri": "s3://artifacts/code/serving/1.tar.gz",
}


def declare(**changes: Any) -> None:
    given: dict[str, Any] = {
        "account_id": ACCOUNT,
        "region": "us-east-1",
        "pipeline_name": "slipway-dev",
        "repository_name": "slipway-dev/training",
        "shape": SHAPE,
        "curated_bucket": "curated",
        "artifacts_bucket": "artifacts",
        "key_arn": "arn:key",
        "training_code_uri": KNOWN["training_code_uri"],
        "serving_code_uri": KNOWN["serving_code_uri"],
        "schedule_timezone": "UTC",
        "schedule_group_name": "slipway-dev",
        "known_schedule_group_name": "slipway-dev",
        **changes,
    }
    TrainingPipeline("pipeline", TrainingPipelineArgs(**given))


def steps(shape: Shape = SHAPE) -> dict[str, Any]:
    return {step["Name"]: step["Arguments"] for step in json.loads(pipeline_definition(shape, KNOWN))["Steps"]}


def statements(graph: Any, name: str) -> dict[str, Any]:
    policy = json.loads(graph.one(POLICY, name).inputs["policy"])
    return {one["Sid"]: one for one in policy["Statement"]}


def test_every_job_of_the_pipeline_has_an_end_and_no_network() -> None:
    found = steps()
    for name in ("split", "evaluate"):
        assert found[name]["StoppingCondition"] == {"MaxRuntimeInSeconds": 600}
        assert found[name]["NetworkConfig"] == {"EnableNetworkIsolation": True}
    assert found["train"]["StoppingCondition"] == {"MaxRuntimeInSeconds": 600}
    assert found["train"]["EnableNetworkIsolation"] is True


def test_a_spot_job_waits_within_bounds_and_keeps_checkpoints() -> None:
    train = steps(replace(SHAPE, max_wait_seconds=1200))["train"]
    assert train["EnableManagedSpotTraining"] is True
    assert train["StoppingCondition"] == {"MaxRuntimeInSeconds": 600, "MaxWaitTimeInSeconds": 1200}
    assert train["CheckpointConfig"]["S3Uri"]["Std:Join"]["Values"][0] == "s3://artifacts/checkpoints"
    assert "EnableManagedSpotTraining" not in steps()["train"]


def test_disks_are_encrypted_where_hardware_does_not() -> None:
    assert steps()["train"]["ResourceConfig"]["VolumeKmsKeyId"] == "arn:key"
    assert "VolumeKmsKeyId" not in steps(replace(SHAPE, instance_type="ml.g5.xlarge"))["train"]["ResourceConfig"]


def test_a_model_is_registered_or_refused_by_its_score() -> None:
    condition = steps()["good-enough"]
    (compared,) = condition["Conditions"]
    assert compared["LeftValue"]["Std:JsonGet"]["Path"] == "sets.validation.model.auc"
    assert compared["RightValue"] == {"Get": "Parameters.LeastScore"}
    assert [condition[name][0]["Type"] for name in ("IfSteps", "ElseSteps")] == ["RegisterModel", "Fail"]


def test_the_pipeline_runs_its_own_jobs_and_passes_one_role_to_sagemaker_only(run_program: Any) -> None:
    found = statements(run_program(declare), "pipeline-run")
    assert found["PassJobsRole"]["Resource"] == f"arn:of:{ROLE}:pipeline-jobs"
    assert found["PassJobsRole"]["Condition"] == {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    start = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}"
    assert found["RunJobs"]["Resource"] == [f"{start}:{kind}-job/pipelines-*" for kind in ("training", "processing")]
    assert found["RegisterModels"]["Resource"] == [
        f"{start}:model-package-group/slipway-dev",
        f"{start}:model-package/slipway-dev/*",
    ]
    assert not [one for one in found.values() if one["Resource"] == "*"]


def test_the_jobs_write_steps_models_and_checkpoints_and_nothing_else(run_program: Any) -> None:
    found = statements(run_program(declare), "pipeline-jobs-data")
    written = {one["Resource"] for one in found.values() if "s3:PutObject" in one["Action"]}
    assert written == {f"arn:aws:s3:::artifacts/{prefix}/*" for prefix in ("pipelines", "models", "checkpoints")}


def test_a_pipeline_runs_by_itself_only_where_a_schedule_is_given(run_program: Any) -> None:
    assert run_program(declare).of_type(SCHEDULE) == []
    graph = run_program(lambda: declare(schedule_expression="cron(0 4 2 * ? *)"))
    (schedule,) = graph.of_type(SCHEDULE)
    assert schedule.inputs["groupName"] == "slipway-dev"
    assert schedule.inputs["target"] == {
        "arn": "arn:of:aws:sagemaker/pipeline:Pipeline:pipeline",
        "roleArn": f"arn:of:{ROLE}:pipeline-schedule",
    }
    assert statements(graph, "pipeline-schedule") == {
        "StartPipeline": {
            "Sid": "StartPipeline",
            "Effect": "Allow",
            "Action": ["sagemaker:StartPipelineExecution"],
            "Resource": f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:pipeline/slipway-dev",
        }
    }
    trust = json.loads(graph.one(ROLE, "pipeline-schedule").inputs["assumeRolePolicy"])["Statement"][0]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    group = f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule-group/slipway-dev"
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT, "aws:SourceArn": group}}


def test_an_alarm_that_begins_to_ring_starts_the_pipeline_only_where_one_is_named(run_program: Any) -> None:
    assert run_program(declare).of_type("aws:cloudwatch/eventRule:EventRule") == []
    drift = f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:drift"
    graph = run_program(lambda: declare(retrain_alarm_arns=(drift,)))
    pattern = json.loads(graph.one("aws:cloudwatch/eventRule:EventRule", "pipeline-retrain").inputs["eventPattern"])
    assert (pattern["resources"], pattern["detail"]) == ([drift], {"state": {"value": ["ALARM"]}})
    target = graph.one("aws:cloudwatch/eventTarget:EventTarget", "pipeline-retrain").inputs
    assert target["arn"] == "arn:of:aws:sagemaker/pipeline:Pipeline:pipeline"
    assert target["roleArn"] == f"arn:of:{ROLE}:pipeline-retrain"
    assert list(statements(graph, "pipeline-retrain")) == ["StartPipeline"]
    trust = json.loads(graph.one(ROLE, "pipeline-retrain").inputs["assumeRolePolicy"])["Statement"][0]
    assert trust["Principal"] == {"Service": "events.amazonaws.com"}


@pytest.mark.parametrize("name", ["pipeline-jobs", "pipeline-run", "pipeline-schedule", "pipeline-retrain"])
def test_a_permissions_boundary_bounds_every_role(run_program: Any, name: str) -> None:
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/b"
    given = {"schedule_expression": "rate(1 day)", "retrain_alarm_arns": ("arn:alarm",)}
    graph = run_program(lambda: declare(**given, permissions_boundary_arn=boundary))
    assert graph.one(ROLE, name).inputs["permissionsBoundary"] == boundary


TUNING = Tuning(
    max_jobs=10,
    max_parallel_jobs=2,
    strategy="Bayesian",
    objective="validation:auc",
    maximize=True,
    ranges={
        "num_leaves": Range(minimum=8, maximum=64, whole=True, scale="Auto"),
        "learning_rate": Range(minimum=0.01, maximum=0.2, whole=False, scale="Logarithmic"),
    },
)


def test_a_search_stands_in_the_place_of_the_training_job_and_its_best_model_goes_on() -> None:
    found = steps(replace(SHAPE, tuning=TUNING))
    assert list(found) == ["split", "tune", "evaluate", "good-enough"]
    config, jobs = found["tune"]["HyperParameterTuningJobConfig"], found["tune"]["TrainingJobDefinition"]
    assert config["HyperParameterTuningJobObjective"] == {"Type": "Maximize", "MetricName": "validation:auc"}
    assert config["ParameterRanges"]["IntegerParameterRanges"] == [
        {"Name": "num_leaves", "MinValue": "8", "MaxValue": "64", "ScalingType": "Auto"}
    ]
    (metric,) = jobs["AlgorithmSpecification"]["MetricDefinitions"]
    assert re.search(metric["Regex"], "validation:auc=0.731234") is not None
    plain = steps()["train"]
    for name in ("RoleArn", "InputDataConfig", "ResourceConfig", "StoppingCondition", "EnableNetworkIsolation"):
        assert jobs[name] == plain[name]
    model = next(one for one in found["evaluate"]["ProcessingInputs"] if one["InputName"] == "model")
    place = model["S3Input"]["S3Uri"]["Std:Join"]["Values"]
    assert place == [
        "s3://artifacts/models",
        {"Get": "Steps.tune.BestTrainingJob.TrainingJobName"},
        "output/model.tar.gz",
    ]


def test_sagemakers_own_model_of_the_api_accepts_the_search() -> None:
    client = boto3.client("sagemaker", region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s")
    shape: Any = client.meta.service_model.operation_model("CreateHyperParameterTuningJob").input_shape
    given = {**steps(replace(SHAPE, tuning=TUNING))["tune"], "HyperParameterTuningJobName": "search"}
    # what other resources say is made up or a pipeline's reference here
    given["TrainingJobDefinition"] |= {"InputDataConfig": [], "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/jobs"}
    report = ParamValidator().validate(given, shape)
    assert [line for line in report.generate_report().splitlines() if "InputDataConfig" not in line] == []


def test_only_a_pipeline_that_searches_may_run_searches(run_program: Any) -> None:
    assert "RunTunings" not in statements(run_program(declare), "pipeline-run")
    found = statements(run_program(lambda: declare(shape=replace(SHAPE, tuning=TUNING))), "pipeline-run")
    assert found["RunTunings"]["Resource"] == f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:hyper-parameter-tuning-job/*"
