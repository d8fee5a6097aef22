"""What has to exist before a training job can start."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import pulumi
import pulumi_aws as aws

from infra.components.network.joining import Subnets, joining_policy
from infra.components.security.statements import assume_by_sagemaker, document, key_policy
from infra.components.training.permissions import TrainingPlace, training_policy
from infra.naming import PROCESSING_LOG_GROUP, TRAINING_LOG_GROUP


@dataclass(frozen=True, kw_only=True)
class TrainingEnvironmentArgs:
    """What a TrainingEnvironment is made from."""

    account_id: str
    """Account of the jobs."""
    region: str
    """Region of the jobs."""
    curated_bucket: pulumi.Input[str]
    """Bucket that jobs learn from."""
    artifacts_bucket: pulumi.Input[str]
    """Bucket of datasets and code, which jobs read, and of models, which they write."""
    key_arn: pulumi.Input[str]
    """KMS key of the buckets, the disks and the log group."""
    repository_name: str
    """ECR repository of the training image."""
    own_log_group: bool
    """Whether to make the log groups of training and processing jobs. An account has one of each."""
    log_retention_days: int
    """Days that logs are kept, if the log groups are ours."""
    subnets: Subnets | None = None
    """Where the jobs join a network. Left out: they are in SageMaker's own."""
    permissions_boundary_arn: pulumi.Input[str] | None = None
    """IAM policy that bounds the role. Left out: no boundary."""


class TrainingEnvironment(pulumi.ComponentResource):
    """The execution role of training jobs, and the log groups that they and processing jobs write to."""

    role_arn: pulumi.Output[str]
    """ARN of the execution role."""

    def __init__(self, name: str, args: TrainingEnvironmentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:training:TrainingEnvironment", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        place: TrainingPlace = {
            "account_id": args.account_id,
            "region": args.region,
            "repository_name": args.repository_name,
        }

        role = aws.iam.Role(
            name,
            description="Execution role of training jobs",
            assume_role_policy=document([assume_by_sagemaker(args.account_id)]),
            permissions_boundary=args.permissions_boundary_arn,
            opts=child,
        )
        aws.iam.RolePolicy(
            f"{name}-data",
            role=role.name,
            policy=pulumi.Output.all(curated=args.curated_bucket, artifacts=args.artifacts_bucket).apply(
                partial(training_policy, place)
            ),
            opts=child,
        )
        aws.iam.RolePolicy(
            f"{name}-key", role=role.name, policy=pulumi.Output.from_input(args.key_arn).apply(key_policy), opts=child
        )
        network = joining_policy(args.account_id, args.region, args.subnets)
        if network is not None:
            aws.iam.RolePolicy(f"{name}-network", role=role.name, policy=network, opts=child)
        if args.own_log_group:
            aws.cloudwatch.LogGroup(
                name,
                name=TRAINING_LOG_GROUP,
                retention_in_days=args.log_retention_days,
                kms_key_id=args.key_arn,
                opts=child,
            )
            # Of the pipeline's jobs: SageMaker would make the group itself, without retention or key.
            aws.cloudwatch.LogGroup(
                f"{name}-processing",
                name=PROCESSING_LOG_GROUP,
                retention_in_days=args.log_retention_days,
                kms_key_id=args.key_arn,
                opts=child,
            )

        self.role_arn = role.arn
        self.register_outputs({"role_arn": self.role_arn})
