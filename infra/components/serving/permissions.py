"""What SageMaker may do on behalf of an endpoint's containers; they themselves have no network."""

from __future__ import annotations

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
    watch_alarms,
    write_logs,
    write_objects,
)
from infra.naming import endpoint_log_group

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CAPTURES_PREFIX = "endpoints/"
"""Where endpoints put captured requests and answers in the captures bucket."""

REQUESTS_PREFIX = "async/requests/"
"""Where clients put what asynchronous endpoints read, in the captures bucket."""
ANSWERS_PREFIX = "async/answers/"
"""Where asynchronous endpoints put their answers there."""
FAILURES_PREFIX = "async/failures/"
"""Where they put what went wrong."""

METRICS_NAMESPACE = "/aws/sagemaker/Endpoints"
"""CloudWatch namespace of the instances behind endpoints; the name is AWS's."""


class ServingPlace(TypedDict):
    """What is known about an endpoint's surroundings before anything exists."""

    account_id: str
    region: str
    endpoint_name: str
    repository_name: str


def serving_policy(place: ServingPlace, buckets: Mapping[str, str]) -> str:
    """Return the policy document of a serving role: read models and code, write captures, logs and metrics.

    `buckets` holds the names of the buckets `artifacts` and `captures`.
    """
    region = place["region"]
    artifacts, captures = bucket_arn(region, buckets["artifacts"]), bucket_arn(region, buckets["captures"])
    log_group = endpoint_log_group(place["endpoint_name"])
    return document(
        [
            list_bucket("ListArtifacts", artifacts),
            read_objects("ReadModels", artifacts, "models/"),
            read_objects("ReadCode", artifacts, "code/serving/"),
            list_bucket("ListCaptures", captures),
            write_objects("WriteCaptures", captures, CAPTURES_PREFIX),
            write_logs(log_group_arn(place["account_id"], region, log_group)),
            put_metrics(METRICS_NAMESPACE),
            *pull_image(repository_arn(place["account_id"], region, place["repository_name"])),
        ]
    )


def asynchronous_policy(region: str, captures_bucket: str) -> str:
    """Return the policy document that lets an asynchronous endpoint read requests and write answers."""
    captures = bucket_arn(region, captures_bucket)
    return document(
        [
            read_objects("ReadRequests", captures, REQUESTS_PREFIX),
            write_objects("WriteAnswers", captures, ANSWERS_PREFIX),
            write_objects("WriteFailures", captures, FAILURES_PREFIX),
        ]
    )


def notify_policy(topic_arn: str) -> str:
    """Return the policy document that lets an asynchronous endpoint tell a topic of its answers."""
    return document([{"Sid": "Notify", "Effect": "Allow", "Action": ["sns:Publish"], "Resource": topic_arn}])


def rollback_policy(alarm_arns: Sequence[str]) -> str:
    """Return the policy document that lets SageMaker take a rollout back; alarms have no ARN before they exist."""
    return document([watch_alarms(alarm_arns)])
