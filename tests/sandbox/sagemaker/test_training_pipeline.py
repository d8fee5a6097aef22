"""The project's own training code in a pipeline: process, train, evaluate, and register the model or refuse it."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from infra import packaging
from infra.components.training.definition import Known, Shape, pipeline_definition
from infra.components.training.tuning import Range, Tuning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).parents[3]
ROLE = "arn:aws:iam::123456789012:role/worker"
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/slipway-test/{}:1"

SPLIT = """
import os, pathlib
import pyarrow.compute as pc, pyarrow.parquet as pq
root = pathlib.Path(os.environ.get("SLIPWAY_ML_ROOT", "/opt/ml")) / "processing"
flights = pq.read_table(root / "raw/flights.parquet")
late = pc.greater(flights["month"], 4)
for name, rows in (("train", flights.filter(pc.invert(late))), ("validation", flights.filter(late))):
    pq.write_table(rows, root / name / "flights.parquet")
"""
EVALUATE = """
set -e
cd "${SLIPWAY_ML_ROOT:-/opt/ml}/processing"
mkdir unpacked && tar -xzf model/model.tar.gz -C unpacked
python -m training evaluate --model unpacked --train train --data validation=validation > evaluation/evaluation.json
"""


@pytest.fixture
def trained_world(tmp_path: Path, world_of: Callable[[Path], Any]) -> Iterator[Any]:
    """Start a sandbox over a project whose training image is this project's own."""
    world = world_of(tmp_path)
    shutil.rmtree(world.project / "training")
    shutil.copytree(PROJECT / "training", world.project / "training")
    world.up()
    world.client("s3").create_bucket(Bucket=world.bucket)
    yield world
    world.down()
    assert world.processes() == []


def test_a_model_that_is_good_enough_is_registered_and_another_is_refused(trained_world: Any) -> None:
    world = trained_world
    world.put("raw/flights.parquet", flights())
    world.put("code/split.py", SPLIT)
    world.put("code/evaluate.sh", EVALUATE)
    definition = json.dumps(pipeline())
    world.sagemaker.create_pipeline(
        PipelineName="flights", PipelineDefinition=definition, RoleArn=ROLE, ClientRequestToken="c" * 32
    )

    good = run(world, least="0.6")
    assert good["PipelineExecutionStatus"] == "Succeeded", steps(world, good)
    done = steps(world, good)
    assert list(done) == ["split", "train", "evaluate", "good-enough", "register"]
    package = world.sagemaker.describe_model_package(
        ModelPackageName=done["register"]["Metadata"]["RegisterModel"]["Arn"]
    )
    (container,) = package["InferenceSpecification"]["Containers"]
    job = world.sagemaker.list_training_jobs()["TrainingJobSummaries"][0]["TrainingJobName"]
    trained = world.sagemaker.describe_training_job(TrainingJobName=job)
    assert container["ModelDataUrl"] == trained["ModelArtifacts"]["S3ModelArtifacts"]
    assert "manifest.json" in world.members(container["ModelDataUrl"])
    assert package["ModelPackageVersion"] == 1

    strict = run(world, least="0.999")
    assert strict["PipelineExecutionStatus"] == "Failed"
    done = steps(world, strict)
    assert list(done) == ["split", "train", "evaluate", "good-enough", "refuse"]
    for name in ("split", "train", "evaluate"):
        assert done[name]["CacheHitResult"] == {"SourcePipelineExecutionArn": good["PipelineExecutionArn"]}
    assert done["refuse"]["FailureReason"].startswith("the AUC is 0.")
    assert len(world.sagemaker.list_training_jobs()["TrainingJobSummaries"]) == 1


