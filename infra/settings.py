"""What a stack may set: typed, bounded, frozen sections. No Pulumi, no AWS: the tool reads stack files with it too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field, StringConstraints, ValidationError

from infra.lake_settings import LakeSection
from infra.monitoring_checks import problems_of_monitoring
from infra.monitoring_settings import MonitoringSection
from infra.platform_checks import problems_of_platform
from infra.platform_settings import AuditSection, CostSection, DeliverySection, NetworkSection
from infra.problems import SettingsError
from infra.registry_checks import problems_of_registry
from infra.release_checks import problems_of_release
from infra.retention import Environment
from infra.serving_checks import problems_of_serving
from infra.serving_settings import AsynchronousSection, ServerlessSection, ServingSection
from infra.setting_types import (
    Accelerator,
    AccountId,
    Arn,
    ContainerEnvironment,
    Days,
    HostingInstanceType,
    InferenceAmiVersion,
    InstanceCount,
    ModelPackageArn,
    Percentage,
    S3Uri,
    Section,
    ServingKind,
    Sha256,
    StartupTimeoutSeconds,
    Tag,
    TagValue,
)
from infra.settings_report import NAMESPACE, problems_of, unknown_sections
from infra.training_checks import problems_of_training
from infra.training_settings import TrainingSection

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Environment", "PinnedRelease", "Settings", "SettingsError", "load_stack_settings"]


class StackSection(Section):
    """`slipway:stack`: where the stack lives and whose it is."""

    environment: Environment
    """dev keeps nothing when it is destroyed; staging and prod protect and keep what holds data."""
    account: AccountId
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


class ImagesSection(Section):
    """`slipway:images`: which container images run."""

    training_tag: Tag
    """Tag of the training image in this stack's repository; tags are immutable."""
    serving_tag: Tag
    """Tag of the serving image in this stack's repository that new releases use."""
    monitoring_tag: Tag | None = None
    """Tag of the monitoring image in this stack's repository. Left out: slipway:monitoring.drift is, too."""
    untagged_image_days: Days = 14
    """Days until an image without a tag is deleted."""


class RegistrySection(Section):
    """`slipway:registry`: who else looks at registered models, and who hears of approvals."""

    reader_accounts: Annotated[tuple[AccountId, ...], Field(strict=False, max_length=20)] = ()
    """Other accounts, in quotes, that may look at the group and its versions. Left out: none."""
    notify_approvals: bool = True
    """Whether the stack's topic hears of versions that wait for approval, are approved or rejected."""


class TrackingSection(Section):
    """`slipway:tracking`: the managed MLflow that experiments are kept in."""

    enabled: bool = False
    """Whether the stack has one; it costs by the hour, used or not."""
    weekly_maintenance_window_start: Annotated[
        str, StringConstraints(pattern=r"^(Mon|Tue|Wed|Thu|Fri|Sat|Sun):([01][0-9]|2[0-3]):[0-5][0-9]$")
    ] = "Sun:03:00"
    """When SageMaker may update it, in UTC."""


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
    kind: ServingKind = "realtime"
    """How it answers."""
    instance_type: HostingInstanceType | None = None
    """Instance type of the release. Left out: it is serverless."""
    initial_instance_count: InstanceCount | None = None
    """Instances that the release starts with. Left out: it is serverless."""
    inference_ami_version: InferenceAmiVersion | None = None
    """Host image below its container. Left out: SageMaker's own."""
    serverless: ServerlessSection | None = None
    """Memory and concurrency of a serverless release."""
    asynchronous: AsynchronousSection | None = None
    """Options of an asynchronous release."""
    environment: ContainerEnvironment
    """Environment of its container."""
    capture_percentage: Percentage
    """Share of its requests and answers that is captured."""
    container_startup_timeout_seconds: StartupTimeoutSeconds | None = None
    """How long its container may take to answer the first health check. Left out: it is serverless."""
    data: dict[str, str] = Field(default_factory=dict)
    """What the model was trained and judged on, by channel, for whoever reads the file."""
    metrics: dict[str, float] = Field(default_factory=dict)
    """What the model scored when it was trained, for whoever reads the file."""


class ShadowRelease(Section):
    """A candidate beside the current release: it gets copies of real requests, and nobody gets its answers.

    `slipway release --shadow` writes it.
    """

    release: PinnedRelease
    """The candidate."""
    beside: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}$")]
    """Digest of the release whose requests it gets; of the current one, or, once it is ended, of the previous one."""
    percentage: Annotated[int, Field(ge=1, le=100)]
    """Share of the requests that it gets a copy of."""
    ended: bool = False
    """Whether it is over: the endpoint is without it again, and what it ran with goes with the release after."""


class ReleaseSection(Section):
    """`slipway:release`: what the endpoint serves, and what it would fall back to."""

    current: PinnedRelease
    """The release that the endpoint points at."""
    previous: PinnedRelease | None = None
    """The release before it, still declared so that going back makes nothing new. Left out: there is none."""
    shadow: ShadowRelease | None = None
    """A candidate beside the current release. Left out: there is none."""


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
    registry: RegistrySection = Field(default_factory=RegistrySection)
    """Registered models."""
    tracking: TrackingSection = Field(default_factory=TrackingSection)
    """Experiments."""
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
    problems += problems_of_serving(settings.serving)
    problems += problems_of_training(settings.training)
    problems += problems_of_monitoring(settings)
    problems += problems_of_registry(settings)
    problems += problems_of_release(settings)
    problems += problems_of_platform(settings)
    if problems:
        raise SettingsError(file, problems)
    return settings
