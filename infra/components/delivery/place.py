"""Where a stack's resources are, as ARNs that are known before they exist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.naming import partition

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, kw_only=True)
class Place:
    """The account, region and names of one stack."""

    account_id: str
    """Account of the stack."""
    region: str
    """Region of the stack."""
    prefix: str
    """How the stack's physical names begin: `slipway-dev`."""
    role_names: Sequence[str]
    """Logical names of the roles of the stack; Pulumi adds a hyphen and seven digits."""
    bucket_prefix: str
    """How the logical names of the stack's buckets begin; Pulumi's names begin so, too."""

    def arn(self, service: str, *resources: str) -> list[str]:
        """Return the ARNs of resources of a service in this account and region."""
        start = f"arn:{partition(self.region)}:{service}:{self.region}:{self.account_id}"
        return [f"{start}:{resource}" for resource in resources]

    def iam(self, *resources: str) -> list[str]:
        """Return the ARNs of resources of IAM, which has no regions."""
        return [f"arn:{partition(self.region)}:iam::{self.account_id}:{resource}" for resource in resources]

    @property
    def roles(self) -> list[str]:
        """ARNs of the roles that jobs, endpoints and schedules act as."""
        return self.iam(*(f"role/{name}-*" for name in self.role_names))

    @property
    def scaling_role(self) -> list[str]:
        """ARN of the role that Application Auto Scaling changes endpoints with; AWS makes it and names it."""
        service = "sagemaker.application-autoscaling.amazonaws.com"
        return self.iam(f"role/aws-service-role/{service}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint")

    @property
    def buckets(self) -> list[str]:
        """ARNs of the stack's buckets."""
        return [f"arn:{partition(self.region)}:s3:::{self.bucket_prefix}-*"]

    @property
    def code(self) -> list[str]:
        """ARNs of code packages."""
        return [f"arn:{partition(self.region)}:s3:::{self.bucket_prefix}-artifacts-*/code/*"]

    @property
    def tables(self) -> list[str]:
        """ARNs of the files of the lake's tables."""
        return [f"arn:{partition(self.region)}:s3:::{self.bucket_prefix}-*/tables/*"]

    @property
    def models(self) -> list[str]:
        """ARNs of model artifacts."""
        return [f"arn:{partition(self.region)}:s3:::{self.bucket_prefix}-artifacts-*/models/*"]

    @property
    def database_prefix(self) -> str:
        """How the names of the stack's databases begin."""
        return self.prefix.replace("-", "_")

    @property
    def dashboard(self) -> list[str]:
        """ARN of the stack's dashboard; dashboards have no region."""
        return [f"arn:{partition(self.region)}:cloudwatch::{self.account_id}:dashboard/{self.prefix}"]

    @property
    def budget(self) -> list[str]:
        """ARN of the stack's budget; budgets have no region."""
        return [f"arn:{partition(self.region)}:budgets::{self.account_id}:budget/{self.prefix}"]

    @property
    def schedules(self) -> list[str]:
        """ARNs of the stack's schedules and of their group."""
        return self.arn("scheduler", f"schedule/{self.prefix}/*", f"schedule-group/{self.prefix}")
