"""What looks for drift by the clock, and rings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import pulumi
import pulumi_aws as aws

from infra.components.drift.definition import Watch, drift_definition
from infra.components.drift.permissions import (
    METRICS_NAMESPACE,
    DriftPlace,
    drift_jobs_policy,
    drift_run_policy,
    failed_pattern,
)
from infra.components.monitoring.alarms import any_of
from infra.components.network.joining import Subnets, joined, joining_policy
from infra.components.schedules.trust import schedule_trust
from infra.components.security.statements import assume_by_sagemaker, document, key_policy
from infra.components.training.pipeline_permissions import pipeline_arn, start_pipeline

_PERIOD_SECONDS = 3600
_WATCHED = {
    "features": ("FeaturePsi", "a feature is distributed otherwise than in training: look at the report below drift/"),
    "prediction": ("PredictionPsi", "the model answers otherwise than it did when it was judged: look below drift/"),
}


@dataclass(frozen=True, kw_only=True)
class DriftWatchArgs:
    """What a DriftWatch is made from."""

    account_id: str
    """Account of the pipeline."""
    region: str
    """Region of the pipeline."""
    pipeline_name: str
    """Name of the pipeline that the schedule and people start."""
    repository_name: str
    """ECR repository of the monitoring image."""
    watch: Watch
    """What is looked at, how, and what counts as moved."""
    artifacts_bucket: pulumi.Input[str]
    """Bucket of models and code, and of the reports."""
    captures_bucket: pulumi.Input[str]
    """Bucket of captured requests and answers."""
    key_arn: pulumi.Input[str]
    """KMS key of the buckets and disks."""
    code_uri: pulumi.Input[str]
    """S3 URI of the monitoring code package."""
    schedule_expression: str
    """When the job runs, as EventBridge Scheduler writes it."""
    schedule_timezone: str
    """Time zone of the schedule."""
    schedule_group_name: pulumi.Input[str]
    """Group of the schedule."""
    known_schedule_group_name: str
    """The same name as it is known before the group exists, for the trust of the schedule's role."""
    topic_arn: pulumi.Input[str]
    """Topic that hears of drift, of its end, and of a job that failed."""
    subnets: Subnets | None = None
    """Where the job joins a network. Left out: it is in SageMaker's own."""
    permissions_boundary_arn: pulumi.Input[str] | None = None
    """IAM policy that bounds the roles. Left out: no boundary."""


