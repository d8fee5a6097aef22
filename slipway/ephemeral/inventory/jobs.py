"""What runs and what ran: jobs, executions of pipelines, and their log streams in groups that all stacks share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from slipway.ephemeral.inventory.kind import Kind, Thing, pages, tags_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.ephemeral.account import Account
    from slipway.ephemeral.inventory.owner import Owner

RUNNING = frozenset({"InProgress", "Stopping", "Executing", "Deleting"})


@dataclass(frozen=True, kw_only=True)
class _Jobs:
    """One kind of job; SageMaker names its operations and members after it."""

    kind: str
    noun: str
    items: str
    what: str
    group: str
    """Log group that all of an account's jobs of this kind write to."""
    deletable: bool = True

    def made(self) -> Kind:
        """Return the kind."""
        covers = (f"sagemaker:{self.noun.replace('_', '-')}/",)
        return Kind(name=self.kind, order=12, find=self.find, delete=self._delete, before=True, covers=covers)

    def find(self, account: Account, owner: Owner) -> Iterator[Thing]:
        """Find the stack's jobs: by tag, by pipeline, or by the name that `slipway train` gave them."""
        of_pipelines = set(_step_jobs(account, owner, self.what))
        for item in pages(account, "sagemaker", f"list_{self.noun}s", self.items):
            name, state = str(item[f"{self.what}Name"]), str(item[f"{self.what}Status"])
            tags = tags_of(account, "sagemaker", "list_tags", "Tags", ResourceArn=item[f"{self.what}Arn"])
            if item[f"{self.what}Arn"] not in of_pipelines and not owner.owns(name, tags):
                continue
            words, running = self.noun.replace("_", "-"), state in RUNNING
            recorded = not running and not self.deletable
            verb = "stop" if running else "delete"
            yield Thing(
                kind=self.kind,
                name=name,
                command=f"aws sagemaker {verb}-{words} --{words}-name {name}",
                busy=state if running else "",
                kept="ended; SageMaker has no call to delete the record" if recorded else "",
            )

    def _delete(self, account: Account, thing: Thing) -> None:
        verb = "stop" if thing.busy else "delete"
        if thing.busy not in {"Stopping", "Deleting"}:
            getattr(account.client("sagemaker"), f"{verb}_{self.noun}")(**{f"{self.what}Name": thing.name})


_JOBS = (
    _Jobs(
        kind="training jobs",
        noun="training_job",
        items="TrainingJobSummaries",
        what="TrainingJob",
        group="/aws/sagemaker/TrainingJobs",
    ),
    _Jobs(
        kind="processing jobs",
        noun="processing_job",
        items="ProcessingJobSummaries",
        what="ProcessingJob",
        group="/aws/sagemaker/ProcessingJobs",
    ),
    _Jobs(
        kind="transform jobs",
        noun="transform_job",
        items="TransformJobSummaries",
        what="TransformJob",
        group="/aws/sagemaker/TransformJobs",
        deletable=False,
    ),
)
SHARED_GROUPS = tuple(jobs.group for jobs in _JOBS)


def _streams(account: Account, owner: Owner) -> Iterator[Thing]:
    """Find the streams of the stack's jobs, those of jobs that are deleted already by their names."""
    for jobs in _JOBS:
        names = {thing.name for thing in jobs.find(account, owner)}
        for name in own_streams(account, owner, jobs.group, names):
            flags = f"--log-group-name {jobs.group} --log-stream-name {name}"
            yield Thing(
                kind="log streams of jobs", name=name, inside=jobs.group, command=f"aws logs delete-log-stream {flags}"
            )


