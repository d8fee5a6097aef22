"""What a stack answers with, and who hears when it does not: topic, events, alarms, role, endpoint and scaling.

Part of the program: here settings become the args of these components, as `program.py` does with the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.components.drift.definition import Watch
from infra.components.drift.drift_watch import DriftWatch, DriftWatchArgs
from infra.components.monitoring.alarms import Saturation
from infra.components.monitoring.dashboard import Dashboard, DashboardArgs
from infra.components.monitoring.endpoint_alarms import EndpointAlarms, EndpointAlarmsArgs
from infra.components.monitoring.endpoint_events import EndpointEvents, EndpointEventsArgs
from infra.components.monitoring.notifications import Notifications, NotificationsArgs, Subscriber
from infra.components.serving.autoscaling import Autoscaling, AutoscalingArgs
from infra.components.serving.endpoint import Endpoint, EndpointArgs
from infra.components.serving.releases import VARIANT_NAME
from infra.components.serving.rollout import Rollout
from infra.components.serving.serving_role import ServingRole, ServingRoleArgs
from infra.learning import code_package
from infra.naming import image_uri
from infra.settings_to_args import pinned_releases, shadow_of

if TYPE_CHECKING:
    import pulumi

    from infra.components.network.joining import Subnets
    from infra.components.storage.code_package import CodePackage
    from infra.ground import Ground
    from infra.stack import Stack


def notifications(stack: Stack, ground: Ground) -> Notifications:
    """Declare the topic that people hear of the stack by."""
    return Notifications(
        "notifications",
        NotificationsArgs(
            account_id=stack.account_id,
            region=stack.region,
            key_arn=ground.key.arn,
            subscribers=[
                Subscriber(protocol=one.protocol, endpoint=one.endpoint)
                for one in stack.settings.monitoring.subscriptions
            ],
        ),
        stack.ours,
    )


def events(stack: Stack, ground: Ground) -> EndpointEvents:
    """Declare where the endpoint's changes are kept."""
    return EndpointEvents(
        "events",
        EndpointEventsArgs(
            account_id=stack.account_id,
            region=stack.region,
            endpoint_name=stack.names.endpoint,
            key_arn=ground.key.arn,
            retention_days=stack.settings.monitoring.endpoint_events_days,
        ),
        stack.ours,
    )


def alarms(stack: Stack, topic: Notifications) -> EndpointAlarms | None:
    """Declare what rings when the endpoint does not answer as it should, where there is one."""
    settings = stack.settings.monitoring
    if stack.settings.release is None:
        return None
    return EndpointAlarms(
        "alarms",
        EndpointAlarmsArgs(
            endpoint_name=stack.names.endpoint,
            variant_name=VARIANT_NAME,
            server_errors_threshold=settings.server_errors_threshold,
            model_errors_threshold=settings.model_errors_threshold,
            latency_p90_ms=settings.latency_p90_ms,
            evaluation_periods=settings.evaluation_periods,
            no_traffic_minutes=settings.no_traffic_minutes,
            saturation=Saturation(
                cpu_percent=settings.cpu_percent,
                memory_percent=settings.memory_percent,
                gpu_percent=settings.gpu_percent,
                gpu_memory_percent=settings.gpu_memory_percent,
            ),
            alarm_action_arns=[topic.topic_arn, *settings.alarm_action_arns],
        ),
        stack.ours,
    )


def drift(stack: Stack, ground: Ground, topic: Notifications, subnets: Subnets | None) -> DriftWatch | None:
    """Declare what looks for drift of the endpoint, where there is one and the stack file asks for it."""
    releases, settings = pinned_releases(stack.settings.release), stack.settings.monitoring.drift
    tag = stack.settings.images.monitoring_tag
    if not releases or settings is None or tag is None:
        return None
    return DriftWatch(
        "drift",
        DriftWatchArgs(
            account_id=stack.account_id,
            region=stack.region,
            pipeline_name=stack.names.drift_pipeline,
            repository_name=stack.names.repository("monitoring"),
            watch=Watch(
                image=image_uri(stack.account_id, stack.region, stack.names.repository("monitoring"), tag),
                instance_type=settings.instance_type,
                max_runtime_seconds=settings.max_runtime_seconds,
                endpoint_name=stack.names.endpoint,
                variant_name=VARIANT_NAME,
                model_data=releases[0].model_data,
                window_hours=settings.window_hours,
                least_rows=settings.least_rows,
                psi_threshold=settings.psi_threshold,
                ignored_features=settings.ignored_features,
            ),
            artifacts_bucket=ground.lake.artifacts,
            captures_bucket=ground.lake.captures,
            key_arn=ground.key.arn,
            code_uri=code_package("monitoring", stack, ground).uri,
            schedule_expression=settings.schedule,
            schedule_timezone=settings.schedule_timezone,
            schedule_group_name=ground.schedules.group_name,
            known_schedule_group_name=stack.names.schedule_group,
            topic_arn=topic.topic_arn,
            subnets=subnets,
            permissions_boundary_arn=ground.boundary_arn,
        ),
        stack.ours,
    )


