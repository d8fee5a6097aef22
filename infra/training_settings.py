"""`slipway:training`: what a training job runs on, and the pipeline that trains by itself."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from infra.setting_types import AlarmArn, LogRetentionDays, ProcessingInstanceType, Section, TrainingInstanceType


class TuningRange(Section):
    """What one hyperparameter is searched in."""

    minimum: Annotated[float, Field(strict=False)]
    """Smallest value."""
    maximum: Annotated[float, Field(strict=False)]
    """Largest value."""
    whole: bool = False
    """Whether only whole numbers make sense."""
    scale: Literal["Auto", "Linear", "Logarithmic", "ReverseLogarithmic"] = "Auto"
    """How the range is searched; Logarithmic needs a minimum above 0."""


class TuningSection(Section):
    """A search for hyperparameters in place of one training job: the best model of several is judged."""

    max_jobs: Annotated[int, Field(ge=1, le=500)]
    """Training jobs of one search; each costs what a training job costs."""
    max_parallel_jobs: Annotated[int, Field(ge=1, le=100)] = 1
    """How many run at once; a search learns from jobs that have ended, so few at once find more."""
    strategy: Literal["Bayesian", "Random"] = "Bayesian"
    """How values are chosen."""
    objective: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]+$", max_length=255)] = "validation:auc"
    """Metric that `training/` prints as NAME=NUMBER, by which the best job is chosen."""
    maximize: bool = True
    """Whether more of it is better."""
    ranges: Annotated[
        dict[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=255)], TuningRange],
        Field(min_length=1, max_length=30),
    ]
    """Hyperparameters of training/config.py, each with its range."""


class PipelineSection(Section):
    """The pipeline: it splits the data, trains, evaluates, and registers a model that is good enough."""

    data_prefix: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9!_.*'()/=-]+/$", max_length=512)]
    """Prefix in the curated bucket, with `/` at its end; the newest file below it judges, all others train."""
    score_path: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]+$", max_length=256)] = (
        "sets.validation.model.auc"
    )
    """Where `training/` writes the score into the evaluation, as names with dots between them."""
    least_score: float
    """Score that a model must have to be registered; a registered one still waits for approval."""
    processing_instance_type: ProcessingInstanceType = "ml.m5.large"
    """Instance type of the two processing steps."""
    schedule: Annotated[str, StringConstraints(pattern=r"^(cron|rate)\(.+\)$", max_length=256)] | None = None
    """When it runs by itself: cron(...) or rate(...). Left out: only when somebody starts it."""
    schedule_timezone: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+/-]+$", max_length=50)] = "UTC"
    """Time zone of a cron schedule, by its IANA name."""
    tuning: TuningSection | None = None
    """A search for hyperparameters. Left out: one training job with the defaults of training/config.py."""
    retrain_alarm_arns: Annotated[tuple[AlarmArn, ...], Field(strict=False, max_length=10)] = ()
    """Alarms, on drift perhaps, that start it when they begin to ring. Left out: no alarm does."""


class TrainingSection(Section):
    """`slipway:training`: what a training job runs on."""

    instance_type: TrainingInstanceType
    """Instance type that CreateTrainingJob accepts."""
    instance_count: Annotated[int, Field(ge=1, le=100)] = 1
    """Instances of one job."""
    volume_size_gib: Annotated[int, Field(ge=1, le=16384)]
    """Disk of each instance; instance types with disks of their own ignore it."""
    max_runtime_seconds: Annotated[int, Field(ge=60, le=2_419_200)]
    """When SageMaker stops a job that has not ended; at most 28 days."""
    use_spot: bool = False
    """Whether jobs run on spare capacity, which is cheaper, may have to be waited for, and may be taken away."""
    max_wait_seconds: Annotated[int, Field(ge=60, le=2_419_200)] | None = None
    """How long a spot job may take, waiting for capacity included. Left out: it does not use spot."""
    own_log_group: bool
    """Whether this stack makes /aws/sagemaker/TrainingJobs and ProcessingJobs. An account has them once."""
    log_retention_days: LogRetentionDays
    """Days that logs of training jobs are kept, where the stack owns their log group."""
    pipeline: PipelineSection | None = None
    """The pipeline that trains by itself. Left out: `slipway train` is the only way."""
