"""The most that any role of a stack may ever do, whatever its own policies say. Grants nothing by itself.

Roles are made by people in a hurry; this is what a mistake in one of them cannot exceed: this account, this region,
no IAM but passing a role to the services that run jobs, nothing that opens, deletes or administers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.components.security.statements import document
from infra.naming import partition

if TYPE_CHECKING:
    from infra.components.security.statements import Statement

PASSED_TO = ("sagemaker.amazonaws.com", "scheduler.amazonaws.com")
"""Services that a role of the stack may hand a role to."""

_JOBS = (
    "AddTags",
    "CreateEndpoint",
    "CreateHyperParameterTuningJob",
    "CreateModel",
    "CreateModelPackage",
    "CreateProcessingJob",
    "CreateTrainingJob",
    "CreateTransformJob",
    "DeleteEndpoint",
    "DescribeEndpoint",
    "DescribeEndpointConfig",
    "DescribeHyperParameterTuningJob",
    "DescribeModel",
    "DescribeModelPackage",
    "DescribeModelPackageGroup",
    "DescribePipelineExecution",
    "DescribeProcessingJob",
    "DescribeTrainingJob",
    "DescribeTransformJob",
    "InvokeEndpoint",
    "ListModelPackages",
    "ListTags",
    "StartPipelineExecution",
    "StopHyperParameterTuningJob",
    "StopPipelineExecution",
    "StopProcessingJob",
    "StopTrainingJob",
    "StopTransformJob",
    "UpdateEndpointWeightsAndCapacities",
)
_LOGS = ("CreateLogGroup", "CreateLogStream", "DescribeLogGroups", "DescribeLogStreams", "PutLogEvents")
_INTERFACES = (
    "CreateNetworkInterface",
    "CreateNetworkInterfacePermission",
    "DeleteNetworkInterface",
    "DeleteNetworkInterfacePermission",
)
_NETWORKS = (
    "DescribeDhcpOptions",
    "DescribeNetworkInterfaces",
    "DescribeSecurityGroups",
    "DescribeSubnets",
    "DescribeVpcs",
)


def boundary_policy(account_id: str, region: str, repository_prefix: str) -> str:
    """Return the boundary's policy document; an image repository's name begins with the prefix.

    Names that Pulumi makes are known to nobody beforehand, so buckets are scoped by `aws:ResourceAccount`, and the rest
    by account and region. `"*"` stands where AWS scopes nothing: registry log-in, metrics, and what describes networks.
    """
    here = f"{region}:{account_id}"
    arn = f"arn:{partition(region)}"
    statements: list[Statement] = [
        {
            "Sid": "UseOwnBuckets",
            "Effect": "Allow",
            "Action": [
                "s3:AbortMultipartUpload",
                "s3:DeleteObject",
                "s3:GetBucketLocation",
                "s3:GetObject",
                "s3:GetObjectVersion",
                "s3:ListBucket",
                "s3:PutObject",
            ],
            "Resource": f"{arn}:s3:::*",
            "Condition": {"StringEquals": {"aws:ResourceAccount": account_id}},
        },
        {
            "Sid": "UseOwnKeys",
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"],
            "Resource": f"{arn}:kms:{here}:key/*",
        },
        {
            "Sid": "GrantOwnKeysToAws",
            "Effect": "Allow",
            "Action": ["kms:CreateGrant"],
            "Resource": f"{arn}:kms:{here}:key/*",
            "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
        },
        {
            "Sid": "WriteOwnLogs",
            "Effect": "Allow",
            "Action": [f"logs:{action}" for action in _LOGS],
            "Resource": f"{arn}:logs:{here}:log-group:*",
        },
        {
            "Sid": "PullOwnImages",
            "Effect": "Allow",
            "Action": ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            "Resource": f"{arn}:ecr:{here}:repository/{repository_prefix}/*",
        },
        {
            "Sid": "SeeOwnAlarms",
            "Effect": "Allow",
            "Action": ["cloudwatch:DescribeAlarms"],
            "Resource": f"{arn}:cloudwatch:{here}:alarm:*",
        },
        {
            "Sid": "RunOwnJobs",
            "Effect": "Allow",
            "Action": [f"sagemaker:{action}" for action in _JOBS],
            "Resource": f"{arn}:sagemaker:{here}:*",
        },
        {"Sid": "TellPeople", "Effect": "Allow", "Action": ["sns:Publish"], "Resource": f"{arn}:sns:{here}:*"},
        {
            "Sid": "PassRolesToJobs",
            "Effect": "Allow",
            "Action": ["iam:PassRole"],
            "Resource": f"{arn}:iam::{account_id}:role/*",
            "Condition": {"StringEquals": {"iam:PassedToService": list(PASSED_TO)}},
        },
        {
            "Sid": "JoinOwnNetwork",
            "Effect": "Allow",
            "Action": [f"ec2:{action}" for action in _INTERFACES],
            "Resource": f"{arn}:ec2:{here}:*",
        },
        {
            "Sid": "NotScopedByAws",
            "Effect": "Allow",
            "Action": [
                "cloudwatch:PutMetricData",
                "ecr:GetAuthorizationToken",
                *(f"ec2:{action}" for action in _NETWORKS),
            ],
            "Resource": "*",
        },
    ]
    return document(statements)
