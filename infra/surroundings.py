"""What a stack has around its models: network, queries, trail, budget, office hours and delivery.

Part of the program: here settings become the args of these components, as `program.py` does with the rest.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from infra.components.audit.trail import Trail, TrailArgs
from infra.components.cost.account_budget import AccountBudget, AccountBudgetArgs
from infra.components.cost.office_hours import OfficeHours, OfficeHoursArgs
from infra.components.delivery.delivery_roles import DeliveryRoles, DeliveryRolesArgs
from infra.components.delivery.github_provider import GithubProvider, GithubProviderArgs
from infra.components.delivery.place import Place
from infra.components.delivery.trust import Repository, provider_arn
from infra.components.network.flow_logs import FlowLogs, FlowLogsArgs
from infra.components.network.joining import Subnets
from infra.components.network.network import Network, NetworkArgs
from infra.components.security.statements import bucket_arn
from infra.components.storage.bucket_policy import TRAIL_PREFIX
from infra.components.storage.catalogue import Catalogue, CatalogueArgs
from infra.components.storage.lake import QUERIES_PREFIX
from infra.components.storage.lake_grants import LakeGrants, LakeGrantsArgs
from infra.components.storage.query_workgroup import QueryWorkgroup, QueryWorkgroupArgs
from infra.components.storage.tables import Table, Tables, TablesArgs
from infra.naming import flow_log_group, partition
from infra.provider import default_tags

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi

    from infra.components.serving.endpoint import Endpoint
    from infra.ground import Ground
    from infra.naming import Names
    from infra.stack import Stack

ROLE_NAMES = (
    "drift-jobs",
    "drift-run",
    "drift-schedule",
    "flow-logs",
    "office-hours",
    "pipeline-jobs",
    "pipeline-retrain",
    "pipeline-run",
    "pipeline-schedule",
    "serving",
    "tracking",
    "training",
)
"""Logical names of the roles that a deployment may make; one that is not here can be made by an administrator only."""


def network(stack: Stack, ground: Ground) -> Network | None:
    """Declare the stack's own network and its flow logs, where the stack has one."""
    settings, account_id, region = stack.settings.network, stack.account_id, stack.region
    if not settings.enabled or settings.cidr is None:
        return None
    network = Network(
        "network",
        NetworkArgs(account_id=account_id, region=region, cidr=settings.cidr, zones=settings.zones),
        stack.ours,
    )
    FlowLogs(
        "flow-logs",
        FlowLogsArgs(
            account_id=account_id,
            region=region,
            vpc_id=network.vpc_id,
            log_group_name=flow_log_group(stack.names.network),
            key_arn=ground.key.arn,
            retention_days=settings.flow_log_retention_days,
            permissions_boundary_arn=ground.boundary_arn,
        ),
        stack.ours,
    )
    return network


def subnets(network: Network | None) -> Subnets | None:
    """Return where jobs and models join the stack's network; None where it has none."""
    if network is None:
        return None
    return Subnets(subnet_ids=network.subnet_ids, security_group_ids=network.security_group_ids)


def queries(stack: Stack, ground: Ground) -> tuple[Mapping[str, pulumi.Output[str]], pulumi.Output[str]]:
    """Declare what the lake is queried with; return the databases by zone, and the workgroup."""
    settings, lake = stack.settings.lake, ground.lake
    zones = ("raw", "curated", "features")
    catalogue = Catalogue(
        "catalogue",
        CatalogueArgs(
            database_names={zone: stack.names.database(zone) for zone in zones},
            buckets=lake.buckets,
            retention=stack.kept,
        ),
        stack.ours,
    )
    if settings.tables:
        Tables(
            "tables",
            TablesArgs(
                tables=[Table(zone=one.zone, name=one.name, columns=one.columns) for one in settings.tables],
                databases=catalogue.databases,
                buckets=lake.buckets,
                retention=stack.kept,
            ),
            stack.ours,
        )
    queries = QueryWorkgroup(
        "queries",
        QueryWorkgroupArgs(
            account_id=stack.account_id,
            workgroup_name=stack.names.workgroup,
            results_bucket=lake.artifacts,
            results_prefix=QUERIES_PREFIX,
            key_arn=ground.key.arn,
            bytes_scanned_limit=settings.query_scan_limit_gib * 1024**3,
            retention=stack.kept,
        ),
        stack.ours,
    )
    if settings.reader_arns:
        arn_of = partial(bucket_arn, stack.region)
        LakeGrants(
            "grants",
            LakeGrantsArgs(
                bucket_arns={zone: lake.buckets[zone].apply(arn_of) for zone in ("curated", "features")},
                databases={zone: catalogue.databases[zone] for zone in ("curated", "features")},
                reader_arns=settings.reader_arns,
            ),
            stack.ours,
        )
    return catalogue.databases, queries.workgroup_name


