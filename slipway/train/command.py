"""What `slipway train` does, from the stack's outputs to a model package."""

from __future__ import annotations

import secrets
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from slipway import artifact as artifacts
from slipway.train import job as jobs
from slipway.train.register import approve, register

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slipway.artifact import Artifact
    from slipway.outputs import Outputs

# a job runs for hours, and its account's limits are shared: a moment's throttling must not end the watch
PATIENT = Config(retries={"mode": "standard", "max_attempts": 10})


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be trained."""

    stack: str
    train: str
    """S3 address of the training data: a prefix or a `.manifest` file."""
    validation: str
    hyperparameters: Mapping[str, str]
    approve: bool
    """Approve the model package at once; otherwise it waits for a person."""


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A model in the registry."""

    job: str
    package_arn: str
    approved: bool
    model_data: str
    model_sha256: str
    metrics: dict[str, float]
    """What the job reported (DescribeTrainingJob), by metric name."""
    manifest: dict[str, object]
    """The manifest inside the artifact."""


def train(
    order: Order, outputs: Outputs, *, on_line: Callable[[str], None], on_status: Callable[[str], None]
) -> Trained:
    """Run a training job to its end, register its model and approve it when asked to."""
    name = f"slipway-{order.stack}-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    request = jobs.request(
        name,
        outputs.training,
        key_arn=outputs.key_arn,
        network=outputs.network,
        train=order.train,
        validation=order.validation,
        hyperparameters=order.hyperparameters,
    )
    jobs.start(boto3.client("sagemaker", region_name=outputs.region, config=PATIENT), request)
    return finish(name, outputs, stack=order.stack, approval=order.approve, on_line=on_line, on_status=on_status)


def finish(
    name: str,
    outputs: Outputs,
    *,
    stack: str,
    approval: bool,
    on_line: Callable[[str], None],
    on_status: Callable[[str], None],
) -> Trained:
    """Follow a training job that exists to its end, register its model and approve it when asked to."""
    on_status(f"training job {name}")
    sagemaker, logs, s3 = (
        boto3.client("sagemaker", region_name=outputs.region, config=PATIENT),
        boto3.client("logs", region_name=outputs.region, config=PATIENT),
        boto3.client("s3", region_name=outputs.region, config=PATIENT),
    )
    data = jobs.data_of(sagemaker, name)
    tail = jobs.LogTail(logs, outputs.training.log_group, name)
    try:
        ended = jobs.follow(sagemaker, tail, name, on_line=on_line, on_status=on_status)
    except BaseException:
        on_status(
            f"the job goes on: `slipway train -s {stack} --job {name}` follows it again and registers its model, "
            f"`aws sagemaker stop-training-job --training-job-name {name}` ends it"
        )
        raise
    model_data = jobs.model_of(ended)
    with tempfile.TemporaryDirectory(prefix="slipway-train-") as folder:
        artifact: Artifact = artifacts.fetch(s3, model_data, Path(folder))
    package = register(
        sagemaker, s3, outputs, artifact, training_job=name, train=data.train, validation=data.validation
    )
    if approval:
        approve(sagemaker, package, "approved with `slipway train --approve`")
    return Trained(
        job=name,
        package_arn=package,
        approved=approval,
        model_data=model_data,
        model_sha256=artifact.sha256,
        metrics=ended.metrics or artifact.metrics(),
        manifest=dict(artifact.manifest),
    )