def test_the_stacks_own_pipeline_registers_what_a_release_needs(trained_world: Any, tmp_path: Path) -> None:
    world = trained_world
    package = packaging.build(PROJECT / "training", tmp_path / "packages")
    world.put(package.key, Path(package.archive).read_bytes())
    for month in ("01", "02"):
        world.put(f"flights/2013/{month}/flights.parquet", flights())
    shape = Shape(
        training_image=IMAGE.format("training"),
        serving_image=IMAGE.format("serving"),
        model_package_group_name="flights",
        instance_type="ml.m5.large",
        instance_count=1,
        volume_size_gib=5,
        max_runtime_seconds=300,
        max_wait_seconds=600,
        processing_instance_type="ml.m5.large",
        data_prefix="flights/",
        score_path="sets.validation.model.auc",
        least_score=0.6,
    )
    known: Known = {
        "curated": "lake",
        "artifacts": "lake",
        "key_arn": world.client("kms").create_key()["KeyMetadata"]["Arn"],
        "role_arn": ROLE,
        "training_code_uri": f"s3://lake/{package.key}",
        "serving_code_uri": "s3://lake/code/serving/0.tar.gz",
    }
    definition = pipeline_definition(shape, known)
    world.sagemaker.create_pipeline(
        PipelineName="flights", PipelineDefinition=definition, RoleArn=ROLE, ClientRequestToken="c" * 32
    )

    good = run(world, LeastScore="0.6")
    assert good["PipelineExecutionStatus"] == "Succeeded", steps(world, good)
    done = steps(world, good)
    assert list(done) == ["split", "train", "evaluate", "good-enough", "register"]
    registered = world.sagemaker.describe_model_package(
        ModelPackageName=done["register"]["Metadata"]["RegisterModel"]["Arn"]
    )
    (container,) = registered["InferenceSpecification"]["Containers"]
    bucket, _, key = container["ModelDataUrl"].removeprefix("s3://").partition("/")
    artifact = world.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    assert registered["CustomerMetadataProperties"]["model_sha256"] == hashlib.sha256(artifact).hexdigest()
    assert registered["ModelApprovalStatus"] == "PendingManualApproval"
    job = world.sagemaker.describe_training_job(
        TrainingJobName=world.sagemaker.list_training_jobs()["TrainingJobSummaries"][0]["TrainingJobName"]
    )
    assert job["EnableManagedSpotTraining"] is True

    strict = run(world, LeastScore="0.999")
    assert strict["PipelineExecutionStatus"] == "Failed"
    assert steps(world, strict)["refuse"]["FailureReason"].startswith("sets.validation.model.auc is 0.")


def test_the_stacks_own_pipeline_registers_the_best_of_several_models(trained_world: Any, tmp_path: Path) -> None:
    world = trained_world
    package = packaging.build(PROJECT / "training", tmp_path / "packages")
    world.put(package.key, Path(package.archive).read_bytes())
    for month in ("01", "02"):
        world.put(f"flights/2013/{month}/flights.parquet", flights())
    shape = Shape(
        training_image=IMAGE.format("training"),
        serving_image=IMAGE.format("serving"),
        model_package_group_name="flights",
        instance_type="ml.m5.large",
        instance_count=1,
        volume_size_gib=5,
        max_runtime_seconds=300,
        max_wait_seconds=None,
        processing_instance_type="ml.m5.large",
        data_prefix="flights/",
        score_path="sets.validation.model.auc",
        least_score=0.5,
        tuning=Tuning(
            max_jobs=3,
            max_parallel_jobs=2,
            strategy="Bayesian",
            objective="validation:auc",
            maximize=True,
            ranges={
                "num_iterations": Range(minimum=5, maximum=30, whole=True, scale="Linear"),
                "learning_rate": Range(minimum=0.01, maximum=0.3, whole=False, scale="Logarithmic"),
            },
        ),
    )
    known: Known = {
        "curated": "lake",
        "artifacts": "lake",
        "key_arn": world.client("kms").create_key()["KeyMetadata"]["Arn"],
        "role_arn": ROLE,
        "training_code_uri": f"s3://lake/{package.key}",
        "serving_code_uri": "s3://lake/code/serving/0.tar.gz",
    }
    definition = pipeline_definition(shape, known)
    world.sagemaker.create_pipeline(
        PipelineName="flights", PipelineDefinition=definition, RoleArn=ROLE, ClientRequestToken="c" * 32
    )
    done = run(world)
    assert done["PipelineExecutionStatus"] == "Succeeded", steps(world, done)
    found = steps(world, done)
    assert list(found) == ["split", "tune", "evaluate", "good-enough", "register"]
    (listed,) = world.sagemaker.list_hyper_parameter_tuning_jobs()["HyperParameterTuningJobSummaries"]
    tuned = world.sagemaker.describe_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=listed["HyperParameterTuningJobName"]
    )
    assert tuned["TrainingJobStatusCounters"]["Completed"] == 3
    best = tuned["BestTrainingJob"]
    assert set(best["TunedHyperParameters"]) == {"num_iterations", "learning_rate"}
    jobs = [
        world.sagemaker.describe_training_job(TrainingJobName=one["TrainingJobName"])
        for one in world.sagemaker.list_training_jobs()["TrainingJobSummaries"]
    ]
    scores = {
        job["TrainingJobName"]: {one["MetricName"]: one["Value"] for one in job["FinalMetricDataList"]}[
            "validation:auc"
        ]
        for job in jobs
    }
    assert len(scores) == 3
    assert best["TrainingJobName"] == max(scores, key=lambda name: scores[name])
    registered = world.sagemaker.describe_model_package(
        ModelPackageName=found["register"]["Metadata"]["RegisterModel"]["Arn"]
    )
    (container,) = registered["InferenceSpecification"]["Containers"]
    assert container["ModelDataUrl"] == f"s3://lake/models/{best['TrainingJobName']}/output/model.tar.gz"


