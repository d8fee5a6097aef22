"""What a stack may set about its surroundings: network, audit, cost and delivery."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from infra.address_block import refusal
from infra.section import LogRetentionDays, Section


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

    enabled: bool
    """Whether the stack has a network of its own; without one SageMaker's is used."""
    cidr: AddressBlock | None = None
    """Private addresses of the network, /16 to /24; every zone gets a sixteenth. Needed when enabled."""
    zones: Annotated[tuple[Zone, ...], Field(strict=False, max_length=6)] = ()
    """Availability zones, by name; a zone added at the end moves none of the others. Two or more when enabled."""
    flow_log_retention_days: LogRetentionDays = 90
    """Days that the network's flow logs are kept."""
