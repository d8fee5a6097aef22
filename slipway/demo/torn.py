"""A model that cannot load: the artifact of a good one, its ONNX file cut in half, registered and approved like any."""

from __future__ import annotations

import io
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import boto3

from slipway import artifact as artifacts
from slipway.demo.check import require
from slipway.train.register import approve, register

if TYPE_CHECKING:
    from slipway.outputs import Outputs
    from slipway.train.command import Trained

MODEL = "model.onnx"
TORN_JOB = "none: an upload that broke off"


def register_torn(trained: Trained, outputs: Outputs) -> str:
    """Store and approve the torn model; return its package's ARN.

    Its digest is that of the torn archive, so nothing but loading it tells that it is broken.
    """
    s3, sagemaker = boto3.client("s3"), boto3.client("sagemaker")
    with tempfile.TemporaryDirectory(prefix="slipway-torn-") as place:
        whole = artifacts.fetch(s3, trained.model_data, Path(place))
        bucket, key = artifacts.split(trained.model_data)
        key = key.replace("/output/", "-torn/output/")
        require(key not in trained.model_data, f"{trained.model_data} is not where training jobs put their models")
        s3.put_object(Bucket=bucket, Key=key, Body=torn(whole.path.read_bytes()))
        artifact = artifacts.fetch(s3, f"s3://{bucket}/{key}", Path(place))
    notes = sagemaker.describe_model_package(ModelPackageName=trained.package_arn)["CustomerMetadataProperties"]
    train, validation = notes["train_data"], notes["validation_data"]
    package = register(sagemaker, s3, outputs, artifact, training_job=TORN_JOB, train=train, validation=validation)
    approve(sagemaker, package, "by somebody who looked at its metrics only")
    return package


def torn(archive: bytes) -> bytes:
    """Return a model archive with the second half of its ONNX file missing."""
    written = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as source,
        tarfile.open(fileobj=written, mode="w:gz") as target,
    ):
        names = []
        for member in source:
            content = source.extractfile(member)
            data = b"" if content is None else content.read()
            names.append(member.name.removeprefix("./"))
            if names[-1] == MODEL:
                data = data[: len(data) // 2]
                member.size = len(data)
            target.addfile(member, io.BytesIO(data))
    require(MODEL in names, f"the artifact has no {MODEL}, only {', '.join(names)}")
    return written.getvalue()
