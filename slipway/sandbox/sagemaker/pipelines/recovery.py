"""Executions that a kill of the sandbox interrupted get an end."""

from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.jobs import running
from slipway.sandbox.sagemaker.pipelines.record import KIND, RUNNING, interrupt


def fail_interrupted(context: Context) -> None:
    """Fail what the store calls running and nobody runs."""
    for record in context.store.all(context.scope, KIND):
        arn = record["PipelineExecutionArn"]
        if record["PipelineExecutionStatus"] in RUNNING and running.find(context, KIND, arn) is None:
            interrupt(context, arn)
