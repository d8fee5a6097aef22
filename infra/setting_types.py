"""The types of single settings, each with its bounds, and what every section of a stack file is."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from infra.instance_types import refusal

# CloudWatch accepts these retention periods and no other (PutRetentionPolicy, retentionInDays).
LogRetentionDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]  # fmt: skip


def _training_type(value: str) -> str:
    if (reason := refusal(value, "training")) is not None:
        raise ValueError(reason)
    return value


def _processing_type(value: str) -> str:
    if (reason := refusal(value, "processing")) is not None:
        raise ValueError(reason)
    return value


def _hosting_type(value: str) -> str:
    if (reason := refusal(value, "hosting")) is not None:
        raise ValueError(reason)
    return value


TrainingInstanceType = Annotated[str, AfterValidator(_training_type)]
ProcessingInstanceType = Annotated[str, AfterValidator(_processing_type)]
HostingInstanceType = Annotated[str, AfterValidator(_hosting_type)]
AccountId = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
Days = Annotated[int, Field(ge=1, le=3650)]
Tag = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$")]
TagValue = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_ .:/=+@-]{1,256}$")]
S3Uri = Annotated[str, StringConstraints(pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/\S+$", max_length=1024)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Arn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:\S+$", max_length=2048)]
AlarmArn = Annotated[
    str,
    StringConstraints(pattern=r"^arn:aws[a-z-]*:cloudwatch:[a-z0-9-]+:[0-9]{12}:alarm:\S+$", max_length=2048),
]
ModelPackageArn = Annotated[
    str,
    StringConstraints(pattern=r"^arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:[0-9]{12}:model-package/\S+$", max_length=2048),
]
Accelerator = Annotated[str, StringConstraints(pattern=r"^ml\.[a-z0-9-]+(\.[a-z0-9-]+)?$")]
EnvironmentName = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$", max_length=1024)]
EnvironmentValue = Annotated[str, StringConstraints(max_length=1024)]
ContainerEnvironment = Annotated[dict[EnvironmentName, EnvironmentValue], Field(max_length=100)]
InstanceCount = Annotated[int, Field(ge=1, le=1000)]
ServingKind = Literal["realtime", "serverless", "async"]
# Enum ProductionVariantInferenceAmiVersion of botocore 1.44.5; `infra/instance_types.py` says which fits what.
InferenceAmiVersion = Literal[
    "al2-ami-sagemaker-inference-gpu-2",
    "al2-ami-sagemaker-inference-gpu-2-1",
    "al2-ami-sagemaker-inference-gpu-3-1",
    "al2023-ami-sagemaker-inference-gpu-4-1",
    "al2-ami-sagemaker-inference-neuron-2",
]
Percentage = Annotated[int, Field(ge=0, le=100)]
StartupTimeoutSeconds = Annotated[int, Field(ge=60, le=3600)]


class Section(BaseModel):
    """A section of a stack file: nothing can be added to it or changed in it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
