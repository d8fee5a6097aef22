"""What `slipway train`, `slipway release` and CI read with `pulumi stack output --json`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from infra.components.training.permissions import CHECKPOINTS_PREFIX, MODELS_PREFIX
from infra.naming import TRAINING_LOG_GROUP, image_uri

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.components.network.network import Network
    from infra.components.serving.endpoint import Endpoint
    from infra.components.serving.serving_role import ServingRole
    from infra.components.storage.code_package import CodePackage
    from infra.components.storage.lake import Lake
    from infra.components.training.training_environment import TrainingEnvironment
    from infra.stack import Stack


def training_export(
    stack: Stack, training: TrainingEnvironment, code: CodePackage, lake: Lake
) -> dict[str, pulumi.Input[str | int | None]]:
    """Return how a training job of the stack runs."""
    settings, names = stack.settings.training, stack.names
    tag = stack.settings.images.training_tag
    return {
        "role_arn": training.role_arn,
        "image": image_uri(stack.account_id, stack.region, names.repository("training"), tag),
        "code_uri": code.uri,
        "log_group": TRAINING_LOG_GROUP,
        "output_path": pulumi.Output.concat("s3://", lake.artifacts, "/", MODELS_PREFIX),
        "instance_type": settings.instance_type,
        "instance_count": settings.instance_count,
        "volume_size_gib": settings.volume_size_gib,
        "max_runtime_seconds": settings.max_runtime_seconds,
        "max_wait_seconds": settings.max_wait_seconds,
        "checkpoint_path": pulumi.Output.concat("s3://", lake.artifacts, "/", CHECKPOINTS_PREFIX),
    }


def serving_export(
    stack: Stack, role: ServingRole, code: CodePackage, events_log_group: pulumi.Output[str]
) -> dict[str, pulumi.Input[str | None]]:
    """Return how a new release of the stack is served."""
    settings, names = stack.settings.serving, stack.names
    tag = stack.settings.images.serving_tag
    return {
        "role_arn": role.arn,
        "image": image_uri(stack.account_id, stack.region, names.repository("serving"), tag),
        "code_uri": code.uri,
        "instance_type": settings.instance_type,
        "endpoint_name": names.endpoint,
        "events_log_group": events_log_group,
    }


def network_export(network: Network) -> dict[str, Sequence[pulumi.Output[str]]]:
    """Return where jobs that join the network are."""
    return {"subnet_ids": network.subnet_ids, "security_group_ids": network.security_group_ids}


def endpoint_export(endpoint: Endpoint | None) -> dict[str, pulumi.Input[str]] | None:
    """Return what answers now; None while nothing does."""
    if endpoint is None:
        return None
    return {
        "name": endpoint.endpoint_name,
        "endpoint_config_name": endpoint.endpoint_config_name,
        "release": endpoint.release,
    }
