"""A processing step of a pipeline: pure, in SageMaker's own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.instance_types import has_local_storage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Json = dict[str, object]

ROOT = "/opt/ml/processing"
"""Where SageMaker puts a processing job's inputs and looks for its outputs."""

_UNPACK = f"mkdir -p /opt/ml/code && tar -xzf {ROOT}/code/*.tar.gz -C /opt/ml/code && exec python -m"
_VOLUME_GIB = 30


@dataclass(frozen=True, kw_only=True)
class ProcessingJob:
    """What a step's job runs as; `code`, an input of every job, is unpacked and its package started."""

    image: str
    """URI of the image."""
    package: str
    """Root folder that `python -m` starts."""
    words: Sequence[str]
    """What it is told, a verb first; 256 characters each at most."""
    instance_type: str
    """Instance type of the one instance."""
    max_runtime_seconds: int
    """When it is stopped."""
    isolated: bool = True
    """Whether the container has no network at all: SageMaker itself brings its inputs and takes its outputs."""


def vpc_config(known: Mapping[str, object]) -> Json | None:
    """Return the VpcConfig of a job, out of `subnet_ids` and `security_group_ids`; None where they are left out."""
    if "subnet_ids" not in known:
        return None
    return {"Subnets": known["subnet_ids"], "SecurityGroupIds": known["security_group_ids"]}


def processing(
    job: ProcessingJob,
    *,
    role_arn: str,
    key_arn: str,
    inputs: Mapping[str, object],
    outputs: Mapping[str, object],
    vpc: Json | None,
) -> Json:
    """Return the arguments of the step; inputs and outputs are S3 URIs by name, or what a pipeline makes them of."""
    cluster: Json = {"InstanceType": job.instance_type, "InstanceCount": 1, "VolumeSizeInGB": _VOLUME_GIB}
    if not has_local_storage(job.instance_type):
        cluster["VolumeKmsKeyId"] = key_arn
    network: Json = {"EnableNetworkIsolation": job.isolated}
    if vpc is not None:
        network["VpcConfig"] = vpc
    return {
        "RoleArn": role_arn,
        "AppSpecification": {
            "ImageUri": job.image,
            "ContainerEntrypoint": ["/bin/sh", "-c"],
            # "$@" is what follows the name that the shell calls itself by.
            "ContainerArguments": [f'{_UNPACK} {job.package} "$@"', job.package, *job.words],
        },
        "NetworkConfig": network,
        "ProcessingInputs": [
            {
                "InputName": name,
                "S3Input": {
                    "S3Uri": uri,
                    "S3DataType": "S3Prefix",
                    "S3InputMode": "File",
                    "LocalPath": f"{ROOT}/{name}",
                },
            }
            for name, uri in inputs.items()
        ],
        "ProcessingOutputConfig": {
            "KmsKeyId": key_arn,
            "Outputs": [
                {
                    "OutputName": name,
                    "S3Output": {"S3Uri": uri, "S3UploadMode": "EndOfJob", "LocalPath": f"{ROOT}/{name}"},
                }
                for name, uri in outputs.items()
            ],
        },
        "ProcessingResources": {"ClusterConfig": cluster},
        "StoppingCondition": {"MaxRuntimeInSeconds": job.max_runtime_seconds},
    }
