"""What the store keeps of a training job: DescribeTrainingJob's own shape, and how it changes."""

from collections.abc import Mapping
from typing import Any

from slipway.sandbox.sagemaker.containers.s3_objects import join_uri
from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.jobs.kind import REASON_LIMIT, TERMINAL, JobKind
from slipway.sandbox.sagemaker.jobs.outcome import Outcome

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


class TrainingKind(JobKind):
    """Training jobs, whose status has a secondary one with a history beside it."""

    def new_record(self, params: Mapping[str, Any], context: Context) -> dict[str, Any]:
        """Return the record of a job that was just created."""
        record = {
            **super().new_record(params, context),
            "SecondaryStatusTransitions": [],
            "EnableNetworkIsolation": params.get("EnableNetworkIsolation", False),
            "EnableInterContainerTrafficEncryption": params.get("EnableInterContainerTrafficEncryption", False),
            "EnableManagedSpotTraining": params.get("EnableManagedSpotTraining", False),
        }
        advance(record, "Starting", record["CreationTime"])
        return record

    def mark_stopping(self, record: dict[str, Any], now: float) -> None:
        """Enter the status between a stop request and the end."""
        advance(record, "Stopping", now, status="Stopping")

    def mark_ended(self, record: dict[str, Any], outcome: Outcome, now: float) -> None:
        """Enter the last status."""
        advance(record, outcome.secondary, now, status=outcome.status, reason=outcome.reason)

    def described(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Return DescribeTrainingJob's answer.

        Where the model goes is told from the start, whether or not it gets there: botocore's model requires it.
        """
        return {"ModelArtifacts": {"S3ModelArtifacts": artifact_uri(record)}} | super().described(record)


TRAINING = TrainingKind("TrainingJob")


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


def artifact_uri(record: Mapping[str, Any]) -> str:
    """Return where the model goes: <S3OutputPath>/<job>/output/model.tar.gz, or .../model/ when uncompressed."""
    output = record["OutputDataConfig"]
    last = "model/" if output.get("CompressionType") == "NONE" else "model.tar.gz"
    return join_uri(output["S3OutputPath"], record["TrainingJobName"], "output", last)
