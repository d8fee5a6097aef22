"""The pipeline's definition: split, train, evaluate, and register the model or refuse it.

SageMaker's schema 2020-12-01 (pipeline definition JSON schema). The same text runs in the sandbox.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, NotRequired, TypedDict

from infra.components.training.permissions import CHECKPOINTS_PREFIX, MODELS_PREFIX, PIPELINES_PREFIX
from infra.components.training.processing import Json, ProcessingJob, processing, vpc_config
from infra.components.training.tuning import STEP, Tuning, best_model, tuning_arguments
from infra.instance_types import has_local_storage

if TYPE_CHECKING:
    from collections.abc import Mapping

_START = (
    "mkdir -p /opt/ml/code && tar -xzf /opt/ml/input/data/code/*.tar.gz -C /opt/ml/code"
    " && exec python -m training train"
)
_TYPES = ["application/json", "text/csv", "application/x-npy"]
_REPORT = "evaluation"


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What decides how the pipeline's jobs run and what a good model is."""

    training_image: str
    """URI of the image of every job."""
    serving_image: str
    """URI of the image that a registered model is served with."""
    model_package_group_name: str
    """Group that good models are registered in."""
    instance_type: str
    """Instance type of the training job."""
    instance_count: int
    """Its instances."""
    volume_size_gib: int
    """Disk of each."""
    max_runtime_seconds: int
    """When a job is stopped."""
    max_wait_seconds: int | None
    """How long a spot job may take, waiting included; None trains on demand."""
    processing_instance_type: str
    """Instance type of the two processing jobs."""
    data_prefix: str
    """Prefix in the curated bucket that is learnt from; the newest file below it judges."""
    score_path: str
    """Where the score is in the evaluation, as a path of dots."""
    least_score: float
    """Score that a model must have to be registered."""
    tuning: Tuning | None = None
    """A search for hyperparameters in place of the one training job. Left out: the training code's defaults."""


class Known(TypedDict):
    """What other resources say to a pipeline."""

    curated: str
    artifacts: str
    key_arn: str
    role_arn: str
    """Role of the jobs."""
    training_code_uri: str
    serving_code_uri: str
    subnet_ids: NotRequired[list[str]]
    """Subnets that jobs join; left out, they are in no network of ours."""
    security_group_ids: NotRequired[list[str]]


def pipeline_definition(shape: Shape, known: Known) -> str:
    """Return the definition as JSON text."""
    parts: dict[str, Json] = {
        name: {"Get": f"Steps.split.ProcessingOutputConfig.Outputs['{name}'].S3Output.S3Uri"}
        for name in ("train", "validation")
    }
    train: Json = {"Name": "train", "Type": "Training", "Arguments": _training(shape, known, parts)}
    model: Json = {"Get": "Steps.train.ModelArtifacts.S3ModelArtifacts"}
    if shape.tuning is not None:
        arguments = tuning_arguments(shape.tuning, _training(shape, known, parts), shape.training_image)
        train = {"Name": STEP, "Type": "Tuning", "Arguments": arguments}
        model = best_model(_models(known))
    data: Json = {"Get": "Parameters.Data"}
    split = _processing(shape, known, "split", inputs={"input": data}, outputs=("train", "validation"))
    judge = _processing(shape, known, "judge", inputs={"model": model, **parts}, outputs=(_REPORT,))
    score = _reported(shape.score_path)
    refusal = {"Std:Join": {"On": " ", "Values": [f"{shape.score_path} is", score]}}
    return json.dumps(
        {
            "Version": "2020-12-01",
            "Parameters": [
                {"Name": "Data", "Type": "String", "DefaultValue": f"s3://{known['curated']}/{shape.data_prefix}"},
                {"Name": "LeastScore", "Type": "Float", "DefaultValue": shape.least_score},
            ],
            "Steps": [
                {"Name": "split", "Type": "Processing", "Arguments": split},
                train,
                {
                    "Name": "evaluate",
                    "Type": "Processing",
                    "Arguments": judge,
                    "PropertyFiles": [
                        {"PropertyFileName": _REPORT, "OutputName": _REPORT, "FilePath": f"{_REPORT}.json"}
                    ],
                },
                {
                    "Name": "good-enough",
                    "Type": "Condition",
                    "Arguments": {
                        "Conditions": [
                            {
                                "Type": "GreaterThanOrEqualTo",
                                "LeftValue": score,
                                "RightValue": {"Get": "Parameters.LeastScore"},
                            }
                        ],
                        "IfSteps": [
                            {"Name": "register", "Type": "RegisterModel", "Arguments": _register(shape, known, model)}
                        ],
                        "ElseSteps": [
                            {
                                "Name": "refuse",
                                "Type": "Fail",
                                "Arguments": {"ErrorMessage": refusal},
                            }
                        ],
                    },
                },
            ],
        }
    )


