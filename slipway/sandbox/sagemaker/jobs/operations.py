"""The API of training jobs."""

from collections.abc import Callable
from typing import Any

from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.errors import in_use, not_found, validation
from slipway.sandbox.sagemaker.execution_roles import require_role
from slipway.sandbox.sagemaker.jobs import running
from slipway.sandbox.sagemaker.jobs.metrics import compile_definitions
from slipway.sandbox.sagemaker.jobs.parameters import hosts_of
from slipway.sandbox.sagemaker.jobs.record import KIND, TERMINAL, advance, described, new_record, tell

MAX_HOSTS = 4
"""Instances of one job that this machine plays at once."""
CHANNEL_LIMIT = 20


def create_training_job(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Validate, remember and start a job."""
    _validate(params)
    name = params["TrainingJobName"]
    record = new_record(params, context)
    require_role(context, params["RoleArn"], record["TrainingJobArn"])
    if not context.store.create(context.scope, KIND, name, record):
        raise in_use(f"Training job names must be unique within an AWS account and region, got {name!r} again")
    tell(context, record)
    running.begin(context, record)
    return {"TrainingJobArn": record["TrainingJobArn"]}


def describe_training_job(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Return everything about one job."""
    return described(_existing(params, context))


def stop_training_job(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Ask a running job to end; it becomes Stopping at once and Stopped when its process is gone."""
    name = params["TrainingJobName"]
    status = _existing(params, context)["TrainingJobStatus"]
    if status in TERMINAL:
        raise validation(f"The request was rejected because the training job is in status {status}; it ended already")

    def change(record: dict[str, Any]) -> None:
        if record["TrainingJobStatus"] == "InProgress":
            advance(record, "Stopping", context.now(), status="Stopping")

    tell(context, context.store.update(context.scope, KIND, name, change))
    run = running.find(context, name)
    if run is not None:
        run.stop()
    return {}


def delete_training_job(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Forget a job that ended; its name is free again, its artefacts stay in S3."""
    record = _existing(params, context)
    if record["TrainingJobStatus"] not in TERMINAL:
        raise in_use(
            f"Training job {params['TrainingJobName']} is {record['TrainingJobStatus']}; stop it before deleting it"
        )
    context.store.delete(context.scope, KIND, params["TrainingJobName"])
    return {}


def _existing(params: dict[str, Any], context: Context) -> dict[str, Any]:
    record = context.store.get(context.scope, KIND, params["TrainingJobName"])
    if record is None:
        raise not_found()
    return record


def _validate(params: dict[str, Any]) -> None:
    """Refuse what SageMaker refuses at once, and what the sandbox cannot do; botocore's model was checked before."""
    algorithm = params.get("AlgorithmSpecification")
    if algorithm is None or "OutputDataConfig" not in params or "ResourceConfig" not in params:
        raise validation(
            "AlgorithmSpecification, OutputDataConfig and ResourceConfig are required to run a training job"
        )
    if ("TrainingImage" in algorithm) == ("AlgorithmName" in algorithm):
        raise validation("Either AlgorithmName or TrainingImage must be specified in AlgorithmSpecification, not both")
    if algorithm["TrainingInputMode"] == "Pipe":
        raise validation("TrainingInputMode Pipe is not in the sandbox; use File or FastFile")
    if not params["OutputDataConfig"]["S3OutputPath"].startswith("s3://"):
        raise validation(f"S3OutputPath must start with s3://, got {params['OutputDataConfig']['S3OutputPath']!r}")
    channels = [channel["ChannelName"] for channel in params.get("InputDataConfig", [])]
    twice = sorted({name for name in channels if channels.count(name) > 1})
    if twice:
        raise validation(f"Channel names must be unique, got {', '.join(twice)} more than once")
    if len(channels) > CHANNEL_LIMIT:
        raise validation(f"InputDataConfig takes at most {CHANNEL_LIMIT} channels, got {len(channels)}")
    hosts = len(hosts_of(params["ResourceConfig"]))
    if hosts > MAX_HOSTS:
        raise validation(
            f"the sandbox plays at most {MAX_HOSTS} instances of a training job, got InstanceCount {hosts}"
        )
    _validate_stopping(params.get("StoppingCondition", {}))
    try:
        compile_definitions(algorithm.get("MetricDefinitions", []))
    except ValueError as error:
        raise validation(str(error)) from error


def _validate_stopping(condition: dict[str, int]) -> None:
    runtime, wait = condition.get("MaxRuntimeInSeconds"), condition.get("MaxWaitTimeInSeconds")
    if runtime is not None and wait is not None and wait < runtime:
        raise validation(f"MaxWaitTimeInSeconds ({wait}) must not be less than MaxRuntimeInSeconds ({runtime})")


OPERATIONS: dict[str, Callable[[dict[str, Any], Context], dict[str, Any]]] = {
    "CreateTrainingJob": create_training_job,
    "DescribeTrainingJob": describe_training_job,
    "StopTrainingJob": stop_training_job,
    "DeleteTrainingJob": delete_training_job,
}
