"""What sections of a stack file ask of each other, and no section can know by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.problems import Problem

if TYPE_CHECKING:
    from infra.settings import Settings

_FEWEST_ZONES = 2


def problems_of_platform(settings: Settings) -> list[Problem]:
    """Return every conflict between sections, each with the key where it is put right."""
    return [*_ephemeral(settings), *_network(settings), *_cost(settings), *_delivery(settings)]


def _ephemeral(settings: Settings) -> list[Problem]:
    if settings.stack.pull_request is None or settings.stack.environment == "dev":
        return []
    return [
        Problem(
            key="slipway:stack.pull_request",
            rule=f"goes with the environment dev only: what {settings.stack.environment} has is kept",
            value=settings.stack.pull_request,
            way_out="leave it out; `slipway ephemeral up` makes the stacks of pull requests",
        )
    ]


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


def _cost(settings: Settings) -> list[Problem]:
    cost, found = settings.cost, []
    if cost.monthly_budget_usd is not None and not cost.subscribers:
        found.append(
            Problem(
                key="slipway:cost.subscribers",
                rule="a budget needs somebody who hears of it",
                given=False,
                way_out="name an address, or leave out monthly_budget_usd",
            )
        )
    hours = cost.office_hours
    if hours is None:
        return found
    key = "slipway:cost.office_hours"
    if hours.start_hour >= hours.stop_hour:
        rule, way_out = "must start before they stop", "give hours of one day, for instance 8 and 19"
        found.append(Problem(key=key, rule=rule, value=[hours.start_hour, hours.stop_hour], way_out=way_out))
    if settings.stack.environment == "prod":
        rule = "must not be set in prod, where the endpoint would be deleted every evening"
        found.append(Problem(key=key, rule=rule, given=False, way_out="remove it"))
    if settings.serving.kind == "serverless":
        rule = "cannot be where slipway:serving.kind is serverless, which costs nothing while nobody asks"
        found.append(Problem(key=key, rule=rule, given=False, way_out="remove it, or choose another kind"))
    elif settings.serving.autoscaling is not None:
        rule = "cannot be together with slipway:serving.autoscaling, which ends with the endpoint every evening"
        found.append(Problem(key=key, rule=rule, given=False, way_out="leave out one of them"))
    if settings.monitoring.no_traffic_minutes is not None:
        rule = "cannot be together with slipway:monitoring.no_traffic_minutes, whose alarm would ring every night"
        found.append(Problem(key=key, rule=rule, given=False, way_out="leave out one of them"))
    return found


def _delivery(settings: Settings) -> list[Problem]:
    delivery = settings.delivery
    if delivery.repository is None:
        return []
    needed = ("repository_id", "repository_owner_id", "state_bucket", "state_key_arn")
    return [
        Problem(
            key=f"slipway:delivery.{name}",
            rule="is needed where a repository is named",
            given=False,
            way_out=f"add {name}, or leave out repository",
        )
        for name in needed
        if getattr(delivery, name) is None
    ]
