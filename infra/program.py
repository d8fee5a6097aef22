"""The whole stack on one screen: settings, provider, components, exports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pulumi

from infra import packaging, surroundings
from infra.components.images.image_repositories import ImageRepositories, ImageRepositoriesArgs
from infra.components.monitoring.dashboard import Dashboard, DashboardArgs
from infra.components.monitoring.endpoint_alarms import EndpointAlarms, EndpointAlarmsArgs
from infra.components.monitoring.endpoint_events import EndpointEvents, EndpointEventsArgs
from infra.components.registry.model_registry import ModelRegistry, ModelRegistryArgs
from infra.components.security.encryption_key import EncryptionKey, EncryptionKeyArgs
from infra.components.serving.endpoint import Endpoint, EndpointArgs
from infra.components.serving.releases import VARIANT_NAME, Release
from infra.components.serving.serving_role import ServingRole, ServingRoleArgs
from infra.components.storage.code_package import CodePackage, CodePackageArgs
from infra.components.storage.lake import Lake, LakeArgs
from infra.components.training.permissions import MODELS_PREFIX
from infra.components.training.training_environment import TrainingEnvironment, TrainingEnvironmentArgs
from infra.naming import TRAINING_LOG_GROUP, image_uri, trail_arn
from infra.provider import aws_provider
from infra.retention import retention
from infra.stack_config import read_names, read_settings

if TYPE_CHECKING:
    from infra.settings import PinnedRelease

_BUILD_FOLDER = Path(".slipway/packages")


def deploy() -> None:
    """Declare the stack that is running."""
    settings, names = read_settings(), read_names()
    account_id, region = settings.stack.account, settings.stack.region
    kept = retention(settings.stack.environment)
    ours = pulumi.ResourceOptions(providers=[aws_provider(settings.stack, names)])

    boundary_arn = surroundings.boundary_arn(settings, names, ours)
    trail = trail_arn(account_id, region, names.trail) if settings.audit.enabled else None
    key = EncryptionKey(
        "key",
        EncryptionKeyArgs(
            account_id=account_id,
            region=region,
            log_group_prefixes=("/aws/sagemaker/", "/aws/events/", "/aws/vpc/"),
            trail_arn=trail,
            retention=kept,
        ),
        ours,
    )
    network = surroundings.network(settings, names, key, boundary_arn, ours)
    lake = Lake(
        "lake",
        LakeArgs(
            account_id=account_id,
            region=region,
            key_arn=key.arn,
            noncurrent_version_days=settings.lake.noncurrent_version_days,
            abort_multipart_days=settings.lake.abort_multipart_days,
            captures_expiry_days=settings.lake.captures_expiry_days,
            query_results_expiry_days=settings.lake.query_results_expiry_days,
            logs_expiry_days=settings.lake.logs_expiry_days,
            trail_arn=trail,
            retention=kept,
        ),
        ours,
    )
    databases, workgroup = surroundings.queries(settings, names, lake, key, ours)
    surroundings.trail(settings, names, lake, key, ours)
    surroundings.budget(settings, names, ours)
    ImageRepositories(
        "images",
        ImageRepositoriesArgs(
            repository_names={image: names.repository(image) for image in ("training", "serving", "monitoring")},
            key_arn=key.arn,
            untagged_image_days=settings.images.untagged_image_days,
            retention=kept,
        ),
        ours,
    )
    training_code, serving_code = (_code_package(folder, lake, key, ours) for folder in ("training", "serving"))
    registry = ModelRegistry(
        "registry",
        ModelRegistryArgs(model_package_group_name=names.model_package_group, retention=kept),
        ours,
    )
    training = TrainingEnvironment(
        "training",
        TrainingEnvironmentArgs(
            account_id=account_id,
            region=region,
            curated_bucket=lake.curated,
            artifacts_bucket=lake.artifacts,
            key_arn=key.arn,
            repository_name=names.repository("training"),
            own_log_group=settings.training.own_log_group,
            log_retention_days=settings.training.log_retention_days,
            permissions_boundary_arn=boundary_arn,
        ),
        ours,
    )
    events = EndpointEvents(
        "events",
        EndpointEventsArgs(
            account_id=account_id,
            region=region,
            endpoint_name=names.endpoint,
            key_arn=key.arn,
            retention_days=settings.monitoring.endpoint_events_days,
        ),
        ours,
    )
    alarms = (
        None
        if settings.release is None
        else EndpointAlarms(
            "alarms",
            EndpointAlarmsArgs(
                endpoint_name=names.endpoint,
                variant_name=VARIANT_NAME,
                server_errors_threshold=settings.monitoring.server_errors_threshold,
                model_errors_threshold=settings.monitoring.model_errors_threshold,
                latency_p90_ms=settings.monitoring.latency_p90_ms,
                evaluation_periods=settings.monitoring.evaluation_periods,
                no_traffic_minutes=settings.monitoring.no_traffic_minutes,
                alarm_action_arns=settings.monitoring.alarm_action_arns,
            ),
            ours,
        )
    )
    serving = ServingRole(
        "serving",
        ServingRoleArgs(
            account_id=account_id,
            region=region,
            endpoint_name=names.endpoint,
            artifacts_bucket=lake.artifacts,
            captures_bucket=lake.captures,
            key_arn=key.arn,
            repository_name=names.repository("serving"),
            rollback_alarm_arns=() if alarms is None else alarms.rollback_alarm_arns,
            permissions_boundary_arn=boundary_arn,
        ),
        ours,
    )
    endpoint = None
    if settings.release is not None and alarms is not None:
        endpoint = Endpoint(
            "endpoint",
            EndpointArgs(
                endpoint_name=names.endpoint,
                current=_release(settings.release.current),
                previous=None if settings.release.previous is None else _release(settings.release.previous),
                execution_role_arn=serving.arn,
                captures_bucket=lake.captures,
                key_arn=key.arn,
                log_retention_days=settings.serving.log_retention_days,
                rollback_alarm_names=alarms.rollback_alarm_names,
                bake_seconds=settings.serving.bake_seconds,
                wait_for=[*serving.policies, serving_code.stored],
            ),
            ours,
        )
        surroundings.office_hours(settings, names, endpoint, key, boundary_arn, ours)
    delivery = surroundings.delivery(settings, names, ours)
    dashboard = Dashboard(
        "dashboard",
        DashboardArgs(
            dashboard_name=names.dashboard,
            region=region,
            buckets=lake.buckets,
            endpoint_name=None if endpoint is None else names.endpoint,
            variant_name=VARIANT_NAME,
        ),
        ours,
    )

    # What `slipway train`, `slipway release` and CI read with `pulumi stack output --json`.
    pulumi.export("lake", dict(lake.buckets))
    pulumi.export("queries", {"databases": dict(databases), "workgroup": workgroup})
    pulumi.export("key_arn", key.arn)
    pulumi.export("registry", {"model_package_group_name": registry.model_package_group_name})
    pulumi.export(
        "delivery",
        None
        if delivery is None
        else {"preview_role_arn": delivery.preview_role_arn, "deploy_role_arn": delivery.deploy_role_arn},
    )
    pulumi.export(
        "network",
        None
        if network is None
        else {"subnet_ids": network.subnet_ids, "security_group_ids": network.security_group_ids},
    )
    pulumi.export("dashboard", {"name": dashboard.dashboard_name})
    pulumi.export(
        "training",
        {
            "role_arn": training.role_arn,
            "image": image_uri(account_id, region, names.repository("training"), settings.images.training_tag),
            "code_uri": training_code.uri,
            "log_group": TRAINING_LOG_GROUP,
            "output_path": pulumi.Output.concat("s3://", lake.artifacts, "/", MODELS_PREFIX),
            "instance_type": settings.training.instance_type,
            "instance_count": settings.training.instance_count,
            "volume_size_gib": settings.training.volume_size_gib,
            "max_runtime_seconds": settings.training.max_runtime_seconds,
        },
    )
    pulumi.export(
        "serving",
        {
            "role_arn": serving.arn,
            "image": image_uri(account_id, region, names.repository("serving"), settings.images.serving_tag),
            "code_uri": serving_code.uri,
            "instance_type": settings.serving.instance_type,
            "endpoint_name": names.endpoint,
            "events_log_group": events.log_group,
        },
    )
    pulumi.export(
        "endpoint",
        None
        if endpoint is None
        else {
            "name": endpoint.endpoint_name,
            "endpoint_config_name": endpoint.endpoint_config_name,
            "release": endpoint.release,
        },
    )


def _code_package(folder: str, lake: Lake, key: EncryptionKey, ours: pulumi.ResourceOptions) -> CodePackage:
    """Package a root folder and declare it in the artifacts bucket."""
    try:
        package = packaging.build(Path(folder), _BUILD_FOLDER)
    except packaging.PackagingError as error:
        raise pulumi.RunError(str(error)) from error
    return CodePackage(
        f"{folder}-code",
        CodePackageArgs(archive=package.archive, key=package.key, bucket=lake.artifacts, key_arn=key.arn),
        ours,
    )


def _release(pinned: PinnedRelease) -> Release:
    """Return what the endpoint needs of a pinned release; the rest of it is there for people."""
    return Release(
        digest=pinned.digest,
        model_data=pinned.model_data,
        image=pinned.image,
        code=pinned.code,
        instance_type=pinned.instance_type,
        initial_instance_count=pinned.initial_instance_count,
        environment=pinned.environment,
        capture_percentage=pinned.capture_percentage,
        container_startup_timeout_seconds=pinned.container_startup_timeout_seconds,
    )