def flights() -> bytes:
    """Return made-up flights as Parquet, late ones being predictable to a degree."""
    random, rows = np.random.default_rng(7), 3000

    def whole(low: int, high: int) -> pa.Array:
        return pa.array(random.integers(low, high, rows), pa.int32())

    hour, rain = random.integers(5, 23, rows), random.exponential(0.1, rows)
    columns = {
        "month": whole(1, 7),
        "weekday": whole(1, 8),
        "dep_hour": pa.array(hour, pa.int32()),
        "dep_minute": whole(0, 60),
        "sched_arr_minute_of_day": whole(0, 1440),
        "carrier": pa.array(random.choice(["AA", "B6", "UA"], rows)),
        "origin": pa.array(random.choice(["EWR", "JFK"], rows)),
        "dest": pa.array(random.choice(["ATL", "BOS", "LAX"], rows)),
        "distance": whole(90, 3000),
        **{name: pa.array(random.normal(50, 15, rows)) for name in ("temp", "dewp", "humid", "wind_dir")},
        **{name: pa.array(random.exponential(9, rows)) for name in ("wind_speed", "pressure", "visib")},
        "precip": pa.array(rain),
        "plane_year": whole(1980, 2013),
        "plane_seats": whole(20, 400),
        "arr_delay": pa.array(((hour - 14) * 3 + 60 * rain + random.normal(0, 12, rows)).round(), pa.int32()),
    }
    target = io.BytesIO()
    pq.write_table(pa.table(columns), target)
    return target.getvalue()