class DriftWatch(pulumi.ComponentResource):
    """A pipeline of one job, its schedule and roles, its alarms, and a rule that tells of failures.

    One alarm stands above those on the metrics: a feature and the prediction that move together are one message, and
    train one model.

    A pipeline, and not a schedule that creates a job: the schedule's role may then start one thing and pass no role,
    each job has a name of its own, and an execution keeps what was run with which release.
    """

    alarm_arn: pulumi.Output[str]
    """ARN of the alarm above the others."""

    def __init__(self, name: str, args: DriftWatchArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:drift:DriftWatch", name, None, opts)
        pipeline = self._pipeline(name, args)
        self._schedule(name, args, pipeline)
        self._failures(name, args, pipeline)
        alarms = [self._alarm(f"{name}-{role}", args, *told) for role, told in _WATCHED.items()]
        whole = aws.cloudwatch.CompositeAlarm(
            name,
            alarm_name=f"{args.watch.endpoint_name}-drift",
            alarm_rule=pulumi.Output.all(*(alarm.name for alarm in alarms)).apply(any_of),
            alarm_description=f"endpoint {args.watch.endpoint_name} has drifted: the report below drift/ says how",
            alarm_actions=[args.topic_arn],
            ok_actions=[args.topic_arn],
            opts=pulumi.ResourceOptions(parent=self),
        )

        self.alarm_arn = whole.arn
        self.register_outputs({"alarm_arn": self.alarm_arn})

    def _pipeline(self, name: str, args: DriftWatchArgs) -> aws.sagemaker.Pipeline:
        """Declare the pipeline, its role and its job's."""
        child = pulumi.ResourceOptions(parent=self)
        place: DriftPlace = {
            "account_id": args.account_id,
            "region": args.region,
            "endpoint_name": args.watch.endpoint_name,
            "repository_name": args.repository_name,
        }
        trust = document([assume_by_sagemaker(args.account_id)])
        jobs = aws.iam.Role(
            f"{name}-jobs",
            description="Execution role of the job that looks for drift",
            assume_role_policy=trust,
            permissions_boundary=args.permissions_boundary_arn,
            opts=child,
        )
        buckets = pulumi.Output.all(artifacts=args.artifacts_bucket, captures=args.captures_bucket)
        key = pulumi.Output.from_input(args.key_arn).apply(key_policy)
        policies: list[pulumi.Resource] = [
            aws.iam.RolePolicy(
                f"{name}-jobs-data", role=jobs.name, policy=buckets.apply(partial(drift_jobs_policy, place)), opts=child
            ),
            aws.iam.RolePolicy(f"{name}-jobs-key", role=jobs.name, policy=key, opts=child),
        ]
        network = joining_policy(args.account_id, args.region, args.subnets)
        if network is not None:
            policies.append(aws.iam.RolePolicy(f"{name}-jobs-network", role=jobs.name, policy=network, opts=child))
        role = aws.iam.Role(
            f"{name}-run",
            description="Role that the pipeline starts its job with",
            assume_role_policy=trust,
            permissions_boundary=args.permissions_boundary_arn,
            opts=child,
        )
        policies += [
            aws.iam.RolePolicy(
                f"{name}-run", role=role.name, policy=jobs.arn.apply(partial(drift_run_policy, place)), opts=child
            ),
            aws.iam.RolePolicy(f"{name}-run-key", role=role.name, policy=key, opts=child),
        ]
        return aws.sagemaker.Pipeline(
            name,
            pipeline_name=args.pipeline_name,
            pipeline_display_name=args.pipeline_name,
            role_arn=role.arn,
            pipeline_definition=pulumi.Output.all(
                artifacts=args.artifacts_bucket,
                captures=args.captures_bucket,
                key_arn=args.key_arn,
                role_arn=jobs.arn,
                code_uri=args.code_uri,
                **joined(args.subnets),
            ).apply(partial(drift_definition, args.watch)),
            # Who starts it at once finds roles that may do everything; no property names their policies.
            opts=pulumi.ResourceOptions(parent=self, depends_on=policies),
        )

    def _schedule(self, name: str, args: DriftWatchArgs, pipeline: aws.sagemaker.Pipeline) -> None:
        """Declare when the job runs, and the role that starts it."""
        child = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            f"{name}-schedule",
            description=f"Role that pipeline {args.pipeline_name} is started with",
            assume_role_policy=schedule_trust(args.account_id, args.region, args.known_schedule_group_name),
            permissions_boundary=args.permissions_boundary_arn,
            opts=child,
        )
        arn = pipeline_arn(args.account_id, args.region, args.pipeline_name)
        start = aws.iam.RolePolicy(
            f"{name}-schedule", role=role.name, policy=document([start_pipeline(arn)]), opts=child
        )
        aws.scheduler.Schedule(
            name,
            group_name=args.schedule_group_name,
            description=f"Looks for drift of endpoint {args.watch.endpoint_name}",
            schedule_expression=args.schedule_expression,
            schedule_expression_timezone=args.schedule_timezone,
            flexible_time_window={"mode": "OFF"},
            target={"arn": pipeline.arn, "role_arn": role.arn},
            # A schedule that fires before its role may start anything loses that run.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[start]),
        )

    def _failures(self, name: str, args: DriftWatchArgs, pipeline: aws.sagemaker.Pipeline) -> None:
        """Declare who hears of a job that failed: no alarm rings for a look that did not happen."""
        child = pulumi.ResourceOptions(parent=self)
        rule = aws.cloudwatch.EventRule(
            f"{name}-failed",
            description=f"Executions of pipeline {args.pipeline_name} that failed",
            event_pattern=pipeline.arn.apply(failed_pattern),
            opts=child,
        )
        aws.cloudwatch.EventTarget(f"{name}-failed", rule=rule.name, arn=args.topic_arn, opts=child)

    def _alarm(self, name: str, args: DriftWatchArgs, metric_name: str, description: str) -> aws.cloudwatch.MetricAlarm:
        """Declare the alarm on one metric."""
        return aws.cloudwatch.MetricAlarm(
            name,
            namespace=METRICS_NAMESPACE,
            metric_name=metric_name,
            dimensions={"EndpointName": args.watch.endpoint_name},
            statistic="Maximum",
            period=_PERIOD_SECONDS,
            evaluation_periods=1,
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=args.watch.psi_threshold,
            # Between two looks nothing is published: what the last one said holds, and rings once, not every day.
            treat_missing_data="ignore",
            alarm_description=description,
            opts=pulumi.ResourceOptions(parent=self),
        )
