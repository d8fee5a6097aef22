"""What CreateTrainingJob refuses."""

from typing import Any

from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.errors import validation
from slipway.sandbox.sagemaker.jobs.host import MAX_HOSTS
from slipway.sandbox.sagemaker.jobs.training.metrics import compile_definitions
from slipway.sandbox.sagemaker.jobs.training.parameters import hosts_of

CHANNEL_LIMIT = 20


def validate(params: dict[str, Any], _: Context) -> None:
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