def trail(stack: Stack, ground: Ground) -> None:
    """Declare the trail of who read and wrote the lake, where the stack has one."""
    lake = ground.lake
    if not stack.settings.audit.enabled:
        return
    Trail(
        "trail",
        TrailArgs(
            trail_name=stack.names.trail,
            watched_buckets=[bucket for zone, bucket in lake.buckets.items() if zone != "logs"],
            logs_bucket=lake.logs,
            logs_prefix=TRAIL_PREFIX,
            logs_open=lake.logs_open,
            key_arn=ground.key.arn,
            partition=partition(stack.region),
            management_events=stack.settings.audit.management_events,
        ),
        stack.ours,
    )


def budget(stack: Stack) -> None:
    """Declare what the account may cost, where the stack file says it."""
    settings = stack.settings.cost
    if settings.monthly_budget_usd is None:
        return
    AccountBudget(
        "budget",
        AccountBudgetArgs(
            account_id=stack.account_id,
            budget_name=stack.names.budget,
            monthly_budget_usd=settings.monthly_budget_usd,
            subscribers=settings.subscribers,
        ),
        stack.ours,
    )


def office_hours(stack: Stack, ground: Ground, endpoint: Endpoint | None) -> None:
    """Declare when the endpoint is there, where it is not always."""
    hours = stack.settings.cost.office_hours
    if hours is None or endpoint is None:
        return
    OfficeHours(
        "office-hours",
        OfficeHoursArgs(
            account_id=stack.account_id,
            region=stack.region,
            partition=partition(stack.region),
            group_name=ground.schedules.group_name,
            known_group_name=stack.names.schedule_group,
            endpoint_name=endpoint.endpoint_name,
            known_endpoint_name=stack.names.endpoint,
            endpoint_config_name=endpoint.endpoint_config_name,
            key_arn=ground.key.arn,
            endpoint_tags=default_tags(stack.settings.stack, stack.names),
            start_hour=hours.start_hour,
            stop_hour=hours.stop_hour,
            timezone=hours.timezone,
            permissions_boundary_arn=ground.boundary_arn,
        ),
        stack.ours,
    )


def delivery(stack: Stack) -> DeliveryRoles | None:
    """Declare who may preview and deploy from GitHub, where the stack file names a repository."""
    delivery, given = stack.settings.delivery, stack.settings.stack.permissions_boundary_arn
    if (
        delivery.repository is None
        or delivery.repository_id is None
        or delivery.repository_owner_id is None
        or delivery.state_bucket is None
        or delivery.state_key_arn is None
    ):
        return None
    own_boundary = f"arn:{partition(stack.region)}:iam::{stack.account_id}:policy/{stack.names.boundary}"
    return DeliveryRoles(
        "delivery",
        DeliveryRolesArgs(
            place=delivery_place(stack.names, stack.account_id, stack.region),
            repository=Repository(
                name=delivery.repository,
                repository_id=delivery.repository_id,
                owner_id=delivery.repository_owner_id,
            ),
            github_environment=(
                stack.settings.stack.environment if delivery.github_environment is None else delivery.github_environment
            ),
            provider_arn=(
                GithubProvider("github", GithubProviderArgs(), stack.ours).arn
                if delivery.own_provider
                else provider_arn(stack.account_id, stack.region)
            ),
            preview_role_name=stack.names.delivery_role("preview"),
            deploy_role_name=stack.names.delivery_role("deploy"),
            state_bucket_arn=bucket_arn(stack.region, delivery.state_bucket),
            state_key_arn=delivery.state_key_arn,
            boundary_arn=own_boundary if given is None else given,
        ),
        stack.ours,
    )


def delivery_place(names: Names, account_id: str, region: str) -> Place:
    """Return where the resources of a stack are, for the roles that may touch them."""
    return Place(
        account_id=account_id,
        region=region,
        prefix=f"{names.project}-{names.stack}",
        role_names=ROLE_NAMES,
        bucket_prefix="lake",
    )
