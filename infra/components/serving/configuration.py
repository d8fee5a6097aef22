"""An endpoint configuration's parts in Pulumi's words, from a release: pure but for what AWS names later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from infra.components.serving.permissions import ANSWERS_PREFIX, CAPTURES_PREFIX, FAILURES_PREFIX
from infra.components.serving.releases import SHADOW_VARIANT_NAME, VARIANT_NAME, Release, Shadow
from infra.instance_types import has_local_storage

if TYPE_CHECKING:
    import pulumi_aws as aws

    from infra.components.network.joining import Subnets
    from infra.components.serving.rollout import Rollout

_WHOLE_WEIGHT = 1


def shadow_variant(
    shadow: Shadow, model_name: pulumi.Input[str]
) -> aws.sagemaker.EndpointConfigurationShadowProductionVariantArgsDict:
    """Return the shadow variant of a candidate: its weight, held against the production variant's, is its share."""
    release = shadow.release
    variant: aws.sagemaker.EndpointConfigurationShadowProductionVariantArgsDict = {
        "variant_name": SHADOW_VARIANT_NAME,
        "model_name": model_name,
        "initial_variant_weight": shadow.percentage / 100 * _WHOLE_WEIGHT,
        "instance_type": release.instance_type,
        "initial_instance_count": release.initial_instance_count,
        "container_startup_health_check_timeout_in_seconds": release.container_startup_timeout_seconds,
    }
    if release.inference_ami_version is not None:
        variant["inference_ami_version"] = release.inference_ami_version
    return variant


def production_variant(
    release: Release, model_name: pulumi.Input[str]
) -> aws.sagemaker.EndpointConfigurationProductionVariantArgsDict:
    """Return the one production variant of a release."""
    common: aws.sagemaker.EndpointConfigurationProductionVariantArgsDict = {
        "variant_name": VARIANT_NAME,
        "model_name": model_name,
        "initial_variant_weight": _WHOLE_WEIGHT,
    }
    if release.serverless is not None:
        serverless: aws.sagemaker.EndpointConfigurationProductionVariantServerlessConfigArgsDict = {
            "memory_size_in_mb": release.serverless.memory_size_in_mb,
            "max_concurrency": release.serverless.max_concurrency,
        }
        if release.serverless.provisioned_concurrency is not None:
            serverless["provisioned_concurrency"] = release.serverless.provisioned_concurrency
        return {**common, "serverless_config": serverless}
    variant: aws.sagemaker.EndpointConfigurationProductionVariantArgsDict = {
        **common,
        "instance_type": release.instance_type,
        "initial_instance_count": release.initial_instance_count,
        "container_startup_health_check_timeout_in_seconds": release.container_startup_timeout_seconds,
    }
    if release.inference_ami_version is not None:
        variant["inference_ami_version"] = release.inference_ami_version
    return variant


def disk_key(release: Release, key_arn: pulumi.Input[str]) -> pulumi.Input[str] | None:
    """Return the key of the instances' disks; hardware encrypts local ones, and serverless has none."""
    if release.instance_type is None or has_local_storage(release.instance_type):
        return None
    return key_arn


def model_network(release: Release, subnets: Subnets | None) -> aws.sagemaker.ModelVpcConfigArgsDict | None:
    """Return the network that a model is brought through; serverless endpoints know none (feature exclusions)."""
    if subnets is None or release.kind == "serverless":
        return None
    return {"subnets": list(subnets.subnet_ids), "security_group_ids": list(subnets.security_group_ids)}


def data_capture(
    release: Release, captures_bucket: pulumi.Input[str], key_arn: pulumi.Input[str]
) -> aws.sagemaker.EndpointConfigurationDataCaptureConfigArgsDict | None:
    """Return how requests and answers are captured; serverless releases know no capture."""
    if release.kind == "serverless":
        return None
    return {
        "enable_capture": release.capture_percentage > 0,
        "initial_sampling_percentage": release.capture_percentage,
        "destination_s3_uri": pulumi.Output.concat("s3://", captures_bucket, "/", CAPTURES_PREFIX.rstrip("/")),
        "kms_key_id": key_arn,
        "capture_options": [{"capture_mode": "Input"}, {"capture_mode": "Output"}],
        # Without these SageMaker writes every body in base64.
        "capture_content_type_header": {
            "csv_content_types": ["text/csv"],
            "json_content_types": ["application/json"],
        },
    }


def asynchronous(
    release: Release,
    captures_bucket: pulumi.Input[str],
    key_arn: pulumi.Input[str],
    topic_arn: pulumi.Input[str] | None,
) -> aws.sagemaker.EndpointConfigurationAsyncInferenceConfigArgsDict | None:
    """Return where an asynchronous release puts its answers, and whom it tells; None for any other."""
    if release.kind != "async":
        return None
    output: aws.sagemaker.EndpointConfigurationAsyncInferenceConfigOutputConfigArgsDict = {
        "s3_output_path": pulumi.Output.concat("s3://", captures_bucket, "/", ANSWERS_PREFIX),
        "s3_failure_path": pulumi.Output.concat("s3://", captures_bucket, "/", FAILURES_PREFIX),
        "kms_key_id": key_arn,
    }
    if release.notify:
        if topic_arn is None:
            raise ValueError(f"release {release.digest} notifies a topic, and there is none; give topic_arn")
        output["notification_config"] = {"success_topic": topic_arn, "error_topic": topic_arn}
    config: aws.sagemaker.EndpointConfigurationAsyncInferenceConfigArgsDict = {"output_config": output}
    if release.max_concurrent_invocations_per_instance is not None:
        most = release.max_concurrent_invocations_per_instance
        config["client_config"] = {"max_concurrent_invocations_per_instance": most}
    return config


def deployment(
    rollout: Rollout, bake_seconds: int, alarm_names: list[pulumi.Input[str]]
) -> aws.sagemaker.EndpointDeploymentConfigArgsDict:
    """Return how traffic moves from the old fleet to the new one, and which alarms take it back."""
    routing: aws.sagemaker.EndpointDeploymentConfigBlueGreenUpdatePolicyTrafficRoutingConfigurationArgsDict = {
        "type": rollout.type,
        "wait_interval_in_seconds": rollout.wait_seconds,
    }
    if rollout.type == "CANARY":
        routing["canary_size"] = {"type": "CAPACITY_PERCENT", "value": rollout.share}
    if rollout.type == "LINEAR":
        routing["linear_step_size"] = {"type": "CAPACITY_PERCENT", "value": rollout.share}
    return {
        "blue_green_update_policy": {
            "traffic_routing_configuration": routing,
            "termination_wait_in_seconds": bake_seconds,
        },
        "auto_rollback_configuration": {"alarms": [{"alarm_name": alarm} for alarm in alarm_names]},
    }
