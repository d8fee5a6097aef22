"""The pipeline that makes a model out of the lake's data by itself, and when it does."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from infra.components.network.joining import Subnets, joined, joining_policy
from infra.components.schedules.trust import schedule_trust
from infra.components.security.statements import assume_by_sagemaker, document, key_policy
from infra.components.training.definition import Shape, pipeline_definition
from infra.components.training.pipeline_permissions import (
    PipelinePlace,
    assume_by_events,
    jobs_policy,
    pipeline_arn,
    pipeline_policy,
    ringing_pattern,
    start_pipeline,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, kw_only=True)
class TrainingPipelineArgs:
    """What a TrainingPipeline is made from."""

    account_id: str
    """Account of the pipeline."""
    region: str
    """Region of the pipeline."""
    pipeline_name: str
    """Name that schedules, rules and people start it by."""
    repository_name: str
    """ECR repository of the training image."""
    shape: Shape
    """How its jobs run and what a good model is."""
    curated_bucket: pulumi.Input[str]
    """Bucket that it learns from."""
    artifacts_bucket: pulumi.Input[str]
    """Bucket of code, models, checkpoints and what passes between its steps."""
    key_arn: pulumi.Input[str]
    """KMS key of the buckets and disks."""
    training_code_uri: pulumi.Input[str]
    """S3 URI of the training code package."""
    serving_code_uri: pulumi.Input[str]
    """S3 URI of the serving code package that a registered model is released with."""
    schedule_expression: str | None = None
    """When it runs by itself, as EventBridge Scheduler writes it. Left out: only when somebody starts it."""
    schedule_timezone: str
    """Time zone of the schedule."""
    schedule_group_name: pulumi.Input[str] | None = None
    """Group of the schedule, which a schedule must have. Left out: there is no schedule."""
    known_schedule_group_name: str
    """The same name as it is known before the group exists, for the trust of the schedule's role."""
    retrain_alarm_arns: Sequence[pulumi.Input[str]] = ()
    """Alarms that start it when they begin to ring. Left out: no alarm does."""
    subnets: Subnets | None = None
    """Where the jobs join a network. Left out: they are in SageMaker's own."""
    permissions_boundary_arn: pulumi.Input[str] | None = None
    """IAM policy that bounds the roles. Left out: no boundary."""


class TrainingPipeline(pulumi.ComponentResource):
    """A SageMaker pipeline, its role and that of its jobs, and what starts it by itself if asked for."""

    arn: pulumi.Output[str]
    """ARN of the pipeline."""

    def __init__(self, name: str, args: TrainingPipelineArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:training:TrainingPipeline", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        place: PipelinePlace = {
            "account_id": args.account_id,
            "region": args.region,
            "pipeline_name": args.pipeline_name,
            "repository_name": args.repository_name,
            "model_package_group_name": args.shape.model_package_group_name,
            "tunes": args.shape.tuning is not None,
        }
        trust = document([assume_by_sagemaker(args.account_id)])

        jobs = aws.iam.Role(
            f"{name}-jobs",
            description="Execution role of the pipeline's jobs",
            assume_role_policy=trust,
            permissions_boundary=args.permissions_boundary_arn,
            opts=child,
        )
        buckets = pulumi.Output.all(curated=args.curated_bucket, artifacts=args.artifacts_bucket)
        data = aws.iam.RolePolicy(
            f"{name}-jobs-data", role=jobs.name, policy=buckets.apply(partial(jobs_policy, place)), opts=child
        )
        key = pulumi.Output.from_input(args.key_arn).apply(key_policy)
        policies: list[pulumi.Resource] = [
            data,
            aws.iam.RolePolicy(f"{name}-jobs-key", role=jobs.name, policy=key, opts=child),
        ]
        network = joining_policy(args.account_id, args.region, args.subnets)
        if network is not None:
            policies.append(aws.iam.RolePolicy(f"{name}-jobs-network", role=jobs.name, policy=network, opts=child))
        role = aws.iam.Role(
            f"{name}-run",
            description="Role that the pipeline starts its jobs with",
            assume_role_policy=trust,
            permissions_boundary=args.permissions_boundary_arn,
            opts=child,
        )
        known = pulumi.Output.all(jobs_role_arn=jobs.arn, artifacts=args.artifacts_bucket)
        policies += [
            aws.iam.RolePolicy(
                f"{name}-run", role=role.name, policy=known.apply(partial(pipeline_policy, place)), opts=child
            ),
            aws.iam.RolePolicy(f"{name}-run-key", role=role.name, policy=key, opts=child),
        ]
        pipeline = aws.sagemaker.Pipeline(
            name,
            pipeline_name=args.pipeline_name,
            pipeline_display_name=args.pipeline_name,
            role_arn=role.arn,
            pipeline_definition=pulumi.Output.all(
                curated=args.curated_bucket,
                artifacts=args.artifacts_bucket,
                key_arn=args.key_arn,
                role_arn=jobs.arn,
                training_code_uri=args.training_code_uri,
                serving_code_uri=args.serving_code_uri,
                **joined(args.subnets),
            ).apply(partial(pipeline_definition, args.shape)),
            # Who starts it at once finds roles that may do everything; no property names their policies.
            opts=pulumi.ResourceOptions(parent=self, depends_on=policies),
        )
        if args.schedule_expression is not None:
            self._schedule(name, args, pipeline)
        if args.retrain_alarm_arns:
            self._retrain(name, args, pipeline)

        self.arn = pipeline.arn
        self.register_outputs({"arn": self.arn})

    def _starter(self, name: str, args: TrainingPipelineArgs, trust: str) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        """Declare a role that may start this pipeline and nothing else."""
        child = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            name,
            description=f"Role that pipeline {args.pipeline_name} is started with",
            assume_role_policy=trust,
            permissions_boundary=args.permissions_boundary_arn,
            opts=child,
        )
        arn = pipeline_arn(args.account_id, args.region, args.pipeline_name)
        start = aws.iam.RolePolicy(name, role=role.name, policy=document([start_pipeline(arn)]), opts=child)
        return role, start

    def _schedule(self, name: str, args: TrainingPipelineArgs, pipeline: aws.sagemaker.Pipeline) -> None:
        """Declare when the pipeline runs by itself."""
        role, start = self._starter(
            f"{name}-schedule", args, schedule_trust(args.account_id, args.region, args.known_schedule_group_name)
        )
        aws.scheduler.Schedule(
            f"{name}-schedule",
            group_name=args.schedule_group_name,
            schedule_expression=args.schedule_expression,
            schedule_expression_timezone=args.schedule_timezone,
            flexible_time_window={"mode": "OFF"},
            target={"arn": pipeline.arn, "role_arn": role.arn},
            # A schedule that fires before its role may start anything loses that run.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[start]),
        )

    def _retrain(self, name: str, args: TrainingPipelineArgs, pipeline: aws.sagemaker.Pipeline) -> None:
        """Declare the rule from ringing alarms to the pipeline."""
        role, start = self._starter(f"{name}-retrain", args, document([assume_by_events(args.account_id)]))
        rule = aws.cloudwatch.EventRule(
            f"{name}-retrain",
            description=f"Alarms that start pipeline {args.pipeline_name}",
            event_pattern=pulumi.Output.all(*args.retrain_alarm_arns).apply(ringing_pattern),
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.cloudwatch.EventTarget(
            f"{name}-retrain",
            rule=rule.name,
            arn=pipeline.arn,
            role_arn=role.arn,
            # An alarm that rings before the role may start anything starts nothing.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[start]),
        )
