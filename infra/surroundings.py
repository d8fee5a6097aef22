"""What a stack has around its models: boundary, network, queries, trail, budget, office hours and delivery.

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
from infra.components.network.network import Network, NetworkArgs
from infra.components.security.permissions_boundary import PermissionsBoundary, PermissionsBoundaryArgs
from infra.components.security.statements import bucket_arn
from infra.components.storage.bucket_policy import TRAIL_PREFIX
from infra.components.storage.catalogue import Catalogue, CatalogueArgs
from infra.components.storage.lake import QUERIES_PREFIX
from infra.components.storage.lake_grants import LakeGrants, LakeGrantsArgs
from infra.components.storage.query_workgroup import QueryWorkgroup, QueryWorkgroupArgs
from infra.naming import flow_log_group, partition
from infra.provider import default_tags
from infra.retention import retention

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi

    from infra.components.security.encryption_key import EncryptionKey
    from infra.components.serving.endpoint import Endpoint
    from infra.components.storage.lake import Lake
    from infra.naming import Names
    from infra.settings import Settings

ROLE_NAMES = ("flow-logs", "office-hours", "serving", "training")
"""Logical names of the roles that a deployment may make; one that is not here can be made by an administrator only."""


def boundary_arn(settings: Settings, names: Names, ours: pulumi.ResourceOptions) -> pulumi.Input[str]:
    """Return the policy that bounds every role: the one that the stack file names, or one of the stack's own."""
    if settings.stack.permissions_boundary_arn is not None:
        return settings.stack.permissions_boundary_arn
    boundary = PermissionsBoundary(
        "boundary",
        PermissionsBoundaryArgs(
            account_id=settings.stack.account,
            region=settings.stack.region,
            policy_name=names.boundary,
            repository_prefix=f"{names.project}-{names.stack}",
        ),
        ours,
    )
    return boundary.arn


def network(
    settings: Settings,
    names: Names,
    key: EncryptionKey,
    boundary_arn: pulumi.Input[str],
    ours: pulumi.ResourceOptions,
) -> Network | None:
    """Declare the stack's own network and its flow logs, where the stack has one."""
    if not settings.network.enabled or settings.network.cidr is None:
        return None
    account_id, region = settings.stack.account, settings.stack.region
    network = Network(
        "network",
        NetworkArgs(account_id=account_id, region=region, cidr=settings.network.cidr, zones=settings.network.zones),
        ours,
    )
    FlowLogs(
        "flow-logs",
        FlowLogsArgs(
            account_id=account_id,
            region=region,
            vpc_id=network.vpc_id,
            log_group_name=flow_log_group(names.network),
            key_arn=key.arn,
            retention_days=settings.network.flow_log_retention_days,
            permissions_boundary_arn=boundary_arn,
        ),
        ours,
    )
    return network


def queries(
    settings: Settings, names: Names, lake: Lake, key: EncryptionKey, ours: pulumi.ResourceOptions
) -> tuple[Mapping[str, pulumi.Output[str]], pulumi.Output[str]]:
    """Declare what the lake is queried with; return the databases by zone, and the workgroup."""
    zones = ("raw", "curated", "features")
    catalogue = Catalogue(
        "catalogue",
        CatalogueArgs(database_names={zone: names.database(zone) for zone in zones}, buckets=lake.buckets),
        ours,
    )
    queries = QueryWorkgroup(
        "queries",
        QueryWorkgroupArgs(
            account_id=settings.stack.account,
            workgroup_name=names.workgroup,
            results_bucket=lake.artifacts,
            results_prefix=QUERIES_PREFIX,
            key_arn=key.arn,
            bytes_scanned_limit=settings.lake.query_scan_limit_gib * 1024**3,
            retention=retention(settings.stack.environment),
        ),
        ours,
    )
    if settings.lake.reader_arns:
        arn_of = partial(bucket_arn, settings.stack.region)
        LakeGrants(
            "grants",
            LakeGrantsArgs(
                bucket_arns={zone: lake.buckets[zone].apply(arn_of) for zone in ("curated", "features")},
                databases={zone: catalogue.databases[zone] for zone in ("curated", "features")},
                reader_arns=settings.lake.reader_arns,
            ),
            ours,
        )
    return catalogue.databases, queries.workgroup_name


