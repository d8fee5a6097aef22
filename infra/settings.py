"""What a stack may set: typed, bounded, frozen sections. No Pulumi, no AWS: the tool reads stack files with it too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field, StringConstraints, ValidationError

from infra.instance_types import refusal
from infra.platform_checks import problems_of_platform
from infra.platform_settings import AuditSection, CostSection, DeliverySection, NetworkSection
from infra.problems import SettingsError
from infra.release_checks import problems_of_release
from infra.retention import Environment
from infra.section import Arn, Days, LogRetentionDays, Section
from infra.settings_report import NAMESPACE, problems_of, unknown_sections

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Environment", "PinnedRelease", "Settings", "SettingsError", "load_stack_settings"]


def _training_type(value: str) -> str:
    if (reason := refusal(value, "training")) is not None:
        raise ValueError(reason)
    return value


def _hosting_type(value: str) -> str:
    if (reason := refusal(value, "hosting")) is not None:
        raise ValueError(reason)
    return value


TrainingInstanceType = Annotated[str, AfterValidator(_training_type)]
HostingInstanceType = Annotated[str, AfterValidator(_hosting_type)]
Tag = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$")]
TagValue = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_ .:/=+@-]{1,256}$")]
S3Uri = Annotated[str, StringConstraints(pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/\S+$", max_length=1024)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
ModelPackageArn = Annotated[
    str,
    StringConstraints(pattern=r"^arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:[0-9]{12}:model-package/\S+$", max_length=2048),
]
Accelerator = Annotated[str, StringConstraints(pattern=r"^ml\.[a-z0-9-]+(\.[a-z0-9-]+)?$")]
EnvironmentName = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$", max_length=1024)]
EnvironmentValue = Annotated[str, StringConstraints(max_length=1024)]
ContainerEnvironment = Annotated[dict[EnvironmentName, EnvironmentValue], Field(max_length=100)]
InstanceCount = Annotated[int, Field(ge=1, le=1000)]
Percentage = Annotated[int, Field(ge=0, le=100)]
StartupTimeoutSeconds = Annotated[int, Field(ge=60, le=3600)]


class StackSection(Section):
    """`slipway:stack`: where the stack lives and whose it is."""

    environment: Environment
    """dev keeps nothing when it is destroyed; staging and prod protect and keep what holds data."""
    account: Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
    """The only AWS account that this stack may touch, in quotes: YAML would read it as a number."""
    region: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]
    """The region that everything is made in."""
    owner: TagValue
    """Who answers for the stack; the tag `owner` of everything in it."""
    cost_center: TagValue | None = None
    """Who pays; the tag `cost-center` of everything in it. Left out: no such tag."""
    permissions_boundary_arn: Arn | None = None
    """IAM policy that bounds every role of the stack. Left out: one of the stack's own."""
    pull_request: Annotated[int, Field(ge=1, le=999_999_999)] | None = None
    """The pull request that the stack is for, the tag `pull-request` of everything in it. Left out: it is for none."""


class LakeSection(Section):
    """`slipway:lake`: how long the buckets keep what nobody needs any more."""

    noncurrent_version_days: Days
    """Days until an overwritten or deleted object is really gone."""
    abort_multipart_days: Days = 7
    """Days until the parts of an upload that never ended are deleted."""
    captures_expiry_days: Days
    """Days until captured requests and answers are deleted."""
    query_results_expiry_days: Days = 30
    """Days until results of Athena's queries are deleted."""
    logs_expiry_days: Days = 400
    """Days until access logs of the buckets, and the trail's files, are deleted."""
    query_scan_limit_gib: Annotated[int, Field(ge=1, le=100_000)] = 100
    """What one query may scan before Athena stops it."""
    reader_arns: Annotated[tuple[Arn, ...], Field(strict=False, max_length=20)] = ()
    """Roles and users that Lake Formation lets read curated and features tables. Left out: it grants nothing."""


class ImagesSection(Section):
    """`slipway:images`: which container images run."""

    training_tag: Tag
    """Tag of the training image in this stack's repository; tags are immutable."""
    serving_tag: Tag
    """Tag of the serving image in this stack's repository that new releases use."""
    untagged_image_days: Days = 14
    """Days until an image without a tag is deleted."""


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
    own_log_group: bool
    """Whether this stack makes /aws/sagemaker/TrainingJobs. An account has one: only one of its stacks may own it."""
    log_retention_days: LogRetentionDays
    """Days that logs of training jobs are kept, where the stack owns their log group."""


class ServingSection(Section):
    """`slipway:serving`: the shape that the next `slipway release` pins, and how the endpoint behaves.

    What belongs to a release (instances, capture, startup timeout, environment) changes with the next release only.
    """

    instance_type: HostingInstanceType
    """Instance type that endpoints accept; pinned by a release."""
    initial_instance_count: InstanceCount
    """Instances of a new release; pinned by it."""
    capture_percentage: Percentage
    """Share of requests and answers kept in the captures bucket; 0 captures nothing. Pinned by a release."""
    container_startup_timeout_seconds: StartupTimeoutSeconds = 600
    """How long a container may take to answer its first health check; pinned by a release."""
    bake_seconds: Annotated[int, Field(ge=0, le=1800)] = 0
    """Seconds after a rollout in which the old release still runs and a ringing alarm brings it back; 0: none.

    SageMaker takes an hour, but the provider waits one hour for the whole rollout, starting the new instances included.
    """
    environment: ContainerEnvironment = Field(default_factory=lambda: {"OMP_NUM_THREADS": "1"})
    """Environment of the serving container; pinned by a release. Never a secret: stack files are read by many."""
    log_retention_days: LogRetentionDays
    """Days that logs of the endpoint are kept."""


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
    alarm_action_arns: Annotated[tuple[Arn, ...], Field(strict=False, max_length=5)] = ()
    """What an alarm calls when it rings and when it stops, usually an SNS topic. Left out: it only changes state."""


