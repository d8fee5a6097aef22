"""Policy statements named by what they let somebody do, for exact ARNs.

Each function gives one or two statements with a `Sid` each. Bucket and repository ARNs are made from names, which are
known at preview, so that a preview shows whole policies.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypedDict

from infra.naming import partition

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Statement(TypedDict, total=False):
    """One statement of an IAM, bucket or key policy, in AWS's own words."""

    Sid: str
    Effect: str
    Principal: str | dict[str, str | list[str]]
    Action: list[str]
    Resource: str | list[str]
    Condition: dict[str, dict[str, str | list[str]]]


def document(statements: Iterable[Statement]) -> str:
    """Return a policy document as JSON text."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def key_policy(key_arn: str) -> str:
    """Return the policy of a role that uses one key; it stands alone, since preview does not know a new key's ARN."""
    return document(use_key(key_arn))


def bucket_arn(region: str, bucket: str) -> str:
    """Return the ARN of a bucket; the region tells the partition."""
    return f"arn:{partition(region)}:s3:::{bucket}"


def repository_arn(account_id: str, region: str, repository: str) -> str:
    """Return the ARN of an ECR repository."""
    return f"arn:{partition(region)}:ecr:{region}:{account_id}:repository/{repository}"


def log_group_arn(account_id: str, region: str, log_group: str) -> str:
    """Return the ARN of a log group."""
    return f"arn:{partition(region)}:logs:{region}:{account_id}:log-group:{log_group}"


def read_objects(sid: str, bucket_arn: str, prefix: str) -> Statement:
    """Let somebody read the objects of a bucket whose keys begin with a prefix; an empty one means all."""
    return {"Sid": sid, "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": f"{bucket_arn}/{prefix}*"}


def write_objects(sid: str, bucket_arn: str, prefix: str) -> Statement:
    """Let somebody write objects, in parts too, whose keys begin with a prefix; an empty one means all."""
    actions = ["s3:PutObject", "s3:AbortMultipartUpload"]
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": f"{bucket_arn}/{prefix}*"}


def list_bucket(sid: str, bucket_arn: str) -> Statement:
    """Let somebody list a bucket: SageMaker lists a channel before it copies it, and asks where a bucket is."""
    actions = ["s3:ListBucket", "s3:GetBucketLocation"]
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": bucket_arn}


def pull_image(repository_arn: str) -> list[Statement]:
    """Let somebody pull images of one ECR repository.

    `ecr:GetAuthorizationToken` has resource "*": AWS cannot scope it, the token by itself opens no repository.
    """
    actions = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    return [
        {"Sid": "LogInToRegistry", "Effect": "Allow", "Action": ["ecr:GetAuthorizationToken"], "Resource": "*"},
        {"Sid": "PullImage", "Effect": "Allow", "Action": actions, "Resource": repository_arn},
    ]


def write_logs(log_group_arn: str) -> Statement:
    """Let somebody write to one log group, and make it where no stack owns it."""
    actions = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    # IAM writes a log group with ":*" behind it, where the streams are too; a few actions go without.
    resources = [log_group_arn, f"{log_group_arn}:*"]
    return {"Sid": "WriteLogs", "Effect": "Allow", "Action": actions, "Resource": resources}


def put_metrics(namespace: str) -> Statement:
    """Let somebody publish metrics of one CloudWatch namespace.

    `cloudwatch:PutMetricData` has resource "*": AWS cannot scope it by ARN, the condition scopes it by namespace.
    """
    return {
        "Sid": "PutMetrics",
        "Effect": "Allow",
        "Action": ["cloudwatch:PutMetricData"],
        "Resource": "*",
        "Condition": {"StringEquals": {"cloudwatch:namespace": namespace}},
    }


def watch_alarms(alarm_arns: Sequence[str]) -> Statement:
    """Let somebody see whether alarms ring: SageMaker asks so, with the endpoint's role, while a rollout bakes."""
    actions = ["cloudwatch:DescribeAlarms"]
    return {"Sid": "WatchAlarms", "Effect": "Allow", "Action": actions, "Resource": list(alarm_arns)}


def use_key(key_arn: str) -> list[Statement]:
    """Let somebody read and write data under a KMS key, and let AWS encrypt the disks of their instances with it."""
    actions = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"]
    return [
        {"Sid": "UseKey", "Effect": "Allow", "Action": actions, "Resource": key_arn},
        {
            "Sid": "GrantKeyToAws",
            "Effect": "Allow",
            "Action": ["kms:CreateGrant"],
            "Resource": key_arn,
            # SageMaker's volumes are encrypted through a grant; without the condition the role could hand the key on.
            "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
        },
    ]


