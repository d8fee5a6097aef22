"""The pipeline that looks for drift: one processing job that reads captures and writes a report and metrics."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, NotRequired, TypedDict

from infra.components.drift.permissions import METRICS_NAMESPACE, REPORTS_PREFIX
from infra.components.serving.permissions import CAPTURES_PREFIX
from infra.components.training.processing import ProcessingJob, processing, vpc_config

if TYPE_CHECKING:
    from collections.abc import Sequence

STEP = "drift"
"""Name of the one step."""


@dataclass(frozen=True, kw_only=True)
class Watch:
    """What is looked at, how, and what counts as moved."""

    image: str
    """URI of the monitoring image."""
    instance_type: str
    """Instance type of the job."""
    max_runtime_seconds: int
    """When the job is stopped."""
    endpoint_name: str
    """Endpoint whose captures are read."""
    variant_name: str
    """Its production variant."""
    model_data: str
    """S3 URI of the model artifact that the endpoint serves: its baseline is what is normal."""
    window_hours: int
    """Hours before the job's start that are read."""
    least_rows: int
    """Rows below which nothing is judged."""
    psi_threshold: float
    """Population stability index from which a feature or the prediction has moved."""
    ignored_features: Sequence[str]
    """Features that are reported and never judged."""


class DriftKnown(TypedDict):
    """What other resources say to the pipeline."""

    artifacts: str
    captures: str
    key_arn: str
    role_arn: str
    """Role of the job."""
    code_uri: str
    subnet_ids: NotRequired[list[str]]
    """Subnets that the job joins; left out, it is in no network of ours."""
    security_group_ids: NotRequired[list[str]]


def drift_definition(watch: Watch, known: DriftKnown) -> str:
    """Return the definition as JSON text (SageMaker's schema 2020-12-01).

    The job is not isolated: SageMaker itself would bring every capture that was ever made, since nothing in a pipeline
    can say "the last day", where the job lists the hours of its window. In a stack with a network it reaches S3 and
    CloudWatch inside that network and nothing else.
    """
    words = [
        "drift",
        *("--captures", f"s3://{known['captures']}/{CAPTURES_PREFIX.rstrip('/')}"),
        *("--endpoint", watch.endpoint_name),
        *("--variant", watch.variant_name),
        *("--hours", str(watch.window_hours)),
        *("--least-rows", str(watch.least_rows)),
        *("--threshold", str(watch.psi_threshold)),
        *("--namespace", METRICS_NAMESPACE),
        *(word for name in watch.ignored_features for word in ("--ignore", name)),
    ]
    job = ProcessingJob(
        image=watch.image,
        package="monitoring",
        words=words,
        instance_type=watch.instance_type,
        max_runtime_seconds=watch.max_runtime_seconds,
        isolated=False,
    )
    start = f"s3://{known['artifacts']}/{REPORTS_PREFIX.rstrip('/')}"
    report = {"Std:Join": {"On": "/", "Values": [start, {"Get": "Execution.PipelineExecutionId"}]}}
    arguments = processing(
        job,
        role_arn=known["role_arn"],
        key_arn=known["key_arn"],
        inputs={"code": known["code_uri"], "model": watch.model_data},
        outputs={"report": report},
        vpc=vpc_config(known),
    )
    step = {"Name": STEP, "Type": "Processing", "Arguments": arguments}
    return json.dumps({"Version": "2020-12-01", "Parameters": [], "Steps": [step]})
