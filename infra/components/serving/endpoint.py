"""The endpoint, and the models and configurations of the releases behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from infra.components.serving.configuration import (
    asynchronous,
    data_capture,
    deployment,
    disk_key,
    model_network,
    production_variant,
    shadow_variant,
)
from infra.components.serving.releases import Release, Shadow, declared_releases
from infra.components.serving.rollout import Rollout
from infra.naming import endpoint_log_group

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from infra.components.network.joining import Subnets


@dataclass(frozen=True, kw_only=True)
class EndpointArgs:
    """What an Endpoint is made from."""

    endpoint_name: str
    """Name that clients invoke; it never changes."""
    current: Release
    """The release that the endpoint serves."""
    previous: Release | None = None
    """The release before it, declared so that a rollback, also SageMaker's own, finds it. Left out: there is none."""
    shadow: Shadow | None = None
    """A candidate that gets copies of requests, beside one of the two releases. Left out: there is none."""
    execution_role_arn: pulumi.Input[str]
    """Role that SageMaker reads models and writes captures with."""
    captures_bucket: pulumi.Input[str]
    """Bucket that captured requests and answers go to."""
    key_arn: pulumi.Input[str]
    """KMS key of disks, captures and logs."""
    log_retention_days: int
    """Days that the containers' logs are kept."""
    rollback_alarm_names: Sequence[pulumi.Input[str]]
    """Alarms that take a rollout back when they ring while both fleets run."""
    bake_seconds: int
    """Seconds after a rollout in which the old fleet still runs and an alarm brings it back; 0 does not wait."""
    rollout: Rollout = field(default_factory=Rollout)
    """How traffic moves to a new release. Left out: all at once."""
    topic_arn: pulumi.Input[str] | None = None
    """Topic that asynchronous releases may tell of their answers. Left out: none of them does."""
    subnets: Subnets | None = None
    """Where the models join a network; serverless ones cannot. Left out: they are in SageMaker's own."""
    wait_for: Sequence[pulumi.Resource] = ()
    """What has to exist before SageMaker takes a model: the role's policies, the code. Left out: nothing."""

    def __post_init__(self) -> None:
        """Refuse a shadow beside nothing that is declared."""
        declared = [one.digest for one in declared_releases(self.current, self.previous)]
        if self.shadow is None or self.shadow.beside == declared[0]:
            return
        if not self.shadow.ended or self.shadow.beside not in declared:
            raise ValueError(
                f"the shadow is beside {self.shadow.beside}; it must be beside the current release, {declared[0]}, or "
                "be ended and beside the previous one"
            )


class Endpoint(pulumi.ComponentResource):
    """An endpoint whose releases are never changed: a rollout points it at another configuration, in place."""

    endpoint_name: pulumi.Output[str]
    """Name of the endpoint."""
    endpoint_config_name: pulumi.Output[str]
    """Configuration of the current release: what DescribeEndpoint should say once a rollout is over."""
    release: str
    """Digest of the current release."""

    def __init__(self, name: str, args: EndpointArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:serving:Endpoint", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        logs = aws.cloudwatch.LogGroup(
            name,
            name=endpoint_log_group(args.endpoint_name),
            retention_in_days=args.log_retention_days,
            kms_key_id=args.key_arn,
            opts=child,
        )
        models: dict[str, aws.sagemaker.Model] = {}
        configurations: dict[str, aws.sagemaker.EndpointConfiguration] = {}
        for release in declared_releases(args.current, args.previous):
            own = f"{name}-{release.digest}"
            models[release.digest] = self._model(own, release, args)
            configurations[release.digest] = self._configuration(own, release, models[release.digest].name, args)
        self.release = args.current.digest
        serving = configurations[self.release]
        if args.shadow is not None:
            shadowed = self._shadowed(name, args.shadow, models, args)
            serving = serving if args.shadow.ended else shadowed
        endpoint = aws.sagemaker.Endpoint(
            name,
            name=args.endpoint_name,
            endpoint_config_name=serving.name,
            # Given from the first day: adding it to an endpoint later replaces the endpoint.
            deployment_config=deployment(args.rollout, args.bake_seconds, list(args.rollback_alarm_names)),
            # SageMaker makes the log group itself, without retention or key, if the first container finds none.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[logs]),
        )

        self.endpoint_name = endpoint.name
        self.endpoint_config_name = serving.name
        self.register_outputs(
            {
                "endpoint_name": self.endpoint_name,
                "endpoint_config_name": self.endpoint_config_name,
                "release": self.release,
            }
        )

    def _shadowed(
        self, name: str, shadow: Shadow, models: Mapping[str, aws.sagemaker.Model], args: EndpointArgs
    ) -> aws.sagemaker.EndpointConfiguration:
        """Declare the configuration of a release with a candidate beside it, and the candidate's model.

        Its name ends in the digest of the release that answers, like that of every configuration.
        """
        digest = shadow.release.digest
        model = models.get(digest) or self._model(f"{name}-{digest}", shadow.release, args)
        (answers,) = (one for one in declared_releases(args.current, args.previous) if one.digest == shadow.beside)
        return self._configuration(
            f"{name}-shadow-{shadow.percentage}-{digest}-{answers.digest}",
            answers,
            models[answers.digest].name,
            args,
            [shadow_variant(shadow, model.name)],
        )

    def _model(self, name: str, release: Release, args: EndpointArgs) -> aws.sagemaker.Model:
        """Declare the model of one release, without a physical name: old and new exist at once."""
        return aws.sagemaker.Model(
            name,
            execution_role_arn=args.execution_role_arn,
            # The container needs no network: SageMaker itself brings the model and the code and takes the captures.
            # Serverless endpoints know no isolation (developer guide, serverless feature exclusions).
            enable_network_isolation=release.kind != "serverless",
            vpc_config=model_network(release, args.subnets),
            primary_container={
                "image": release.image,
                "model_data_url": release.model_data,
                "environment": dict(release.environment),
                "additional_model_data_sources": [
                    {
                        # Unpacked to /opt/ml/additional-model-data-sources/code, first on the image's PYTHONPATH.
                        "channel_name": "code",
                        "s3_data_sources": [
                            {"s3_uri": release.code, "s3_data_type": "S3Object", "compression_type": "Gzip"}
                        ],
                    }
                ],
            },
            # CreateModel reads the artifact and the code with the role at once; no property names the role's policies.
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(args.wait_for)),
        )

    def _configuration(
        self,
        name: str,
        release: Release,
        model_name: pulumi.Input[str],
        args: EndpointArgs,
        shadows: list[aws.sagemaker.EndpointConfigurationShadowProductionVariantArgsDict] | None = None,
    ) -> aws.sagemaker.EndpointConfiguration:
        """Declare a configuration of one release, without a physical name either."""
        return aws.sagemaker.EndpointConfiguration(
            name,
            production_variants=[production_variant(release, model_name)],
            shadow_production_variants=shadows,
            kms_key_arn=disk_key(release, args.key_arn),
            data_capture_config=data_capture(release, args.captures_bucket, args.key_arn),
            async_inference_config=asynchronous(release, args.captures_bucket, args.key_arn, args.topic_arn),
            opts=pulumi.ResourceOptions(parent=self),
        )