def serving_role(
    stack: Stack, ground: Ground, topic: Notifications, rings: EndpointAlarms | None, subnets: Subnets | None
) -> ServingRole:
    """Declare the role that the endpoint's containers have."""
    releases = pinned_releases(stack.settings.release)
    return ServingRole(
        "serving",
        ServingRoleArgs(
            account_id=stack.account_id,
            region=stack.region,
            endpoint_name=stack.names.endpoint,
            artifacts_bucket=ground.lake.artifacts,
            captures_bucket=ground.lake.captures,
            key_arn=ground.key.arn,
            repository_name=stack.names.repository("serving"),
            asynchronous=any(one.kind == "async" for one in releases),
            notify_topic_arn=topic.topic_arn if any(one.notify for one in releases) else None,
            rollback_alarm_arns=() if rings is None else rings.rollback_alarm_arns,
            subnets=subnets,
            permissions_boundary_arn=ground.boundary_arn,
        ),
        stack.ours,
    )


def endpoint(
    stack: Stack,
    ground: Ground,
    topic: Notifications,
    rings: EndpointAlarms | None,
    role: ServingRole,
    code: CodePackage,
    subnets: Subnets | None,
) -> Endpoint | None:
    """Declare the endpoint of the pinned releases and how it scales; nothing while no release is pinned."""
    releases, settings = pinned_releases(stack.settings.release), stack.settings.serving
    if not releases or rings is None:
        return None
    endpoint = Endpoint(
        "endpoint",
        EndpointArgs(
            endpoint_name=stack.names.endpoint,
            current=releases[0],
            previous=releases[1] if releases[1:] else None,
            shadow=shadow_of(stack.settings.release),
            execution_role_arn=role.arn,
            captures_bucket=ground.lake.captures,
            key_arn=ground.key.arn,
            log_retention_days=settings.log_retention_days,
            rollback_alarm_names=rings.rollback_alarm_names,
            bake_seconds=settings.bake_seconds,
            rollout=Rollout(
                type=settings.rollout.type,
                step_percent=settings.rollout.step_percent,
                wait_seconds=settings.rollout.wait_seconds,
            ),
            topic_arn=topic.topic_arn,
            subnets=subnets,
            wait_for=[*role.policies, code.stored],
        ),
        stack.ours,
    )
    # The stack file may speak of the next release already; what serves scales once it is of that kind.
    if settings.autoscaling is not None and releases[0].kind == settings.kind:
        _autoscaling(stack, endpoint.endpoint_name)
    return endpoint


def dashboard(stack: Stack, ground: Ground, shown: Endpoint | None) -> Dashboard:
    """Declare the picture of the stack."""
    return Dashboard(
        "dashboard",
        DashboardArgs(
            dashboard_name=stack.names.dashboard,
            region=stack.region,
            buckets=ground.lake.buckets,
            endpoint_name=None if shown is None else stack.names.endpoint,
            variant_name=VARIANT_NAME,
        ),
        stack.ours,
    )


def _autoscaling(stack: Stack, endpoint_name: pulumi.Output[str]) -> None:
    """Let the endpoint's instances follow its load."""
    scaling = stack.settings.serving.autoscaling
    if scaling is None:
        return
    Autoscaling(
        "scaling",
        AutoscalingArgs(
            endpoint_name=endpoint_name,
            variant_name=VARIANT_NAME,
            min_capacity=scaling.min_capacity,
            max_capacity=scaling.max_capacity,
            target_invocations_per_minute=scaling.target_invocations_per_minute,
            target_backlog_per_instance=scaling.target_backlog_per_instance,
            scale_in_cooldown_seconds=scaling.scale_in_cooldown_seconds,
            scale_out_cooldown_seconds=scaling.scale_out_cooldown_seconds,
        ),
        stack.ours,
    )
