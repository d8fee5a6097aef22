"""The API of pipeline executions."""

from collections.abc import Callable
from typing import Any

from slipway.sandbox.sagemaker import crud, kinds
from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.errors import conflict, not_found, validation
from slipway.sandbox.sagemaker.jobs import running
from slipway.sandbox.sagemaker.listing import cut, page
from slipway.sandbox.sagemaker.pipelines.definition import parse_definition
from slipway.sandbox.sagemaker.pipelines.errors import DefinitionError
from slipway.sandbox.sagemaker.pipelines.execution import ExecutionRun
from slipway.sandbox.sagemaker.pipelines.naming import random_word
from slipway.sandbox.sagemaker.pipelines.parameters import ParameterError, bind
from slipway.sandbox.sagemaker.pipelines.record import KIND, PIPELINE, RETRIABLE, RUNNING, set_status, tell
from slipway.sandbox.sagemaker.pipelines.references import as_text

Record = dict[str, Any]
_NOT_SERVED = ("SelectiveExecutionConfig", "PipelineVersionId", "PipelineVersionAlias", "MlflowExperimentName")
_UPDATABLE = ("PipelineExecutionDescription", "PipelineExecutionDisplayName", "ParallelismConfiguration")
_KEPT = ("PipelineExecutionDescription", "ClientRequestToken")


def start(params: Record, context: Context) -> Record:
    """Remember and begin an execution; the same ClientRequestToken means the same execution."""
    refused = [name for name in _NOT_SERVED if name in params]
    if refused:
        raise validation(f"{', '.join(refused)} is not in the sandbox; leave it out")
    pipeline = _pipeline(params, context, "StartPipelineExecution")
    for other in _executions(pipeline, context):
        if other.get("ClientRequestToken") == params["ClientRequestToken"]:
            if other["Asked"] != _asked(params):
                raise conflict("an execution was started with this ClientRequestToken and other parameters")
            return {"PipelineExecutionArn": other["PipelineExecutionArn"]}
    try:
        definition = parse_definition(pipeline["PipelineDefinition"])
        values = bind(definition.parameters, params.get("PipelineParameters", []))
    except (DefinitionError, ParameterError) as error:
        raise validation(str(error)) from error
    now = context.now()
    identity = random_word(12)
    arn = f"{pipeline['PipelineArn']}/execution/{identity}"
    parallelism = params.get("ParallelismConfiguration") or pipeline.get("ParallelismConfiguration")
    record = {
        **{name: params[name] for name in _KEPT if name in params},
        "PipelineExecutionArn": arn,
        "PipelineArn": pipeline["PipelineArn"],
        "PipelineName": pipeline["PipelineName"],
        "PipelineExecutionDisplayName": params.get("PipelineExecutionDisplayName") or f"execution-{round(now * 1000)}",
        "PipelineExecutionStatus": "Executing",
        "PipelineDefinition": pipeline["PipelineDefinition"],
        "PipelineParameters": [{"Name": name, "Value": as_text(value)} for name, value in values.items()],
        "RoleArn": params.get("RoleArn") or pipeline["RoleArn"],
        "CreationTime": now,
        "LastModifiedTime": now,
        "CreatedBy": {},
        "LastModifiedBy": {},
        "Asked": _asked(params),
        "Steps": {},
        **({"ParallelismConfiguration": parallelism} if parallelism else {}),
    }
    context.store.put(context.scope, KIND, arn, record)
    context.store.update(
        context.scope,
        PIPELINE,
        pipeline["PipelineName"],
        lambda current: current.update(LastRunTime=now, LastExecutionTime=now),
    )
    tell(context, record, None)
    running.begin(context, KIND, arn, ExecutionRun(context, record))
    return {"PipelineExecutionArn": arn}


def describe(params: Record, context: Context) -> Record:
    """Return everything about one execution but its steps."""
    return _execution(params, context)


def describe_definition(params: Record, context: Context) -> Record:
    """Return the definition that an execution was started with."""
    record = _execution(params, context)
    return {"PipelineDefinition": record["PipelineDefinition"], "CreationTime": record["CreationTime"]}


def list_executions(params: Record, context: Context) -> Record:
    """One page of a pipeline's executions, the newest first."""
    pipeline = _pipeline(params, context, "ListPipelineExecutions")
    if "PipelineVersionAlias" in params:
        raise validation("PipelineVersionAlias is not in the sandbox; leave it out")
    asked = {name: value for name, value in params.items() if name != "PipelineName"}
    if asked.get("SortBy") == "PipelineExecutionArn":
        asked["SortBy"] = "Name"
    records, token = page(
        _executions(pipeline, context),
        asked,
        name=lambda record: str(record["PipelineExecutionArn"]),
        descending=True,
    )
    summaries = [
        {**record, "StartTime": record["CreationTime"], "PipelineExecutionFailureReason": record.get("FailureReason")}
        for record in records
    ]
    return {"PipelineExecutionSummaries": summaries, "NextToken": token}


