"""Everything a processing job's host needs before its process starts: inputs, documents, command, environment.

Source of the documents: the developer guide's page "How Amazon SageMaker Processing Configures Input and Output for
Your Processing Container".
"""

import json
from pathlib import Path
from typing import Any

from slipway.sandbox.sagemaker.containers import images
from slipway.sandbox.sagemaker.containers.credentials import aws_environment
from slipway.sandbox.sagemaker.containers.workspace import PROCESSING_FOLDERS, Workspace
from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.execution_roles import refused_pull
from slipway.sandbox.sagemaker.jobs.channels import bring_channel
from slipway.sandbox.sagemaker.jobs.host import Host
from slipway.sandbox.sagemaker.jobs.training.parameters import hosts_of

_TOLD = (
    "ProcessingJobArn",
    "ProcessingJobName",
    "AppSpecification",
    "Environment",
    "ProcessingInputs",
    "ProcessingOutputConfig",
    "ProcessingResources",
    "NetworkConfig",
    "RoleArn",
    "StoppingCondition",
)


def prepare_host(record: dict[str, Any], name: str, workspace: Workspace, context: Context) -> Host:
    """Fill one host's /opt/ml and return it. Raises S3SourceError and ImageNotRunnableError."""
    application = record["AppSpecification"]
    refusal = refused_pull(context, application["ImageUri"])
    if refusal is not None:
        raise images.ImageNotRunnableError(f"cannot pull {application['ImageUri']}: {refusal}")
    command = images.resolve(
        application["ImageUri"],
        "",
        context.project,
        entrypoint=application.get("ContainerEntrypoint", []),
        arguments=application.get("ContainerArguments", []),
    )
    workspace.prepare(PROCESSING_FOLDERS)
    hosts = processing_hosts(record)
    for file, document in (
        ("processingjobconfig.json", job_document(record)),
        ("resourceconfig.json", {"current_host": name, "hosts": hosts}),
    ):
        (workspace.ml / "config" / file).write_text(json.dumps(document), encoding="utf-8")
    s3 = context.aws.client("s3")
    for each in record.get("ProcessingInputs", []):
        if not each.get("AppManaged"):
            source = each["S3Input"]
            channel = {"ChannelName": each["InputName"], "DataSource": {"S3DataSource": source}}
            bring_channel(s3, channel, local_folder(workspace, source), hosts.index(name), len(hosts))
    for each in record.get("ProcessingOutputConfig", {}).get("Outputs", []):
        if not each.get("AppManaged"):
            local_folder(workspace, each["S3Output"]).mkdir(parents=True, exist_ok=True)
    return Host(
        name=name,
        workspace=workspace,
        command=command,
        environment={**aws_environment(context), **record.get("Environment", {})},
    )


def processing_hosts(record: dict[str, Any]) -> list[str]:
    """Return algo-1, algo-2, ... for every instance."""
    return hosts_of(record["ProcessingResources"]["ClusterConfig"])


def local_folder(workspace: Workspace, place: dict[str, Any]) -> Path:
    """Return the folder on this machine of an S3Input's or S3Output's LocalPath."""
    folder: Path = workspace.ml / place["LocalPath"].removeprefix("/opt/ml/")
    return folder


def job_document(record: dict[str, Any]) -> dict[str, Any]:
    """Return processingjobconfig.json: the request with SageMaker's defaults filled in."""
    document = {name: record[name] for name in _TOLD if name in record}
    document["ProcessingInputs"] = [_input(each) for each in record.get("ProcessingInputs", [])]
    return document


def _input(given: dict[str, Any]) -> dict[str, Any]:
    defaults = {
        "S3DataDistributionType": "FullyReplicated",
        "S3InputMode": "File",
        "S3CompressionType": "None",
        "S3DownloadMode": "StartOfJob",
    }
    return {**given, "S3Input": {**defaults, **given["S3Input"]}}
