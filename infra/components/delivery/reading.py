"""What a preview and a refresh read, and nothing more: no object of the lake, no secret, no log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.components.security.statements import document, list_bucket, read_objects, write_objects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.components.delivery.place import Place
    from infra.components.security.statements import Statement


def allow(sid: str, service: str, actions: str, resources: str | Sequence[str]) -> Statement:
    """Return a statement of actions of one service, given in one text."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Action": [f"{service}:{action}" for action in actions.split()],
        "Resource": resources if isinstance(resources, str) else list(resources),
    }


def reading_policy(place: Place) -> str:
    """Return the policy document that lets somebody see every setting of a stack.

    `"*"` stands where AWS scopes nothing: lists of keys, networks, scaling and log policies.
    """
    of = place.arn
    catalogue = of("glue", "catalog", f"database/{place.database_prefix}_*", f"table/{place.database_prefix}_*/*")
    return document(
        [
            allow("SeeBuckets", "s3", _BUCKET_READS, place.buckets),
            allow("SeeCode", "s3", "GetObject GetObjectTagging", place.code),
            allow(
                "SeeKeys", "kms", "DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags", of("kms", "key/*")
            ),
            allow("SeeRoles", "iam", _ROLE_READS, [*place.roles, *place.iam(f"role/{place.prefix}-*")]),
            allow("SeePolicies", "iam", _POLICY_READS, place.iam(f"policy/{place.prefix}-*")),
            allow("SeeIdentityProvider", "iam", "GetOpenIDConnectProvider", place.iam("oidc-provider/*")),
            allow("SeeImages", "ecr", _IMAGE_READS, of("ecr", f"repository/{place.prefix}/*")),
            allow("SeeLogGroups", "logs", "DescribeLogGroups ListTagsForResource", of("logs", "log-group:*")),
            allow("SeeRules", "events", "DescribeRule ListTagsForResource ListTargetsByRule", of("events", "rule/*")),
            allow("SeeAlarms", "cloudwatch", _ALARM_READS, of("cloudwatch", "alarm:*")),
            allow("SeeDashboard", "cloudwatch", "GetDashboard", place.dashboard),
            allow("SeeMachineLearning", "sagemaker", _SAGEMAKER_READS, of("sagemaker", "*")),
            allow("SeeCatalogue", "glue", "GetDatabase GetTable GetTags", catalogue),
            allow(
                "SeeWorkgroup", "athena", "GetWorkGroup ListTagsForResource", of("athena", f"workgroup/{place.prefix}")
            ),
            allow("SeeBudget", "budgets", "ListTagsForResource ViewBudget", place.budget),
            allow("SeeTrail", "cloudtrail", _TRAIL_READS, of("cloudtrail", f"trail/{place.prefix}")),
            allow("SeeSchedules", "scheduler", "GetSchedule GetScheduleGroup ListTagsForResource", place.schedules),
            allow(
                "SeeTopics", "sns", "GetSubscriptionAttributes GetTopicAttributes ListTagsForResource", of("sns", "*")
            ),
            allow("SeeScaling", "application-autoscaling", "ListTagsForResource", of("application-autoscaling", "*")),
            allow("ListKeyAliases", "kms", "ListAliases", "*"),
            allow("SeeNetworks", "ec2", _NETWORK_READS, "*"),
            allow("SeeLogPolicies", "logs", "DescribeResourcePolicies", "*"),
            allow("ListScaling", "application-autoscaling", "DescribeScalableTargets DescribeScalingPolicies", "*"),
            allow("SeeGrants", "lakeformation", "DescribeResource ListPermissions", "*"),
        ]
    )


def state_policy(bucket_arn: str, key_arn: str, *, writing: bool) -> str:
    """Return the policy document for the state of stacks: to read it, or to write and lock it, too."""
    statements = [
        list_bucket("ListState", bucket_arn),
        read_objects("ReadState", bucket_arn, ""),
        allow("OpenState", "kms", "Decrypt", key_arn),
    ]
    if writing:
        statements += [
            write_objects("WriteState", bucket_arn, ""),
            # A lock and a backup that has had its day are files, which go.
            allow("UnlockState", "s3", "DeleteObject", f"{bucket_arn}/*"),
            allow("SealState", "kms", "Encrypt GenerateDataKey", key_arn),
            # A deployment makes and keeps keys, whose ARNs nobody knows beforehand; the key of all states it leaves.
            {**allow("NeverChangeStateKey", "kms", _KEY_CHANGES, key_arn), "Effect": "Deny"},
        ]
    return document(statements)


# The real provider asks a bucket for every setting that it may have, whether the program gives it one or not.
_BUCKET_READS = (
    "GetAccelerateConfiguration GetBucketAcl GetBucketCORS GetBucketLocation GetBucketLogging "
    "GetBucketObjectLockConfiguration GetBucketOwnershipControls GetBucketPolicy GetBucketPublicAccessBlock "
    "GetBucketRequestPayment GetBucketTagging GetBucketVersioning GetBucketWebsite GetEncryptionConfiguration "
    "GetLifecycleConfiguration GetReplicationConfiguration ListBucket"
)
_KEY_CHANGES = (
    "CreateAlias CreateGrant DeleteAlias EnableKeyRotation PutKeyPolicy ScheduleKeyDeletion TagResource UntagResource "
    "UpdateAlias UpdateKeyDescription"
)
_ROLE_READS = "GetRole GetRolePolicy ListAttachedRolePolicies ListInstanceProfilesForRole ListRolePolicies"
_POLICY_READS = "GetPolicy GetPolicyVersion ListPolicyVersions"
_IMAGE_READS = "DescribeRepositories GetLifecyclePolicy GetRepositoryPolicy ListTagsForResource"
_ALARM_READS = "DescribeAlarms ListTagsForResource"
_SAGEMAKER_READS = (
    "DescribeEndpoint DescribeEndpointConfig DescribeMlflowApp DescribeModel DescribeModelPackageGroup "
    "DescribePipeline GetModelPackageGroupPolicy ListTags"
)
_TRAIL_READS = "GetEventSelectors GetTrail GetTrailStatus ListTags"
_NETWORK_READS = (
    "DescribeFlowLogs DescribeNetworkAcls DescribeNetworkInterfaces DescribePrefixLists DescribeRouteTables "
    "DescribeSecurityGroupRules DescribeSecurityGroups DescribeSubnets DescribeVpcAttribute DescribeVpcEndpoints "
    "DescribeVpcs"
)