def _reported(path: str) -> Json:
    return {"Std:JsonGet": {"PropertyFile": {"Get": f"Steps.evaluate.PropertyFiles.{_REPORT}"}, "Path": path}}


def _place(known: Known, name: str) -> Json:
    """Return a folder of the artifacts bucket that this execution alone writes to."""
    start = f"s3://{known['artifacts']}/{PIPELINES_PREFIX.rstrip('/')}"
    return {"Std:Join": {"On": "/", "Values": [start, {"Get": "Execution.PipelineExecutionId"}, name]}}


def _processing(shape: Shape, known: Known, verb: str, *, inputs: Mapping[str, Json], outputs: tuple[str, ...]) -> Json:
    job = ProcessingJob(
        image=shape.training_image,
        package="training",
        words=(verb,),
        instance_type=shape.processing_instance_type,
        max_runtime_seconds=shape.max_runtime_seconds,
    )
    return processing(
        job,
        role_arn=known["role_arn"],
        key_arn=known["key_arn"],
        inputs={"code": known["training_code_uri"], **inputs},
        outputs={name: _place(known, name) for name in outputs},
        vpc=vpc_config(known),
    )


def _models(known: Known) -> str:
    return f"s3://{known['artifacts']}/{MODELS_PREFIX.rstrip('/')}"


def _training(shape: Shape, known: Known, parts: Mapping[str, Json]) -> Json:
    channels: dict[str, object] = {**parts, "code": known["training_code_uri"]}
    resources: Json = {
        "InstanceType": shape.instance_type,
        "InstanceCount": shape.instance_count,
        "VolumeSizeInGB": shape.volume_size_gib,
    }
    if not has_local_storage(shape.instance_type):
        resources["VolumeKmsKeyId"] = known["key_arn"]
    job: Json = {
        "RoleArn": known["role_arn"],
        "AlgorithmSpecification": {
            "TrainingImage": shape.training_image,
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["/bin/sh", "-c"],
            "ContainerArguments": [_START],
        },
        "InputDataConfig": [
            {
                "ChannelName": name,
                "DataSource": {
                    "S3DataSource": {
                        "S3DataType": "S3Prefix",
                        "S3Uri": uri,
                        "S3DataDistributionType": "FullyReplicated",
                    }
                },
            }
            for name, uri in channels.items()
        ],
        "OutputDataConfig": {
            "S3OutputPath": _models(known),
            "KmsKeyId": known["key_arn"],
        },
        "ResourceConfig": resources,
        "EnableNetworkIsolation": True,
        "StoppingCondition": {"MaxRuntimeInSeconds": shape.max_runtime_seconds},
    }
    vpc = vpc_config(known)
    if vpc is not None:
        job["VpcConfig"] = vpc
        # Instances of one job tell each other gradients, which are data.
        job["EnableInterContainerTrafficEncryption"] = shape.instance_count > 1
    if shape.max_wait_seconds is not None:
        start = f"s3://{known['artifacts']}/{CHECKPOINTS_PREFIX.rstrip('/')}"
        place: Json = {"Std:Join": {"On": "/", "Values": [start, {"Get": "Execution.PipelineExecutionId"}]}}
        job["EnableManagedSpotTraining"] = True
        job["CheckpointConfig"] = {"S3Uri": place}
        job["StoppingCondition"] = {
            "MaxRuntimeInSeconds": shape.max_runtime_seconds,
            "MaxWaitTimeInSeconds": shape.max_wait_seconds,
        }
    return job


def _register(shape: Shape, known: Known, model: Json) -> Json:
    """Return the registration: what `slipway release` needs of a package is in its customer metadata."""
    return {
        "ModelPackageGroupName": shape.model_package_group_name,
        "ModelApprovalStatus": "PendingManualApproval",
        "InferenceSpecification": {
            "Containers": [{"Image": shape.serving_image, "ModelDataUrl": model}],
            "SupportedContentTypes": _TYPES,
            "SupportedResponseMIMETypes": _TYPES,
        },
        "CustomerMetadataProperties": {
            "model_sha256": _reported("model_sha256"),
            "serving_code": known["serving_code_uri"],
            "training_code": known["training_code_uri"],
        },
    }
