"""The pipeline's definition: split, train, evaluate, and register the model or refuse it.

SageMaker's schema 2020-12-01 (pipeline definition JSON schema). The same text runs in the sandbox.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.components.training.permissions import CHECKPOINTS_PREFIX, MODELS_PREFIX, PIPELINES_PREFIX
from infra.instance_types import has_local_storage

if TYPE_CHECKING:
    from collections.abc import Mapping

Json = dict[str, object]

_ROOT = "/opt/ml/processing"
_UNPACK = "mkdir -p /opt/ml/code && tar -xzf {folder}/*.tar.gz -C /opt/ml/code && exec python -m training {verb}"
_TYPES = ["application/json", "text/csv", "application/x-npy"]
_REPORT = "evaluation"
_PROCESSING_VOLUME_GIB = 30


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


def pipeline_definition(shape: Shape, known: Mapping[str, str]) -> str:
    """Return the definition as JSON text.

    `known` holds what other resources say: `curated`, `artifacts` (bucket names), `key_arn`, `role_arn` (of the jobs),
    `training_code_uri` and `serving_code_uri`.
    """
    parts: dict[str, Json] = {
        name: {"Get": f"Steps.split.ProcessingOutputConfig.Outputs['{name}'].S3Output.S3Uri"}
        for name in ("train", "validation")
    }
    model: Json = {"Get": "Steps.train.ModelArtifacts.S3ModelArtifacts"}
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
                {"Name": "train", "Type": "Training", "Arguments": _training(shape, known, parts)},
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


def _place(known: Mapping[str, str], name: str) -> Json:
    """Return a folder of the artifacts bucket that this execution alone writes to."""
    start = f"s3://{known['artifacts']}/{PIPELINES_PREFIX.rstrip('/')}"
    return {"Std:Join": {"On": "/", "Values": [start, {"Get": "Execution.PipelineExecutionId"}, name]}}


def _processing(
    shape: Shape, known: Mapping[str, str], verb: str, *, inputs: Mapping[str, Json], outputs: tuple[str, ...]
) -> Json:
    sources: dict[str, object] = {"code": known["training_code_uri"], **inputs}
    cluster: Json = {
        "InstanceType": shape.processing_instance_type,
        "InstanceCount": 1,
        "VolumeSizeInGB": _PROCESSING_VOLUME_GIB,
    }
    if not has_local_storage(shape.processing_instance_type):
        cluster["VolumeKmsKeyId"] = known["key_arn"]
    return {
        "RoleArn": known["role_arn"],
        "AppSpecification": {
            "ImageUri": shape.training_image,
            "ContainerEntrypoint": ["/bin/sh", "-c"],
            "ContainerArguments": [_UNPACK.format(folder=f"{_ROOT}/code", verb=verb)],
        },
        "NetworkConfig": {"EnableNetworkIsolation": True},
        "ProcessingInputs": [
            {
                "InputName": name,
                "S3Input": {
                    "S3Uri": uri,
                    "S3DataType": "S3Prefix",
                    "S3InputMode": "File",
                    "LocalPath": f"{_ROOT}/{name}",
                },
            }
            for name, uri in sources.items()
        ],
        "ProcessingOutputConfig": {
            "KmsKeyId": known["key_arn"],
            "Outputs": [
                {
                    "OutputName": name,
                    "S3Output": {
                        "S3Uri": _place(known, name),
                        "S3UploadMode": "EndOfJob",
                        "LocalPath": f"{_ROOT}/{name}",
                    },
                }
                for name in outputs
            ],
        },
        "ProcessingResources": {"ClusterConfig": cluster},
        "StoppingCondition": {"MaxRuntimeInSeconds": shape.max_runtime_seconds},
    }


def _training(shape: Shape, known: Mapping[str, str], parts: Mapping[str, Json]) -> Json:
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
            "ContainerArguments": [_UNPACK.format(folder="/opt/ml/input/data/code", verb="train")],
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
            "S3OutputPath": f"s3://{known['artifacts']}/{MODELS_PREFIX.rstrip('/')}",
            "KmsKeyId": known["key_arn"],
        },
        "ResourceConfig": resources,
        "EnableNetworkIsolation": True,
        "StoppingCondition": {"MaxRuntimeInSeconds": shape.max_runtime_seconds},
    }
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


def _register(shape: Shape, known: Mapping[str, str], model: Json) -> Json:
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
