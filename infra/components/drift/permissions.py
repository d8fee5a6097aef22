"""What looks for drift may do: the job, the pipeline that runs it, and the schedule that starts that."""

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
from infra.components.serving.permissions import CAPTURES_PREFIX
from infra.components.training.permissions import MODELS_PREFIX
from infra.components.training.pipeline_permissions import pass_jobs_role, run_jobs, tag_jobs
from infra.naming import PROCESSING_LOG_GROUP

if TYPE_CHECKING:
    from collections.abc import Mapping

REPORTS_PREFIX = "drift/"
"""Where reports are put in the artifacts bucket, one folder an execution."""

METRICS_NAMESPACE = "Slipway/Drift"
"""CloudWatch namespace of what the job publishes."""


class DriftPlace(TypedDict):
    """What is known about the job's surroundings before anything exists."""

    account_id: str
    region: str
    endpoint_name: str
    repository_name: str


def drift_jobs_policy(place: DriftPlace, buckets: Mapping[str, str]) -> str:
    """Return the policy document of the job: read one endpoint's captures, models and code, write reports and metrics.

    `buckets` holds the names of `artifacts` and `captures`.
    """
    account_id, region = place["account_id"], place["region"]
    artifacts, captures = bucket_arn(region, buckets["artifacts"]), bucket_arn(region, buckets["captures"])
    return document(
        [
            list_bucket("ListCaptures", captures),
            read_objects("ReadCaptures", captures, f"{CAPTURES_PREFIX}{place['endpoint_name']}/"),
            list_bucket("ListArtifacts", artifacts),
            read_objects("ReadModels", artifacts, MODELS_PREFIX),
            read_objects("ReadCode", artifacts, "code/monitoring/"),
            write_objects("WriteReports", artifacts, REPORTS_PREFIX),
            write_logs(log_group_arn(account_id, region, PROCESSING_LOG_GROUP)),
            put_metrics(METRICS_NAMESPACE),
            *pull_image(repository_arn(account_id, region, place["repository_name"])),
        ]
    )


def drift_run_policy(place: DriftPlace, jobs_role_arn: str) -> str:
    """Return the policy document of the pipeline's role: run its job, and hand it the job's role."""
    account_id, region = place["account_id"], place["region"]
    return document(
        [
            run_jobs(account_id, region, ("Processing",)),
            tag_jobs(account_id, region, ("Processing",)),
            pass_jobs_role(jobs_role_arn),
        ]
    )


def failed_pattern(pipeline_arn: str) -> str:
    """Return the event pattern of an execution of the pipeline that failed.

    docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
    """
    return json.dumps(
        {
            "source": ["aws.sagemaker"],
            "detail-type": ["SageMaker Model Building Pipeline Execution Status Change"],
            "detail": {"pipelineArn": [pipeline_arn], "currentPipelineExecutionStatus": ["Failed"]},
        }
    )