class PinnedRelease(Section):
    """One release: a model artifact, the code and image that serve it, and the shape in which they do.

    `slipway release` writes it; nobody edits it.
    """

    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}$")]
    """Over everything that is deployed; part of the names of the release's model and endpoint configuration."""
    model_package_arn: ModelPackageArn
    """The registered model package that the release came from."""
    model_data: S3Uri
    """Where the model artifact (model.tar.gz) is."""
    model_sha256: Sha256
    """SHA-256 of the model artifact."""
    image: Annotated[str, StringConstraints(pattern=r"^\S+@sha256:[0-9a-f]{64}$", max_length=255)]
    """URI of the serving image, by digest."""
    image_tag: Tag | None = None
    """The tag that the image had when it was pinned, for whoever reads the file. Left out: it had none."""
    code: S3Uri
    """Where the serving code package is."""
    instance_type: HostingInstanceType
    """Instance type of the release."""
    initial_instance_count: InstanceCount
    """Instances that the release starts with."""
    environment: ContainerEnvironment
    """Environment of its container."""
    capture_percentage: Percentage
    """Share of its requests and answers that is captured."""
    container_startup_timeout_seconds: StartupTimeoutSeconds
    """How long its container may take to answer the first health check."""
    data: dict[str, str] = Field(default_factory=dict)
    """What the model was trained and judged on, by channel, for whoever reads the file."""
    metrics: dict[str, float] = Field(default_factory=dict)
    """What the model scored when it was trained, for whoever reads the file."""


class ReleaseSection(Section):
    """`slipway:release`: what the endpoint serves, and what it would fall back to."""

    current: PinnedRelease
    """The release that the endpoint points at."""
    previous: PinnedRelease | None = None
    """The release before it, still declared so that going back makes nothing new. Left out: there is none."""


class WaiverEntry(Section):
    """One thing that the policy pack lets pass in this stack; the pack judges the reason and the day."""

    rule: str
    """Rule whose findings pass; docs/controls.md lists them."""
    resource: str = "*"
    """Logical name of the resource, or a pattern with `*`. Left out: every resource."""
    reason: str
    """Why it may stay."""
    expires: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    """Last day on which the waiver counts, in quotes: YAML would read it as a date."""


class PolicySection(Section):
    """`slipway:policy`: what the policy pack allows in this stack. The program itself takes nothing of it."""

    monthly_ceiling_usd: Annotated[float, Field(ge=0, strict=False)] | None = None
    """What a month of the stack may cost at list prices. Left out: nothing that has a list price is allowed."""
    accelerators: Annotated[tuple[Accelerator, ...], Field(strict=False)] = ()
    """Instance types (ml.g5.xlarge) or families (ml.g5) with accelerators that are allowed. Left out: none."""
    waivers: Annotated[tuple[WaiverEntry, ...], Field(strict=False)] = ()
    """What passes although a rule objects, with a reason and an end. Left out: nothing."""


class Settings(Section):
    """Everything that one stack sets."""

    stack: StackSection
    """Where the stack lives."""
    network: NetworkSection = NetworkSection()
    """The stack's own network. Left out: it has none."""
    audit: AuditSection = AuditSection()
    """What is kept about who did what. Left out: there is no trail."""
    cost: CostSection = CostSection()
    """What the account may cost. Left out: there is no budget."""
    delivery: DeliverySection = DeliverySection()
    """Who delivers the stack from GitHub. Left out: nobody."""
    lake: LakeSection
    """The buckets."""
    images: ImagesSection
    """The container images."""
    training: TrainingSection
    """Training jobs."""
    serving: ServingSection
    """New releases and their endpoint."""
    monitoring: MonitoringSection
    """The endpoint's alarms."""
    policy: PolicySection = Field(default_factory=PolicySection)
    """What the policy pack allows. Left out: no accelerators, no waivers, and no cost without a ceiling."""
    release: ReleaseSection | None = None
    """What the endpoint serves. Left out: there is no endpoint yet."""


def load_stack_settings(config: Mapping[str, object], *, file: str = "the stack file") -> Settings:
    """Return the settings in the `config:` mapping of a stack file.

    Keys of other namespaces are left alone. Raises SettingsError with every problem, not only the first.
    """
    sections = {key.removeprefix(NAMESPACE): value for key, value in config.items() if key.startswith(NAMESPACE)}
    known = {name: value for name, value in sections.items() if name in Settings.model_fields}
    problems = unknown_sections(sections, Settings)
    try:
        settings = Settings.model_validate(known)
    except ValidationError as error:
        problems += problems_of(error, Settings)
        raise SettingsError(file, problems) from error
    problems += problems_of_release(settings)
    problems += problems_of_platform(settings)
    if problems:
        raise SettingsError(file, problems)
    return settings