def trail(settings: Settings, names: Names, lake: Lake, key: EncryptionKey, ours: pulumi.ResourceOptions) -> None:
    """Declare the trail of who read and wrote the lake, where the stack has one."""
    if not settings.audit.enabled:
        return
    Trail(
        "trail",
        TrailArgs(
            trail_name=names.trail,
            watched_buckets=[bucket for zone, bucket in lake.buckets.items() if zone != "logs"],
            logs_bucket=lake.logs,
            logs_prefix=TRAIL_PREFIX,
            logs_open=lake.logs_open,
            key_arn=key.arn,
            partition=partition(settings.stack.region),
            management_events=settings.audit.management_events,
        ),
        ours,
    )


def budget(settings: Settings, names: Names, ours: pulumi.ResourceOptions) -> None:
    """Declare what the account may cost, where the stack file says it."""
    if settings.cost.monthly_budget_usd is None:
        return
    AccountBudget(
        "budget",
        AccountBudgetArgs(
            account_id=settings.stack.account,
            budget_name=names.budget,
            monthly_budget_usd=settings.cost.monthly_budget_usd,
            subscribers=settings.cost.subscribers,
        ),
        ours,
    )


def office_hours(
    settings: Settings,
    names: Names,
    endpoint: Endpoint,
    key: EncryptionKey,
    boundary_arn: pulumi.Input[str],
    ours: pulumi.ResourceOptions,
) -> None:
    """Declare when the endpoint is there, where it is not always."""
    hours = settings.cost.office_hours
    if hours is None:
        return
    OfficeHours(
        "office-hours",
        OfficeHoursArgs(
            account_id=settings.stack.account,
            region=settings.stack.region,
            partition=partition(settings.stack.region),
            group_name=names.schedule_group,
            endpoint_name=endpoint.endpoint_name,
            known_endpoint_name=names.endpoint,
            endpoint_config_name=endpoint.endpoint_config_name,
            key_arn=key.arn,
            endpoint_tags=default_tags(settings.stack, names),
            start_hour=hours.start_hour,
            stop_hour=hours.stop_hour,
            timezone=hours.timezone,
            permissions_boundary_arn=boundary_arn,
        ),
        ours,
    )


def delivery(settings: Settings, names: Names, ours: pulumi.ResourceOptions) -> DeliveryRoles | None:
    """Declare who may preview and deploy from GitHub, where the stack file names a repository."""
    stack, delivery = settings.stack, settings.delivery
    if (
        delivery.repository is None
        or delivery.repository_id is None
        or delivery.repository_owner_id is None
        or delivery.state_bucket is None
        or delivery.state_key_arn is None
    ):
        return None
    own_boundary = f"arn:{partition(stack.region)}:iam::{stack.account}:policy/{names.boundary}"
    return DeliveryRoles(
        "delivery",
        DeliveryRolesArgs(
            place=Place(
                account_id=stack.account,
                region=stack.region,
                prefix=f"{names.project}-{names.stack}",
                role_names=ROLE_NAMES,
                bucket_prefix="lake",
            ),
            repository=Repository(
                name=delivery.repository,
                repository_id=delivery.repository_id,
                owner_id=delivery.repository_owner_id,
            ),
            github_environment=(
                stack.environment if delivery.github_environment is None else delivery.github_environment
            ),
            provider_arn=(
                GithubProvider("github", GithubProviderArgs(), ours).arn
                if delivery.own_provider
                else provider_arn(stack.account, stack.region)
            ),
            preview_role_name=names.delivery_role("preview"),
            deploy_role_name=names.delivery_role("deploy"),
            state_bucket_arn=bucket_arn(stack.region, delivery.state_bucket),
            state_key_arn=delivery.state_key_arn,
            boundary_arn=(own_boundary if stack.permissions_boundary_arn is None else stack.permissions_boundary_arn),
        ),
        ours,
    )