def assume_by_sagemaker(account_id: str) -> Statement:
    """Let SageMaker take a role, on behalf of this account only: no other account can have it act in our name."""
    return {
        "Sid": "AssumeBySageMaker",
        "Effect": "Allow",
        "Principal": {"Service": "sagemaker.amazonaws.com"},
        "Action": ["sts:AssumeRole"],
        "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
    }


def refuse_plain_http(bucket_arn: str) -> Statement:
    """Refuse everything that does not come over TLS, to everybody."""
    return {
        "Sid": "RefusePlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:*"],
        "Resource": [bucket_arn, f"{bucket_arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def administer_key(region: str, account_id: str) -> Statement:
    """Let the account's own IAM policies decide about a key.

    Without this statement nobody could ever change the key again. `"*"` in a key policy means this key.
    """
    return {
        "Sid": "AccountDecides",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{partition(region)}:iam::{account_id}:root"},
        "Action": ["kms:*"],
        "Resource": "*",
    }


def keep_events(log_group_arn: str, rule_arn: str) -> list[Statement]:
    """Let EventBridge write what one rule matches to one log group.

    CreateLogStream comes without the rule's ARN (EventBridge user guide, permissions of CloudWatch Logs targets).
    """
    services: dict[str, str | list[str]] = {"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]}
    return [
        {
            "Sid": "MakeStreams",
            "Effect": "Allow",
            "Principal": services,
            "Action": ["logs:CreateLogStream"],
            "Resource": f"{log_group_arn}:*",
        },
        {
            "Sid": "KeepEvents",
            "Effect": "Allow",
            "Principal": services,
            "Action": ["logs:PutLogEvents"],
            "Resource": f"{log_group_arn}:*:*",
            "Condition": {"ArnEquals": {"aws:SourceArn": rule_arn}},
        },
    ]


def keep_access_logs(bucket_arn: str, prefix: str, account_id: str, source_arns: Sequence[str]) -> Statement:
    """Let S3 write the access logs of some buckets of this account below a prefix of another one."""
    return {
        "Sid": "KeepAccessLogs",
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": ["s3:PutObject"],
        "Resource": f"{bucket_arn}/{prefix}*",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": account_id},
            "ArnEquals": {"aws:SourceArn": list(source_arns)},
        },
    }


def keep_trail(bucket_arn: str, prefix: str, account_id: str, trail_arn: str) -> list[Statement]:
    """Let CloudTrail write the files of one trail below a prefix, and see beforehand whether it may."""
    cloudtrail: dict[str, str | list[str]] = {"Service": "cloudtrail.amazonaws.com"}
    return [
        {
            "Sid": "LookAtBucketOfTrail",
            "Effect": "Allow",
            "Principal": cloudtrail,
            "Action": ["s3:GetBucketAcl"],
            "Resource": bucket_arn,
            "Condition": {"StringEquals": {"aws:SourceArn": trail_arn}},
        },
        {
            "Sid": "KeepTrail",
            "Effect": "Allow",
            "Principal": cloudtrail,
            "Action": ["s3:PutObject"],
            "Resource": f"{bucket_arn}/{prefix}/AWSLogs/{account_id}/*",
            # CloudTrail hands the file over to the bucket's owner, and is refused where it does not.
            "Condition": {
                "StringEquals": {"aws:SourceArn": trail_arn, "s3:x-amz-acl": "bucket-owner-full-control"},
            },
        },
    ]


def encrypt_trail(account_id: str, region: str, trail_arn: str) -> list[Statement]:
    """Let CloudTrail encrypt the files of one trail. `"*"` in a key policy means this key."""
    cloudtrail: dict[str, str | list[str]] = {"Service": "cloudtrail.amazonaws.com"}
    trails = f"arn:{partition(region)}:cloudtrail:*:{account_id}:trail/*"
    return [
        {
            "Sid": "EncryptTrail",
            "Effect": "Allow",
            "Principal": cloudtrail,
            "Action": ["kms:GenerateDataKey*"],
            "Resource": "*",
            "Condition": {
                "StringEquals": {"aws:SourceArn": trail_arn},
                "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": trails},
            },
        },
        {
            "Sid": "DescribeKeyOfTrail",
            "Effect": "Allow",
            "Principal": cloudtrail,
            "Action": ["kms:DescribeKey"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceArn": trail_arn}},
        },
    ]


def encrypt_logs(region: str, account_id: str, log_group_prefixes: Sequence[str]) -> Statement:
    """Let CloudWatch Logs encrypt the log groups of this account whose names begin with one of the prefixes.

    `"*"` in a key policy means this key.
    """
    log_groups = [log_group_arn(account_id, region, f"{prefix}*") for prefix in log_group_prefixes]
    return {
        "Sid": "EncryptLogs",
        "Effect": "Allow",
        "Principal": {"Service": f"logs.{region}.amazonaws.com"},
        "Action": ["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
        "Resource": "*",
        "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
    }
