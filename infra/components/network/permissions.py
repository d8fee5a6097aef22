"""What flow logs may write, who writes them, and which buckets can be reached from inside a network."""

from __future__ import annotations

from infra.components.security.statements import Statement, document, log_group_arn
from infra.naming import partition

# Where ECR keeps the layers of images: AWS's own bucket, which every pull reads.
_LAYERS = "prod-{region}-starport-layer-bucket"


def flow_logs_trust(account_id: str, region: str) -> str:
    """Return the trust policy of the flow logs' role: the service, for flow logs of this account and region only."""
    return document(
        [
            {
                "Sid": "AssumeByFlowLogs",
                "Effect": "Allow",
                "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
                "Action": ["sts:AssumeRole"],
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": account_id},
                    "ArnLike": {"aws:SourceArn": f"arn:{partition(region)}:ec2:{region}:{account_id}:vpc-flow-log/*"},
                },
            }
        ]
    )


def flow_logs_policy(account_id: str, region: str, log_group_name: str) -> str:
    """Return the policy document of the flow logs' role: streams of one log group, and the list of groups.

    AWS asks for the list: https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
    """
    groups = f"arn:{partition(region)}:logs:{region}:{account_id}:log-group:*"
    own = log_group_arn(account_id, region, log_group_name)
    return document(
        [
            {"Sid": "SeeLogGroups", "Effect": "Allow", "Action": ["logs:DescribeLogGroups"], "Resource": groups},
            {
                "Sid": "WriteFlowLogs",
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                "Resource": [own, f"{own}:*"],
            },
        ]
    )


def own_buckets_only(account_id: str, region: str) -> str:
    """Return the policy of the S3 endpoint: buckets of this account, and the layers of images.

    Whoever takes a foreign key into a container cannot carry data to a foreign bucket with it. Bucket names are
    Pulumi's, so the account scopes the resource (`aws:ResourceAccount`), not the name.
    """
    objects: Statement = {
        "Sid": "OwnBuckets",
        "Effect": "Allow",
        "Principal": "*",
        "Action": [
            "s3:AbortMultipartUpload",
            "s3:DeleteObject",
            "s3:GetBucketLocation",
            "s3:GetObject",
            "s3:GetObjectVersion",
            "s3:ListBucket",
            "s3:ListBucketMultipartUploads",
            "s3:ListMultipartUploadParts",
            "s3:PutObject",
        ],
        "Resource": f"arn:{partition(region)}:s3:::*",
        "Condition": {"StringEquals": {"aws:ResourceAccount": account_id}},
    }
    layers: Statement = {
        "Sid": "ImageLayers",
        "Effect": "Allow",
        "Principal": "*",
        "Action": ["s3:GetObject"],
        "Resource": f"arn:{partition(region)}:s3:::{_LAYERS.format(region=region)}/*",
    }
    return document([objects, layers])
