"""What a training job may do."""

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
    write_logs,
    write_objects,
)
from infra.naming import TRAINING_LOG_GROUP

if TYPE_CHECKING:
    from collections.abc import Mapping

MODELS_PREFIX = "models/"
"""Where training jobs put model artifacts in the artifacts bucket."""
CHECKPOINTS_PREFIX = "checkpoints/"
"""Where spot jobs keep what they go on from there."""
PIPELINES_PREFIX = "pipelines/"
"""What passes from step to step of a pipeline there."""


class TrainingPlace(TypedDict):
    """What is known about a training job's surroundings before anything exists."""

    account_id: str
    region: str
    repository_name: str


def training_policy(place: TrainingPlace, buckets: Mapping[str, str]) -> str:
    """Return the policy document of a training role: read data, datasets and code, write models, logs and metrics.

    `buckets` holds the names of the buckets `curated` and `artifacts`. The raw bucket is not among them.
    """
    region = place["region"]
    curated, artifacts = bucket_arn(region, buckets["curated"]), bucket_arn(region, buckets["artifacts"])
    return document(
        [
            list_bucket("ListCurated", curated),
            read_objects("ReadCurated", curated, ""),
            list_bucket("ListArtifacts", artifacts),
            read_objects("ReadDatasets", artifacts, "datasets/"),
            read_objects("ReadCode", artifacts, "code/training/"),
            write_objects("WriteModels", artifacts, MODELS_PREFIX),
            read_objects("ReadCheckpoints", artifacts, CHECKPOINTS_PREFIX),
            write_objects("WriteCheckpoints", artifacts, CHECKPOINTS_PREFIX),
            write_logs(log_group_arn(place["account_id"], region, TRAINING_LOG_GROUP)),
            put_metrics(TRAINING_LOG_GROUP),
            *pull_image(repository_arn(place["account_id"], region, place["repository_name"])),
        ]
    )