def own_streams(account: Account, owner: Owner, group: str, jobs: set[str]) -> list[str]:
    """Return the streams of a shared group that begin with a job of the stack; none where there is no group."""
    found: set[str] = set()
    for prefix in {*(f"{job}/" for job in jobs), f"{owner.names.base}-"}:
        try:
            for item in pages(
                account, "logs", "describe_log_streams", "logStreams", logGroupName=group, logStreamNamePrefix=prefix
            ):
                job = item["logStreamName"].partition("/")[0]
                if job in jobs or owner.owns(job):
                    found.add(item["logStreamName"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            return []
    return sorted(found)


def _delete_stream(account: Account, thing: Thing) -> None:
    account.client("logs").delete_log_stream(logGroupName=thing.inside, logStreamName=thing.name)


def _step_jobs(account: Account, owner: Owner, what: str) -> Iterator[str]:
    """Yield the ARNs of what the stack's pipelines ever started or made, of one kind (`TrainingJob`, `Model`).

    ARNs, for SageMaker writes the names in them in lower case.
    """
    for pipeline in own_pipelines(account, owner):
        for execution in _all_executions(account, pipeline):
            arn = execution["PipelineExecutionArn"]
            for step in pages(
                account,
                "sagemaker",
                "list_pipeline_execution_steps",
                "PipelineExecutionSteps",
                PipelineExecutionArn=arn,
            ):
                started = step.get("Metadata", {}).get(what, {}).get("Arn", "")
                if started:
                    yield started


def _models(account: Account, owner: Owner) -> Iterator[Thing]:
    """Find the models that steps of the stack's pipelines made: they bear neither tags nor the stack's name."""
    started = set(_step_jobs(account, owner, "Model"))
    for item in pages(account, "sagemaker", "list_models", "Models") if started else ():
        if item["ModelArn"] in started:
            name = item["ModelName"]
            yield Thing(
                kind="models of pipelines", name=name, command=f"aws sagemaker delete-model --model-name {name}"
            )


def _delete_model(account: Account, thing: Thing) -> None:
    account.client("sagemaker").delete_model(ModelName=thing.name)


def _all_executions(account: Account, pipeline: str) -> Iterator[Any]:
    return pages(account, "sagemaker", "list_pipeline_executions", "PipelineExecutionSummaries", PipelineName=pipeline)


def _executions(account: Account, owner: Owner) -> Iterator[Thing]:
    """Find executions that run; ended ones go with their pipeline."""
    for pipeline in own_pipelines(account, owner):
        for item in _all_executions(account, pipeline):
            state = item["PipelineExecutionStatus"]
            if state in RUNNING:
                arn = item["PipelineExecutionArn"]
                command = f"aws sagemaker stop-pipeline-execution --pipeline-execution-arn {arn}"
                yield Thing(kind="pipeline executions", name=arn, inside=pipeline, command=command, busy=state)


def _stop_execution(account: Account, thing: Thing) -> None:
    if thing.busy != "Stopping":
        account.client("sagemaker").stop_pipeline_execution(PipelineExecutionArn=thing.name)


def own_pipelines(account: Account, owner: Owner) -> Iterator[str]:
    """Yield the names of the stack's pipelines."""
    for item in pages(account, "sagemaker", "list_pipelines", "PipelineSummaries"):
        tags = tags_of(account, "sagemaker", "list_tags", "Tags", ResourceArn=item["PipelineArn"])
        if owner.owns(item["PipelineName"], tags):
            yield item["PipelineName"]


def _pipelines(account: Account, owner: Owner) -> Iterator[Thing]:
    for name in own_pipelines(account, owner):
        command = f"aws sagemaker delete-pipeline --pipeline-name {name}"
        yield Thing(kind="pipelines", name=name, command=command)


def _delete_pipeline(account: Account, thing: Thing) -> None:
    account.client("sagemaker").delete_pipeline(PipelineName=thing.name)


KINDS = (
    Kind(name="pipeline executions", order=8, find=_executions, delete=_stop_execution, before=True),
    Kind(name="log streams of jobs", order=11, find=_streams, delete=_delete_stream, before=True),
    *(jobs.made() for jobs in _JOBS),
    Kind(name="models of pipelines", order=13, find=_models, delete=_delete_model, before=True),
    Kind(name="pipelines", order=20, find=_pipelines, delete=_delete_pipeline, covers=("sagemaker:pipeline/",)),
)