def pipeline() -> dict[str, Any]:
    """Return the definition."""
    cache = {"CacheConfig": {"Enabled": True, "ExpireAfter": "P1D"}}
    split = processing(
        ["python", "/opt/ml/processing/code/split.py"],
        inputs={"code": "s3://lake/code/", "raw": "s3://lake/raw/"},
        outputs={"train": "s3://lake/split/train", "validation": "s3://lake/split/validation"},
    )
    parts = {
        name: {"Get": f"Steps.split.ProcessingOutputConfig.Outputs['{name}'].S3Output.S3Uri"}
        for name in ("train", "validation")
    }
    model = {"Get": "Steps.train.ModelArtifacts.S3ModelArtifacts"}
    evaluate = processing(
        ["/bin/sh", "/opt/ml/processing/code/evaluate.sh"],
        inputs={"code": "s3://lake/code/", "model": model, **parts},
        outputs={"evaluation": "s3://lake/evaluation"},
    )
    auc = {
        "Std:JsonGet": {
            "PropertyFile": {"Get": "Steps.evaluate.PropertyFiles.evaluation"},
            "Path": "sets.validation.model.auc",
        }
    }
    register = {
        "ModelPackageGroupName": "flights",
        "ModelApprovalStatus": "PendingManualApproval",
        "InferenceSpecification": {
            "Containers": [{"Image": IMAGE.format("serving"), "ModelDataUrl": model}],
            "SupportedContentTypes": ["application/json"],
            "SupportedResponseMIMETypes": ["application/json"],
        },
    }
    return {
        "Version": "2020-12-01",
        "Parameters": [{"Name": "least", "Type": "Float", "DefaultValue": 0.5}],
        "Steps": [
            {"Name": "split", "Type": "Processing", "Arguments": split, **cache},
            {"Name": "train", "Type": "Training", "Arguments": training(parts), **cache},
            {
                "Name": "evaluate",
                "Type": "Processing",
                "Arguments": evaluate,
                "PropertyFiles": [
                    {
                        "PropertyFileName": "evaluation",
                        "OutputName": "evaluation",
                        "FilePath": "evaluation.json",
                    }
                ],
                **cache,
            },
            {
                "Name": "good-enough",
                "Type": "Condition",
                "Arguments": {
                    "Conditions": [
                        {"Type": "GreaterThan", "LeftValue": auc, "RightValue": {"Get": "Parameters.least"}}
                    ],
                    "IfSteps": [{"Name": "register", "Type": "RegisterModel", "Arguments": register}],
                    "ElseSteps": [
                        {
                            "Name": "refuse",
                            "Type": "Fail",
                            "Arguments": {"ErrorMessage": {"Std:Join": {"On": " ", "Values": ["the AUC is", auc]}}},
                        }
                    ],
                },
            },
        ],
    }


def processing(entrypoint: list[str], *, inputs: dict[str, Any], outputs: dict[str, str]) -> dict[str, Any]:
    """Return the arguments of a processing job of the training image."""

    def place(name: str) -> dict[str, str]:
        return {"LocalPath": f"/opt/ml/processing/{name}"}

    return {
        "RoleArn": ROLE,
        "AppSpecification": {"ImageUri": IMAGE.format("training"), "ContainerEntrypoint": entrypoint},
        "ProcessingInputs": [
            {
                "InputName": name,
                "S3Input": {"S3Uri": uri, "S3DataType": "S3Prefix", "S3InputMode": "File", **place(name)},
            }
            for name, uri in inputs.items()
        ],
        "ProcessingOutputConfig": {
            "Outputs": [
                {"OutputName": name, "S3Output": {"S3Uri": uri, "S3UploadMode": "EndOfJob", **place(name)}}
                for name, uri in outputs.items()
            ]
        },
        "ProcessingResources": {
            "ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5}
        },
    }


def training(parts: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a training job of the training image."""
    return {
        "RoleArn": ROLE,
        "AlgorithmSpecification": {"TrainingImage": IMAGE.format("training"), "TrainingInputMode": "File"},
        "HyperParameters": {"num_iterations": "20", "min_data_in_leaf": "20"},
        "InputDataConfig": [
            {"ChannelName": name, "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}}}
            for name, uri in parts.items()
        ],
        "OutputDataConfig": {"S3OutputPath": "s3://lake/models"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
        "StoppingCondition": {"MaxRuntimeInSeconds": 300},
    }


def run(world: Any, **parameters: str) -> dict[str, Any]:
    """Start an execution and wait for its end."""
    arn = world.sagemaker.start_pipeline_execution(
        PipelineName="flights",
        PipelineParameters=[{"Name": name, "Value": value} for name, value in parameters.items()],
    )["PipelineExecutionArn"]

    def look() -> dict[str, Any] | None:
        described: dict[str, Any] = world.sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
        return described if described["PipelineExecutionStatus"] not in {"Executing", "Stopping"} else None

    found: dict[str, Any] = world.until(look, f"the end of {arn}", 120)
    return found


def steps(world: Any, execution: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return an execution's steps by name, in the order in which they began."""
    found = world.sagemaker.list_pipeline_execution_steps(
        PipelineExecutionArn=execution["PipelineExecutionArn"], SortOrder="Ascending"
    )
    return {each["StepName"]: each for each in found["PipelineExecutionSteps"]}
