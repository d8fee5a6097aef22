"""What sections of a stack file ask of each other, and no section can know by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.problems import Problem

if TYPE_CHECKING:
    from infra.settings import Settings

_FEWEST_ZONES = 2


def problems_of_platform(settings: Settings) -> list[Problem]:
    """Return every conflict between sections, each with the key where it is put right."""
    return _network(settings)


def _network(settings: Settings) -> list[Problem]:
    network, stack = settings.network, settings.stack
    found = []
    if stack.environment == "prod" and not network.enabled:
        found.append(
            Problem(
                key="slipway:network.enabled",
                rule="must be true in prod",
                value=network.enabled,
                way_out="enable the network, or make it another environment",
            )
        )
    if not network.enabled:
        return found
    if network.cidr is None:
        found.append(
            Problem(
                key="slipway:network.cidr",
                rule="is needed by a network that is enabled",
                given=False,
                way_out="write a private block like 10.20.0.0/16",
            )
        )
    if len(set(network.zones)) < _FEWEST_ZONES or len(set(network.zones)) != len(network.zones):
        found.append(
            Problem(
                key="slipway:network.zones",
                rule=f"must name {_FEWEST_ZONES} or more zones, each once",
                value=list(network.zones),
                way_out=f"name zones of the region, for instance {stack.region}a and {stack.region}b",
            )
        )
    found += [
        Problem(
            key=f"slipway:network.zones.{place}",
            rule=f"must be a zone of region {stack.region}",
            value=zone,
            way_out=f"name one like {stack.region}a",
        )
        for place, zone in enumerate(network.zones)
        if zone[:-1] != stack.region
    ]
    return found
