"""What a pipeline, its jobs and its schedule may do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypedDict

from infra.components.security.statements import (
    bucket_arn,
    document,
    list_bucket,
    log_group_arn,
    pull_image,
    put_metrics,
    read_objects,
    repository_arn,
    write_logs,
    write_objects,
)
from infra.components.training.permissions import CHECKPOINTS_PREFIX, MODELS_PREFIX, PIPELINES_PREFIX
from infra.naming import PROCESSING_LOG_GROUP, TRAINING_LOG_GROUP, partition

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from infra.components.security.statements import Statement

_JOBS = "pipelines-*"
"""How SageMaker names the jobs of pipelines: pipelines-EXECUTION-STEP-SUFFIX."""


class PipelinePlace(TypedDict):
    """What is known about a pipeline's surroundings before anything exists."""

    account_id: str
    region: str
    pipeline_name: str
    repository_name: str
    model_package_group_name: str
    tunes: bool


def pipeline_arn(account_id: str, region: str, pipeline_name: str) -> str:
    """Return the ARN of a pipeline; it is made from its name in lower case."""
    return _arn({"account_id": account_id, "region": region}, f"pipeline/{pipeline_name.lower()}")


def jobs_policy(place: PipelinePlace, buckets: Mapping[str, str]) -> str:
    """Return the policy document of the jobs' role; `buckets` holds the names of `curated` and `artifacts`."""
    region, account_id = place["region"], place["account_id"]
    curated, artifacts = bucket_arn(region, buckets["curated"]), bucket_arn(region, buckets["artifacts"])
    training, processing = (
        log_group_arn(account_id, region, group) for group in (TRAINING_LOG_GROUP, PROCESSING_LOG_GROUP)
    )
    return document(
        [
            list_bucket("ListCurated", curated),
            read_objects("ReadCurated", curated, ""),
            list_bucket("ListArtifacts", artifacts),
            read_objects("ReadCode", artifacts, "code/training/"),
            read_objects("ReadSteps", artifacts, PIPELINES_PREFIX),
            write_objects("WriteSteps", artifacts, PIPELINES_PREFIX),
            read_objects("ReadModels", artifacts, MODELS_PREFIX),
            write_objects("WriteModels", artifacts, MODELS_PREFIX),
            read_objects("ReadCheckpoints", artifacts, CHECKPOINTS_PREFIX),
            write_objects("WriteCheckpoints", artifacts, CHECKPOINTS_PREFIX),
            {**write_logs(training), "Sid": "WriteTrainingLogs"},
            {**write_logs(processing), "Sid": "WriteProcessingLogs"},
            put_metrics(TRAINING_LOG_GROUP),
            *pull_image(repository_arn(account_id, region, place["repository_name"])),
        ]
    )


def pipeline_policy(place: PipelinePlace, known: Mapping[str, str]) -> str:
    """Return the policy document of the pipeline's role: its own jobs, its own group, and no other role to pass.

    `known` holds `jobs_role_arn` and the name of the bucket `artifacts`.
    """
    artifacts = bucket_arn(place["region"], known["artifacts"])
    group = place["model_package_group_name"]
    return document(
        [
            run_jobs(place["account_id"], place["region"], ("Training", "Processing")),
            tag_jobs(
                place["account_id"],
                place["region"],
                ("Training", "Processing"),
                _arn(place, f"model-package/{group}/*"),
            ),
            {
                "Sid": "RegisterModels",
                "Effect": "Allow",
                "Action": ["sagemaker:CreateModelPackage", "sagemaker:DescribeModelPackage"],
                "Resource": [_arn(place, f"model-package-group/{group}"), _arn(place, f"model-package/{group}/*")],
            },
            *([run_tunings(place["account_id"], place["region"])] if place["tunes"] else []),
            pass_jobs_role(known["jobs_role_arn"]),
            # The condition looks into the evaluation with this role.
            read_objects("ReadEvaluation", artifacts, PIPELINES_PREFIX),
            read_objects("ReadModels", artifacts, MODELS_PREFIX),
        ]
    )


def run_jobs(account_id: str, region: str, kinds: Sequence[str]) -> Statement:
    """Let a pipeline run jobs of some kinds, Training or Processing, under the names that SageMaker gives them."""
    place = {"account_id": account_id, "region": region}
    return {
        "Sid": "RunJobs",
        "Effect": "Allow",
        "Action": [f"sagemaker:{verb}{kind}Job" for kind in kinds for verb in ("Create", "Describe", "Stop")],
        "Resource": [_arn(place, f"{kind.lower()}-job/{_JOBS}") for kind in kinds],
    }


def run_tunings(account_id: str, region: str) -> Statement:
    """Let a pipeline run tuning jobs of this account: their names hold 32 characters and begin with an execution's id.

    SageMaker itself makes their training jobs.
    """
    place = {"account_id": account_id, "region": region}
    actions = [f"sagemaker:{verb}HyperParameterTuningJob" for verb in ("Create", "Describe", "Stop")]
    resource = _arn(place, "hyper-parameter-tuning-job/*")
    return {"Sid": "RunTunings", "Effect": "Allow", "Action": [*actions, "sagemaker:AddTags"], "Resource": resource}


def tag_jobs(account_id: str, region: str, kinds: Sequence[str], *more: str) -> Statement:
    """Let a pipeline tag the jobs that it makes, and more by ARN."""
    place = {"account_id": account_id, "region": region}
    jobs = [_arn(place, f"{kind.lower()}-job/{_JOBS}") for kind in kinds]
    return {
        "Sid": "TagWhatItMakes",
        "Effect": "Allow",
        "Action": ["sagemaker:AddTags"],
        "Resource": [*jobs, *more],
    }


def pass_jobs_role(jobs_role_arn: str) -> Statement:
    """Let a pipeline hand its jobs' role to SageMaker."""
    return {
        "Sid": "PassJobsRole",
        "Effect": "Allow",
        "Action": ["iam:PassRole"],
        "Resource": jobs_role_arn,
        "Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
    }


def assume_by_events(account_id: str) -> Statement:
    """Let EventBridge take a role, for rules of this account only."""
    return {
        "Sid": "AssumeByEvents",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": ["sts:AssumeRole"],
        "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
    }


def ringing_pattern(alarm_arns: Sequence[str]) -> str:
    """Return the event pattern of these alarms beginning to ring."""
    return json.dumps(
        {
            "source": ["aws.cloudwatch"],
            "detail-type": ["CloudWatch Alarm State Change"],
            "resources": sorted(alarm_arns),
            "detail": {"state": {"value": ["ALARM"]}},
        }
    )


def start_pipeline(pipeline_arn: str) -> Statement:
    """Let somebody start one pipeline."""
    actions = ["sagemaker:StartPipelineExecution"]
    return {"Sid": "StartPipeline", "Effect": "Allow", "Action": actions, "Resource": pipeline_arn}


def _arn(place: Mapping[str, str] | PipelinePlace, resource: str) -> str:
    region = place["region"]
    return f"arn:{partition(region)}:sagemaker:{region}:{place['account_id']}:{resource}"
