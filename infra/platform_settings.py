"""What a stack may set about its surroundings: network, audit, cost and delivery."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from infra.address_block import refusal
from infra.setting_types import LogRetentionDays, Section


def _address_block(value: str) -> str:
    if (reason := refusal(value)) is not None:
        raise ValueError(reason)
    return value


AddressBlock = Annotated[str, AfterValidator(_address_block)]
Zone = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$")]


class NetworkSection(Section):
    """`slipway:network`: the stack's own network, without a way to the internet.

    Nine interface endpoints in every zone cost about as much as two small instances: dev does without.
    """

    enabled: bool = False
    """Whether the stack has a network of its own; without one SageMaker's is used."""
    cidr: AddressBlock | None = None
    """Private addresses of the network, /16 to /24; every zone gets a sixteenth. Needed when enabled."""
    zones: Annotated[tuple[Zone, ...], Field(strict=False, max_length=6)] = ()
    """Availability zones, by name; a zone added at the end moves none of the others. Two or more when enabled."""
    flow_log_retention_days: LogRetentionDays = 90
    """Days that the network's flow logs are kept."""


class AuditSection(Section):
    """`slipway:audit`: who did what, kept by CloudTrail in the logs bucket."""

    enabled: bool = False
    """Whether the stack has a trail; it keeps every read and write of the lake's objects, which costs by the call."""
    management_events: bool = True
    """Whether calls that change the account are kept too. Say no where a trail of the organization keeps them."""


EmailAddress = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=50)]
Timezone = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]+(/[A-Za-z0-9_+-]+)*$", max_length=50)]
Hour = Annotated[int, Field(ge=0, le=23)]


class OfficeHoursSection(Section):
    """`slipway:cost.office_hours`: when the endpoint is there."""

    start_hour: Hour = 8
    """Hour at which it is made, Monday to Friday."""
    stop_hour: Hour = 19
    """Hour at which it is deleted, every day."""
    timezone: Timezone
    """Time zone of the hours, for instance Europe/Berlin."""


class CostSection(Section):
    """`slipway:cost`: what the account may cost, and when the endpoint is there."""

    monthly_budget_usd: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    """What a month of the account may cost, in US dollars. Left out: there is no budget."""
    subscribers: Annotated[tuple[EmailAddress, ...], Field(strict=False, max_length=10)] = ()
    """Addresses that hear when 80 % are spent, and when the forecast is above it. A budget needs one."""
    office_hours: OfficeHoursSection | None = None
    """Hours outside of which there is no endpoint. Left out: it is always there."""


class DeliverySection(Section):
    """`slipway:delivery`: which GitHub repository may preview and deploy the stack, without any stored key.

    Ids are what GitHub never gives to another repository or owner: `gh api repos/OWNER/NAME --jq '.id, .owner.id'`.
    """

    repository: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}$")] | None = None
    """OWNER/NAME. Left out: nobody delivers from GitHub."""
    repository_id: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,20}$")] | None = None
    """Id of the repository, in quotes. Needed with `repository`."""
    repository_owner_id: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,20}$")] | None = None
    """Id of its owner, in quotes. Needed with `repository`."""
    github_environment: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,100}$")] | None = None
    """GitHub environment whose jobs may deploy, with the reviewers that it asks. Left out: the stack's environment."""
    state_bucket: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")] | None = None
    """Bucket of the stacks' states. Needed with `repository`."""
    state_key_arn: Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:kms:\S+:key/\S+$")] | None = None
    """KMS key of the state's secrets. Needed with `repository`."""
    own_provider: bool = True
    """Whether this stack makes GitHub's identity provider. An account has one: only one of its stacks may own it."""
