"""`slipway:monitoring`: when somebody is called, and who."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from infra.setting_types import Arn, LogRetentionDays, ProcessingInstanceType, Section

# What Subscribe takes as an endpoint, by protocol (SNS API reference); text messages and firehoses are not offered.
_ADDRESSES = {
    "email": (re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"), "an address, such as team@example.com"),
    "email-json": (re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"), "an address, such as team@example.com"),
    "https": (re.compile(r"https://\S+"), "an address that begins with https://"),
    "sqs": (re.compile(r"arn:aws[a-z-]*:sqs:[a-z0-9-]+:[0-9]{12}:\S+"), "the ARN of a queue"),
    "lambda": (re.compile(r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:\S+"), "the ARN of a function"),
}


class SubscriptionSection(Section):
    """One subscriber of the stack's topic. A person or a web page has to confirm before anything arrives."""

    protocol: Literal["email", "email-json", "https", "sqs", "lambda"]
    """How messages travel."""
    endpoint: Annotated[str, Field(min_length=1, max_length=2048)]
    """Where they go: an address, or the ARN of a queue or function."""

    @model_validator(mode="after")
    def _endpoint_fits_protocol(self) -> SubscriptionSection:
        form, wanted = _ADDRESSES[self.protocol]
        if form.fullmatch(self.endpoint) is None:
            raise ValueError(f"a subscriber by {self.protocol} must have {wanted}; correct endpoint or protocol")
        return self


class DriftSection(Section):
    """The job that holds captured requests and answers against what the model learnt from.

    Its measure is the population stability index (PSI): below 0.1 is stable, above 0.25 has moved, by rule of thumb.
    """

    schedule: Annotated[str, StringConstraints(pattern=r"^(cron|rate)\(.+\)$", max_length=256)] = "cron(0 6 * * ? *)"
    """When it looks: cron(...) or rate(...)."""
    schedule_timezone: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+/-]+$", max_length=50)] = "UTC"
    """Time zone of a cron schedule, by its IANA name."""
    window_hours: Annotated[int, Field(ge=1, le=744)] = 24
    """Hours that it looks back; no further than slipway:lake.captures_expiry_days."""
    least_rows: Annotated[int, Field(ge=100, le=10_000_000)] = 1000
    """Captured rows below which it judges nothing: the index of a small sample is noise."""
    psi_threshold: Annotated[float, Field(ge=0.01, le=10, strict=False)] = 0.25
    """PSI of any feature, or of the predictions, that rings."""
    ignored_features: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]+$", max_length=128)], ...],
        Field(strict=False, max_length=30),
    ] = ()
    """Features that are reported and never ring, such as the month. Left out: every feature rings."""
    instance_type: ProcessingInstanceType = "ml.m5.large"
    """Instance type of the job."""
    max_runtime_seconds: Annotated[int, Field(ge=60, le=432_000)] = 3600
    """When SageMaker stops a job that has not ended; at most five days."""
    retrain: bool = False
    """Whether an alarm that begins to ring starts the training pipeline; a new model still waits for approval."""


class MonitoringSection(Section):
    """`slipway:monitoring`: when the endpoint's alarms ring, and whom they call."""

    server_errors_threshold: Annotated[int, Field(ge=1)]
    """Answers with status 5xx in one minute that ring."""
    model_errors_threshold: Annotated[int, Field(ge=1)]
    """Requests in one minute that the container did not answer with 2xx that ring; 4xx count, so stay above noise."""
    latency_p90_ms: Annotated[int, Field(ge=1, le=60_000)]
    """Model latency, 90th percentile of one minute, above which the alarm rings; SageMaker waits 60 s at most."""
    evaluation_periods: Annotated[int, Field(ge=1, le=60)]
    """Minutes in a row that must be bad."""
    no_traffic_minutes: Annotated[int, Field(ge=1, le=1440)] | None = None
    """Minutes without a single request that ring. Left out: silence is fine."""
    endpoint_events_days: LogRetentionDays = 400
    """Days that the endpoint's state changes are kept: as far back as `slipway history` knows what served."""
    cpu_percent: Annotated[int, Field(ge=1, le=19_200)] | None = None
    """CPU of an instance that rings, all its cores together: four cores go to 400. Left out: not watched."""
    memory_percent: Annotated[int, Field(ge=1, le=100)] | None = None
    """Memory of an instance that rings. Left out: not watched."""
    gpu_percent: Annotated[int, Field(ge=1, le=800)] | None = None
    """GPU of an instance that rings, all its GPUs together: four GPUs go to 400. Left out: not watched."""
    gpu_memory_percent: Annotated[int, Field(ge=1, le=800)] | None = None
    """Memory of an instance's GPUs, all together, that rings. Left out: not watched."""
    drift: DriftSection | None = None
    """The job that looks for drift, once a release is pinned. Left out: nobody looks."""
    subscriptions: Annotated[tuple[SubscriptionSection, ...], Field(strict=False, max_length=20)] = ()
    """Who hears from the stack's topic. Left out: nobody, the alarms only change state."""
    alarm_action_arns: Annotated[tuple[Arn, ...], Field(strict=False, max_length=4)] = ()
    """What the alarm of the whole endpoint calls beside the stack's own topic. Left out: nothing else."""
