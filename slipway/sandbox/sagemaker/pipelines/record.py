"""What the store keeps of an execution: DescribePipelineExecution's shape, its steps beside it; the events it causes.

Source of the events: the developer guide's page "Events that Amazon SageMaker AI sends to Amazon EventBridge".
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from slipway.sandbox.sagemaker.announcements import announce
from slipway.sandbox.sagemaker.context import Context

KIND = "PipelineExecution"
"""Kept by ARN."""
PIPELINE = "Pipeline"
RUNNING = frozenset({"Executing", "Stopping"})
RETRIABLE = frozenset({"Failed", "Stopped"})
STEP_RUNNING = frozenset({"Starting", "Executing", "Stopping"})
STEP_FAILED = "Step failure: One or multiple steps failed."
INTERRUPTED = "InternalServerError: the sandbox was stopped while the execution ran; retry the execution"
REASON_LIMIT = 1024
EXECUTION_EVENT = "SageMaker Model Building Pipeline Execution Status Change"
STEP_EVENT = "SageMaker Model Building Pipeline Execution Step Status Change"


def set_status(
    context: Context,
    arn: str,
    status: str,
    reason: str = "",
    prepare: Callable[[dict[str, Any]], None] | None = None,
) -> dict[str, Any]:
    """Change an execution's status and announce it.

    What `prepare` raises leaves the execution as it is; nothing comes between it and the change.
    """
    before: list[str] = []

    def change(record: dict[str, Any]) -> None:
        if prepare is not None:
            prepare(record)
        before.append(record["PipelineExecutionStatus"])
        record["PipelineExecutionStatus"] = status
        record["LastModifiedTime"] = context.now()
        record.pop("FailureReason", None)
        if reason:
            record["FailureReason"] = reason
        if status not in RUNNING:
            record["EndTime"] = context.now()

    record = context.store.update(context.scope, KIND, arn, change)
    tell(context, record, before[0])
    return record


def set_step(context: Context, arn: str, name: str, **fields: Any) -> dict[str, Any]:
    """Change the record of a step, making it when it is new, and announce its status if that changed."""
    before: list[str | None] = []

    def change(record: dict[str, Any]) -> None:
        step = record["Steps"].setdefault(name, {"StepName": name})
        before.append(step.get("StepStatus"))
        step.update(fields)
        if "FailureReason" in fields:
            step["FailureReason"] = fields["FailureReason"][:REASON_LIMIT]
        record["LastModifiedTime"] = context.now()

    record = context.store.update(context.scope, KIND, arn, change)
    step: dict[str, Any] = record["Steps"][name]
    if step["StepStatus"] != before[0]:
        _tell_step(context, record, step, before[0])
    return step


def interrupt(context: Context, arn: str) -> None:
    """Fail an execution that nobody runs any more, and the steps that it was in."""
    record = context.store.get(context.scope, KIND, arn) or {"Steps": {}}
    for name, step in record["Steps"].items():
        if step["StepStatus"] in STEP_RUNNING:
            set_step(context, arn, name, StepStatus="Failed", EndTime=context.now(), FailureReason=INTERRUPTED)
    set_status(context, arn, "Failed", INTERRUPTED)


def tell(context: Context, record: Mapping[str, Any], previous: str | None) -> None:
    """Announce an execution's status."""
    detail = {
        "pipelineExecutionDisplayName": record.get("PipelineExecutionDisplayName"),
        "currentPipelineExecutionStatus": record["PipelineExecutionStatus"],
        "previousPipelineExecutionStatus": previous,
        "executionStartTime": written_time(record["CreationTime"]),
        "executionEndTime": written_time(record.get("EndTime")),
        "pipelineArn": record["PipelineArn"],
        "pipelineExecutionArn": record["PipelineExecutionArn"],
    }
    announce(context, EXECUTION_EVENT, record["PipelineArn"], detail)


def _tell_step(context: Context, record: Mapping[str, Any], step: Mapping[str, Any], previous: str | None) -> None:
    detail = {
        "metadata": _camel(step.get("Metadata", {})),
        "stepStartTime": written_time(step["StartTime"]),
        "stepEndTime": written_time(step.get("EndTime")),
        "stepName": step["StepName"],
        "stepType": step["StepType"],
        "previousStepStatus": previous,
        "currentStepStatus": step["StepStatus"],
        "cacheHitResult": _camel(step.get("CacheHitResult")),
        "failureReason": step.get("FailureReason"),
        "pipelineArn": record["PipelineArn"],
        "pipelineExecutionArn": record["PipelineExecutionArn"],
    }
    kept = {name: value for name, value in detail.items() if value is not None or name == "previousStepStatus"}
    announce(context, STEP_EVENT, record["PipelineArn"], kept)


def written_time(seconds: float | None) -> str | None:
    """Return a time as these events and `Execution.StartDateTime` write it: 2026-01-31T12:00:00.000Z."""
    if seconds is None:
        return None
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _camel(value: Any) -> Any:
    """Return members as these events spell them: processingJob, arn."""
    if isinstance(value, dict):
        return {name[:1].lower() + name[1:]: _camel(item) for name, item in value.items()}
    return value