def list_steps(params: Record, context: Context) -> Record:
    """One page of the steps that began, the newest first."""
    if "PipelineExecutionArn" not in params:
        raise validation("PipelineExecutionArn is required")
    steps = sorted(_execution(params, context)["Steps"].values(), key=lambda step: step["StartTime"])
    if params.get("SortOrder") != "Ascending":
        steps.reverse()
    records, token = cut(steps, params)
    return {"PipelineExecutionSteps": records, "NextToken": token}


def list_parameters(params: Record, context: Context) -> Record:
    """One page of the parameters' values, defaults included."""
    records, token = cut(_execution(params, context)["PipelineParameters"], params)
    return {"PipelineParameters": records, "NextToken": token}


def update(params: Record, context: Context) -> Record:
    """Change the words about an execution, or how many of its steps may run at once."""
    arn = _execution(params, context)["PipelineExecutionArn"]

    def change(record: Record) -> None:
        record.update({name: params[name] for name in _UPDATABLE if name in params})
        record["LastModifiedTime"] = context.now()

    context.store.update(context.scope, KIND, arn, change)
    return {"PipelineExecutionArn": arn}


def stop(params: Record, context: Context) -> Record:
    """Begin no more steps and stop the jobs of those that run; Stopping at once, Stopped when they are gone."""
    arn = _execution(params, context)["PipelineExecutionArn"]
    set_status(context, arn, "Stopping", prepare=lambda record: _require(record, RUNNING, "be stopped"))
    run = running.find(context, KIND, arn)
    if run is not None:
        run.stop()
    return {"PipelineExecutionArn": arn}


def retry(params: Record, context: Context) -> Record:
    """Run an execution that failed or was stopped again, from the steps that did not succeed."""
    arn = _execution(params, context)["PipelineExecutionArn"]

    def again(current: Record) -> None:
        _require(current, RETRIABLE, "be retried")
        current["Steps"] = {name: step for name, step in current["Steps"].items() if step["StepStatus"] == "Succeeded"}
        current.pop("EndTime", None)
        if "ParallelismConfiguration" in params:
            current["ParallelismConfiguration"] = params["ParallelismConfiguration"]

    record = set_status(context, arn, "Executing", prepare=again)
    running.begin(context, KIND, arn, ExecutionRun(context, record))
    return {"PipelineExecutionArn": arn}


def delete_pipeline(params: Record, context: Context) -> Record:
    """Forget a pipeline and its executions; while one runs it stays."""
    pipeline = _pipeline(params, context, "DeletePipeline")
    executions = _executions(pipeline, context)
    if any(each["PipelineExecutionStatus"] in RUNNING for each in executions):
        raise conflict(f"Pipeline {pipeline['PipelineArn']} has executions that run; stop them first")
    answer = crud.delete(kinds.kind(PIPELINE), params, context)
    for each in executions:
        context.store.delete(context.scope, KIND, each["PipelineExecutionArn"])
    return answer


def _pipeline(params: Record, context: Context, operation: str) -> Record:
    return crud.existing(kinds.kind(PIPELINE), {"PipelineName": params["PipelineName"]}, context, operation)


def _executions(pipeline: Record, context: Context) -> list[Record]:
    records = context.store.all(context.scope, KIND)
    return [record for record in records if record["PipelineArn"] == pipeline["PipelineArn"]]


def _execution(params: Record, context: Context) -> Record:
    arn = params["PipelineExecutionArn"]
    record = context.store.get(context.scope, KIND, arn)
    if record is None:
        raise not_found(f"Pipeline execution '{arn}' does not exist.")
    return record


def _require(record: Record, statuses: frozenset[str], what: str) -> None:
    status = record["PipelineExecutionStatus"]
    if status not in statuses:
        allowed = " or ".join(sorted(statuses))
        raise conflict(f"Pipeline execution {record['PipelineExecutionArn']} is {status}: only {allowed} can {what}")


def _asked(params: Record) -> Record:
    return {name: value for name, value in params.items() if name != "ClientRequestToken"}


OPERATIONS: dict[str, Callable[[Record, Context], Record]] = {
    "StartPipelineExecution": start,
    "DescribePipelineExecution": describe,
    "DescribePipelineDefinitionForExecution": describe_definition,
    "ListPipelineExecutions": list_executions,
    "ListPipelineExecutionSteps": list_steps,
    "ListPipelineParametersForExecution": list_parameters,
    "UpdatePipelineExecution": update,
    "StopPipelineExecution": stop,
    "RetryPipelineExecution": retry,
    "DeletePipeline": delete_pipeline,
}
