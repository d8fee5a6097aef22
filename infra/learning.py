"""What a stack makes models with: images, code, registry, training, pipeline and tracking.

Part of the program: here settings become the args of these components, as `program.py` does with the rest.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pulumi

from infra import packaging
from infra.components.images.image_repositories import ImageRepositories, ImageRepositoriesArgs
from infra.components.registry.model_registry import ModelRegistry, ModelRegistryArgs
from infra.components.storage.code_package import CodePackage, CodePackageArgs
from infra.components.tracking.mlflow import Mlflow, MlflowArgs
from infra.components.training.training_environment import TrainingEnvironment, TrainingEnvironmentArgs
from infra.components.training.training_pipeline import TrainingPipeline, TrainingPipelineArgs
from infra.settings_to_args import pipeline_shape

if TYPE_CHECKING:
    from infra.components.drift.drift_watch import DriftWatch
    from infra.components.monitoring.notifications import Notifications
    from infra.components.network.joining import Subnets
    from infra.ground import Ground
    from infra.stack import Stack

_BUILD_FOLDER = Path(".slipway/packages")


def images(stack: Stack, ground: Ground) -> None:
    """Declare where the images of training, serving and monitoring are."""
    ImageRepositories(
        "images",
        ImageRepositoriesArgs(
            repository_names={image: stack.names.repository(image) for image in ("training", "serving", "monitoring")},
            key_arn=ground.key.arn,
            untagged_image_days=stack.settings.images.untagged_image_days,
            retention=stack.kept,
        ),
        stack.ours,
    )


def code_package(folder: str, stack: Stack, ground: Ground) -> CodePackage:
    """Package a root folder and declare it in the artifacts bucket."""
    try:
        package = packaging.build(Path(folder), _BUILD_FOLDER)
    except packaging.PackagingError as error:
        raise pulumi.RunError(str(error)) from error
    return CodePackage(
        f"{folder}-code",
        CodePackageArgs(archive=package.archive, key=package.key, bucket=ground.lake.artifacts, key_arn=ground.key.arn),
        stack.ours,
    )


def registry(stack: Stack, notifications: Notifications) -> ModelRegistry:
    """Declare where models are registered and approved."""
    settings = stack.settings.registry
    return ModelRegistry(
        "registry",
        ModelRegistryArgs(
            account_id=stack.account_id,
            region=stack.region,
            model_package_group_name=stack.names.model_package_group,
            reader_accounts=settings.reader_accounts,
            approvals_topic_arn=notifications.topic_arn if settings.notify_approvals else None,
            retention=stack.kept,
        ),
        stack.ours,
    )


def training(stack: Stack, ground: Ground, subnets: Subnets | None) -> TrainingEnvironment:
    """Declare what training jobs find."""
    settings = stack.settings.training
    return TrainingEnvironment(
        "training",
        TrainingEnvironmentArgs(
            account_id=stack.account_id,
            region=stack.region,
            curated_bucket=ground.lake.curated,
            artifacts_bucket=ground.lake.artifacts,
            key_arn=ground.key.arn,
            repository_name=stack.names.repository("training"),
            own_log_group=settings.own_log_group,
            log_retention_days=settings.log_retention_days,
            subnets=subnets,
            permissions_boundary_arn=ground.boundary_arn,
        ),
        stack.ours,
    )


def pipeline(
    stack: Stack,
    ground: Ground,
    training_code: CodePackage,
    serving_code: CodePackage,
    *,
    subnets: Subnets | None,
    watch: DriftWatch | None,
) -> None:
    """Declare the pipeline that trains by itself, where the stack has one."""
    settings = stack.settings.training.pipeline
    if settings is None:
        return
    TrainingPipeline(
        "pipeline",
        TrainingPipelineArgs(
            account_id=stack.account_id,
            region=stack.region,
            pipeline_name=stack.names.pipeline,
            repository_name=stack.names.repository("training"),
            shape=pipeline_shape(stack.settings, settings, stack.names),
            curated_bucket=ground.lake.curated,
            artifacts_bucket=ground.lake.artifacts,
            key_arn=ground.key.arn,
            training_code_uri=training_code.uri,
            serving_code_uri=serving_code.uri,
            schedule_expression=settings.schedule,
            schedule_timezone=settings.schedule_timezone,
            schedule_group_name=ground.schedules.group_name,
            known_schedule_group_name=stack.names.schedule_group,
            retrain_alarm_arns=[*settings.retrain_alarm_arns, *_drifting(stack, watch)],
            subnets=subnets,
            permissions_boundary_arn=ground.boundary_arn,
        ),
        stack.ours,
    )


def _drifting(stack: Stack, watch: DriftWatch | None) -> list[pulumi.Output[str]]:
    """Return the alarm on drift, where it starts the pipeline."""
    drift = stack.settings.monitoring.drift
    return [watch.alarm_arn] if watch is not None and drift is not None and drift.retrain else []


def tracking(stack: Stack, ground: Ground) -> Mlflow | None:
    """Declare the managed MLflow, where the stack has one."""
    if not stack.settings.tracking.enabled:
        return None
    return Mlflow(
        "tracking",
        MlflowArgs(
            account_id=stack.account_id,
            region=stack.region,
            app_name=stack.names.mlflow_app,
            artifacts_bucket=ground.lake.artifacts,
            key_arn=ground.key.arn,
            weekly_maintenance_window_start=stack.settings.tracking.weekly_maintenance_window_start,
            retention=stack.kept,
            permissions_boundary_arn=ground.boundary_arn,
        ),
        stack.ours,
    )
