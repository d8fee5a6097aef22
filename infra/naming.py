"""The few physical names that someone outside the stack addresses, and AWS's partitions."""

from __future__ import annotations

import re
from dataclasses import dataclass

# SageMaker's EndpointName and ModelPackageGroupName (botocore 1.44.5), in lower case because ECR takes no other.
_SAGEMAKER_NAME = re.compile(r"[a-z0-9](-*[a-z0-9])*")
_LONGEST_NAME = 63

TRAINING_LOG_GROUP = "/aws/sagemaker/TrainingJobs"
"""Where SageMaker writes the logs of every training job of an account; the name is AWS's."""

PROCESSING_LOG_GROUP = "/aws/sagemaker/ProcessingJobs"
"""Where SageMaker writes the logs of every processing job of an account; the name is AWS's."""


@dataclass(frozen=True, kw_only=True)
class Names:
    """The physical names of one stack; everything else is named by Pulumi."""

    project: str
    """The Pulumi project."""
    stack: str
    """The Pulumi stack."""

    def __post_init__(self) -> None:
        """Refuse a stack whose name cannot become part of a SageMaker and an ECR name."""
        if len(self.endpoint) > _LONGEST_NAME or _SAGEMAKER_NAME.fullmatch(self.endpoint) is None:
            msg = (
                f"the stack name {self.stack!r} cannot be part of the endpoint name {self.endpoint!r}: "
                "lower-case letters, digits and single hyphens are allowed, "
                "and at most 63 characters with the project's name; rename the stack"
            )
            raise ValueError(msg)

    @property
    def endpoint(self) -> str:
        """Name of the endpoint that clients invoke."""
        return f"{self.project}-{self.stack}"

    @property
    def model_package_group(self) -> str:
        """Name of the group that model packages are registered in."""
        return f"{self.project}-{self.stack}"

    @property
    def pipeline(self) -> str:
        """Name of the pipeline that trains by itself."""
        return f"{self.project}-{self.stack}"

    @property
    def drift_pipeline(self) -> str:
        """Name of the pipeline that looks for drift."""
        return f"{self.project}-{self.stack}-drift"

    @property
    def mlflow_app(self) -> str:
        """Name of the MLflow App."""
        return f"{self.project}-{self.stack}"

    @property
    def dashboard(self) -> str:
        """Name of the dashboard."""
        return f"{self.project}-{self.stack}"

    @property
    def boundary(self) -> str:
        """Name of the policy that bounds every role: who may make roles is told by it, before it exists."""
        return f"{self.project}-{self.stack}-boundary"

    @property
    def network(self) -> str:
        """Name that the network's log group ends in; the network itself has an id only."""
        return f"{self.project}-{self.stack}"

    @property
    def workgroup(self) -> str:
        """Name of the Athena workgroup that people choose."""
        return f"{self.project}-{self.stack}"

    @property
    def budget(self) -> str:
        """Name of the budget, which is the subject of AWS's letters."""
        return f"{self.project}-{self.stack}"

    @property
    def schedule_group(self) -> str:
        """Name of the group of the stack's schedules: their role trusts the group by its ARN."""
        return f"{self.project}-{self.stack}"

    def delivery_role(self, purpose: str) -> str:
        """Name of a role that GitHub takes: the workflow writes it down."""
        return f"{self.project}-{self.stack}-{purpose}"

    @property
    def trail(self) -> str:
        """Name of the trail: bucket and key let it write by its name, before it exists."""
        return f"{self.project}-{self.stack}"

    def database(self, zone: str) -> str:
        """Name of a zone's Glue database: SQL takes no hyphens in a name without quotes."""
        return f"{self.project}_{self.stack}_{zone}".replace("-", "_")

    def repository(self, image: str) -> str:
        """Name of the ECR repository of an image: its last segment is the folder that builds the image."""
        return f"{self.project}-{self.stack}/{image}"


def partition(region: str) -> str:
    """Return the partition of a region, the second word of every ARN there."""
    if region.startswith("cn-"):
        return "aws-cn"
    if region.startswith("us-gov-"):
        return "aws-us-gov"
    return "aws"


def image_uri(account_id: str, region: str, repository: str, tag: str) -> str:
    """Return the URI of an image in this account's ECR registry."""
    suffix = "amazonaws.com.cn" if partition(region) == "aws-cn" else "amazonaws.com"
    return f"{account_id}.dkr.ecr.{region}.{suffix}/{repository}:{tag}"


def endpoint_log_group(endpoint_name: str) -> str:
    """Return the log group that SageMaker writes an endpoint's containers to; the name is AWS's."""
    return f"/aws/sagemaker/Endpoints/{endpoint_name}"


def endpoint_events_log_group(endpoint_name: str) -> str:
    """Return the log group that EventBridge writes an endpoint's events to: its names must begin with /aws/events/."""
    return f"/aws/events/{endpoint_name}"


def flow_log_group(network_name: str) -> str:
    """Return the log group of a network's flow logs; the name is ours, below the prefix that AWS's examples use."""
    return f"/aws/vpc/{network_name}"


def endpoint_arn(account_id: str, region: str, endpoint_name: str) -> str:
    """Return the ARN of an endpoint."""
    return f"arn:{partition(region)}:sagemaker:{region}:{account_id}:endpoint/{endpoint_name}"


def trail_arn(account_id: str, region: str, trail_name: str) -> str:
    """Return the ARN of a trail."""
    return f"arn:{partition(region)}:cloudtrail:{region}:{account_id}:trail/{trail_name}"
