"""SageMaker's managed MLflow: an app, its place in a bucket and its role."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from infra.components.security.statements import assume_by_sagemaker, document, key_policy
from infra.components.tracking.permissions import TRACKING_PREFIX, tracking_policy

if TYPE_CHECKING:
    from infra.retention import Retention


@dataclass(frozen=True, kw_only=True)
class MlflowArgs:
    """What Mlflow is made from."""

    account_id: str
    """Account of the app."""
    region: str
    """Region of the app."""
    app_name: str
    """Name that people find the app by."""
    artifacts_bucket: pulumi.Input[str]
    """Bucket that runs keep their artifacts in, below a prefix of their own."""
    key_arn: pulumi.Input[str]
    """KMS key of the bucket."""
    weekly_maintenance_window_start: str
    """When SageMaker may update the app, such as Sun:03:00, in UTC."""
    retention: Retention
    """Whether the app, which holds every run that was ever tracked, outlives the stack."""
    permissions_boundary_arn: pulumi.Input[str] | None = None
    """IAM policy that bounds the role. Left out: no boundary."""


class Mlflow(pulumi.ComponentResource):
    """One MLflow App, the successor of the tracking server, with a role that knows its own prefix only."""

    arn: pulumi.Output[str]
    """ARN of the app: what `mlflow.set_tracking_uri` takes."""

    def __init__(self, name: str, args: MlflowArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:tracking:Mlflow", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        bucket = pulumi.Output.from_input(args.artifacts_bucket)
        role = aws.iam.Role(
            name,
            description="Role that MLflow keeps artifacts with",
            assume_role_policy=document([assume_by_sagemaker(args.account_id)]),
            permissions_boundary=args.permissions_boundary_arn,
            opts=child,
        )
        data = aws.iam.RolePolicy(
            f"{name}-data", role=role.name, policy=bucket.apply(partial(tracking_policy, args.region)), opts=child
        )
        key = aws.iam.RolePolicy(
            f"{name}-key", role=role.name, policy=pulumi.Output.from_input(args.key_arn).apply(key_policy), opts=child
        )
        app = aws.sagemaker.MlflowApp(
            name,
            name=args.app_name,
            artifact_store_uri=pulumi.Output.concat("s3://", bucket, "/", TRACKING_PREFIX.rstrip("/")),
            role_arn=role.arn,
            # `slipway train` and the pipeline register models with what a release needs; MLflow knows none of it.
            model_registration_mode="AutoModelRegistrationDisabled",
            account_default_status="DISABLED",
            weekly_maintenance_window_start=args.weekly_maintenance_window_start,
            opts=pulumi.ResourceOptions(
                parent=self,
                # The app looks at its place with the role at once; no property names the role's policies.
                depends_on=[data, key],
                protect=args.retention.protect,
                retain_on_delete=args.retention.retain_on_delete,
            ),
        )

        self.arn = app.arn
        self.register_outputs({"arn": self.arn})
