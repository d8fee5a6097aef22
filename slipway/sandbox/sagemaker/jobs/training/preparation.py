"""Everything a training job's host needs before its process starts: files of /opt/ml, command, environment."""

import json
from typing import Any

from slipway.sandbox.sagemaker.containers import images
from slipway.sandbox.sagemaker.containers.credentials import aws_environment
from slipway.sandbox.sagemaker.containers.images import Command
from slipway.sandbox.sagemaker.containers.submitted_code import bring_code
from slipway.sandbox.sagemaker.containers.workspace import TRAINING_FOLDERS, Workspace
from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.execution_roles import refused_pull
from slipway.sandbox.sagemaker.jobs.channels import bring_channel
from slipway.sandbox.sagemaker.jobs.host import Host
from slipway.sandbox.sagemaker.jobs.training import script_mode
from slipway.sandbox.sagemaker.jobs.training.parameters import hosts_of, input_document, resource_document


def command_of(record: dict[str, Any], context: Context) -> tuple[Command, script_mode.Script | None]:
    """Return what a job runs, and its script if it is in script mode. Raises ImageNotRunnableError.

    An explicit entrypoint wins, then the project's Dockerfile, then script mode, which stands for AWS's own images.
    """
    algorithm = record["AlgorithmSpecification"]
    image = algorithm.get("TrainingImage")
    if image is None:
        raise images.ImageNotRunnableError(
            f"the algorithm {algorithm.get('AlgorithmName')} is not an image: the sandbox runs TrainingImage only"
        )
    refusal = refused_pull(context, image)
    if refusal is not None:
        raise images.ImageNotRunnableError(f"cannot pull {image}: {refusal}")
    entrypoint = algorithm.get("ContainerEntrypoint", [])
    words = algorithm.get("ContainerArguments", [])
    script = script_mode.script_of(record.get("HyperParameters", {}), record.get("Environment", {}))
    if script is not None and not entrypoint and not words and not images.image_is_of_project(image, context.project):
        return script_mode.command(script), script
    return images.resolve(image, "train", context.project, entrypoint=entrypoint, arguments=words), None


def prepare_host(record: dict[str, Any], name: str, workspace: Workspace, context: Context) -> Host:
    """Fill one host's /opt/ml and return it. Raises S3SourceError, UnsafeArchiveError, ImageNotRunnableError."""
    command, script = command_of(record, context)
    workspace.prepare(TRAINING_FOLDERS)
    channels = record.get("InputDataConfig", [])
    hyperparameters = record.get("HyperParameters", {})
    resources = resource_document(record["ResourceConfig"], name)
    inputs = input_document(channels, record["AlgorithmSpecification"]["TrainingInputMode"])
    for file, document in (
        ("hyperparameters.json", hyperparameters),
        ("resourceconfig.json", resources),
        ("inputdataconfig.json", inputs),
    ):
        (workspace.ml / "input/config" / file).write_text(json.dumps(document), encoding="utf-8")
    hosts = hosts_of(record["ResourceConfig"])
    s3 = context.aws.client("s3")
    for channel in channels:
        folder = workspace.ml / "input/data" / channel["ChannelName"]
        bring_channel(s3, channel, folder, hosts.index(name), len(hosts))
    environment = {
        **aws_environment(context),
        "TRAINING_JOB_NAME": record["TrainingJobName"],
        "TRAINING_JOB_ARN": record["TrainingJobArn"],
    }
    notes: tuple[str, ...] = ()
    if script is not None:
        environment |= script_mode.environment(script, resources, inputs, hyperparameters)
        notes = bring_code(s3, script.submit_directory, workspace.ml / "code", workspace.scratch)
    return Host(
        name=name,
        workspace=workspace,
        command=command,
        environment={**environment, **record.get("Environment", {})},
        notes=notes,
    )
