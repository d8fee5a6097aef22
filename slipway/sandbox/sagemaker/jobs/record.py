"""What the store keeps of a training job: DescribeTrainingJob's own shape, and how it changes."""

from typing import Any

from slipway.sandbox.sagemaker.announcements import announce, milliseconds
from slipway.sandbox.sagemaker.containers.s3_objects import join_uri
from slipway.sandbox.sagemaker.context import Context

KIND = "TrainingJob"
TERMINAL = frozenset({"Completed", "Failed", "Stopped"})
REASON_LIMIT = 1024
_UNTOLD = frozenset({"Environment", "Tags"})
"""Not in the event: the environment may hold what only the job should see; tags have a form of their own there."""

_MESSAGES = {
    "Starting": "Starting the training job",
    "Downloading": "Downloading input data",
    "Training": "Training image download completed. Training in progress.",
    "Uploading": "Uploading generated training model",
    "Stopping": "Stopping the training job",
    "Stopped": "Training job stopped",
    "Completed": "Training job completed",
    "Failed": "Training job failed",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
}


def new_record(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Return the record of a job that was just created."""
    now = context.now()
    name = params["TrainingJobName"]
    record = {
        **params,
        "TrainingJobArn": context.scope.arn(f"training-job/{name.lower()}"),
        "TrainingJobStatus": "InProgress",
        "SecondaryStatus": "Starting",
        "CreationTime": now,
        "LastModifiedTime": now,
        "SecondaryStatusTransitions": [],
        "EnableNetworkIsolation": params.get("EnableNetworkIsolation", False),
        "EnableInterContainerTrafficEncryption": params.get("EnableInterContainerTrafficEncryption", False),
        "EnableManagedSpotTraining": params.get("EnableManagedSpotTraining", False),
    }
    advance(record, "Starting", now)
    return record


def advance(record: dict[str, Any], secondary: str, now: float, *, status: str | None = None, reason: str = "") -> None:
    """Enter a secondary status: the transition before it ends now."""
    transitions: list[dict[str, Any]] = record["SecondaryStatusTransitions"]
    if transitions and "EndTime" not in transitions[-1]:
        transitions[-1]["EndTime"] = now
    entry = {"Status": secondary, "StartTime": now, "StatusMessage": _MESSAGES.get(secondary, secondary)}
    record["SecondaryStatus"] = secondary
    record["LastModifiedTime"] = now
    if status is not None:
        record["TrainingJobStatus"] = status
    if record["TrainingJobStatus"] in TERMINAL:
        entry["EndTime"] = now
        _close(record, now)
    if reason:
        record["FailureReason"] = reason[:REASON_LIMIT]
    transitions.append(entry)


def _close(record: dict[str, Any], now: float) -> None:
    """Set what DescribeTrainingJob says of a job that ended; one that never started bills nothing."""
    record["TrainingEndTime"] = now
    start = record.get("TrainingStartTime")
    if start is not None:
        record["TrainingTimeInSeconds"] = record["BillableTimeInSeconds"] = max(1, round(now - start))


def artifact_uri(record: dict[str, Any]) -> str:
    """Return where the model goes: <S3OutputPath>/<job>/output/model.tar.gz, or .../model/ when uncompressed."""
    output = record["OutputDataConfig"]
    last = "model/" if output.get("CompressionType") == "NONE" else "model.tar.gz"
    return join_uri(output["S3OutputPath"], record["TrainingJobName"], "output", last)


def described(record: dict[str, Any]) -> dict[str, Any]:
    """Return DescribeTrainingJob's answer: no tags, and nothing empty (strict clients refuse empty structures).

    Where the model goes is told from the start, whether or not it gets there: botocore's model requires it.
    """
    artifacts = {"ModelArtifacts": {"S3ModelArtifacts": artifact_uri(record)}}
    kept = artifacts | {name: value for name, value in record.items() if name != "Tags"}
    return {name: value for name, value in kept.items() if value not in ({}, [], None)}


def tell(context: Context, record: dict[str, Any]) -> None:
    """Announce the job's state on EventBridge."""
    detail = milliseconds({name: value for name, value in record.items() if name not in _UNTOLD})
    detail["Tags"] = {tag["Key"]: tag["Value"] for tag in record.get("Tags", [])}
    announce(context, "SageMaker Training Job State Change", record["TrainingJobArn"], detail)
