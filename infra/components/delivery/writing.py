"""What an `up` makes, changes and deletes, and the limits that it cannot move.

A deployment may make roles only under the stack's boundary, and may change neither the boundary nor the roles that
GitHub takes: an administrator applies changes of these two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.components.delivery.reading import allow
from infra.components.security.statements import document

if TYPE_CHECKING:
    from infra.components.delivery.place import Place
    from infra.components.security.statements import Statement

PASSED_TO = [
    "events.amazonaws.com",
    "sagemaker.amazonaws.com",
    "scheduler.amazonaws.com",
    "vpc-flow-logs.amazonaws.com",
]
"""Services that the stack's roles are for."""


def roles_policy(place: Place, boundary_arn: str) -> str:
    """Return the policy document for roles: bounded ones only, handed only to the services that they are for."""
    bounded: Statement = {
        **allow("MakeBoundedRoles", "iam", _BOUNDED, place.roles),
        "Condition": {"StringEquals": {"iam:PermissionsBoundary": boundary_arn}},
    }
    passed: Statement = {
        **allow("PassRoles", "iam", "PassRole", place.roles),
        "Condition": {"StringEquals": {"iam:PassedToService": PASSED_TO}},
    }
    limits: Statement = {
        **allow("NeverMoveOwnLimits", "iam", _LIMITS, place.iam(f"policy/{place.prefix}-*", f"role/{place.prefix}-*")),
        "Effect": "Deny",
    }
    return document([bounded, allow("KeepRoles", "iam", _ROLES, place.roles), passed, limits])


def data_policy(place: Place) -> str:
    """Return the policy document for where data is kept and logged.

    `"*"` stands where AWS scopes nothing: a key has no name before it exists, and Lake Formation has no ARNs.
    """
    of = place.arn
    catalogue = of("glue", "catalog", f"database/{place.database_prefix}_*", f"table/{place.database_prefix}_*/*")
    return document(
        [
            allow("KeepBuckets", "s3", _BUCKETS, place.buckets),
            allow("KeepCode", "s3", "PutObject PutObjectTagging", place.code),
            # Glue writes the first metadata of an Iceberg table as whoever makes the table.
            allow("BeginTables", "s3", "GetObject PutObject", place.tables),
            allow("MakeKey", "kms", "CreateKey", "*"),
            allow("KeepKey", "kms", _KEYS, of("kms", "key/*", "alias/*")),
            allow("KeepImages", "ecr", _IMAGES, of("ecr", f"repository/{place.prefix}/*")),
            allow("KeepLogGroups", "logs", _LOG_GROUPS, of("logs", "log-group:*")),
            allow(
                "KeepCatalogue",
                "glue",
                _CATALOGUE,
                catalogue,
            ),
            allow("KeepWorkgroup", "athena", _WORKGROUPS, of("athena", f"workgroup/{place.prefix}")),
            allow("KeepGrants", "lakeformation", _GRANTS, "*"),
            allow("KeepTrail", "cloudtrail", _TRAILS, of("cloudtrail", f"trail/{place.prefix}")),
            allow("KeepBudget", "budgets", "ModifyBudget TagResource UntagResource", place.budget),
        ]
    )


def operations_policy(place: Place) -> str:
    """Return the policy document for what runs, and for the verdict on it: the model is read and the endpoint asked."""
    of = place.arn
    opened: Statement = {
        **allow("OpenModels", "kms", "Decrypt", of("kms", "key/*")),
        "Condition": {"StringEquals": {"kms:ViaService": f"s3.{place.region}.amazonaws.com"}},
    }
    return document(
        [
            allow("KeepMachineLearning", "sagemaker", _SAGEMAKER, of("sagemaker", "*")),
            allow(
                "KeepScaling", "application-autoscaling", _SCALING, of("application-autoscaling", "scalable-target/*")
            ),
            {
                **allow("LetScalingAct", "iam", "CreateServiceLinkedRole", place.scaling_role),
                "Condition": {
                    "StringEquals": {"iam:AWSServiceName": "sagemaker.application-autoscaling.amazonaws.com"}
                },
            },
            allow("KeepAlarms", "cloudwatch", _ALARMS, of("cloudwatch", "alarm:*")),
            allow("KeepDashboard", "cloudwatch", "DeleteDashboards PutDashboard", place.dashboard),
            allow("KeepRules", "events", _RULES, of("events", "rule/*")),
            allow("KeepSchedules", "scheduler", _SCHEDULES, place.schedules),
            allow("KeepTopics", "sns", _TOPICS, of("sns", "*")),
            allow("KeepNetwork", "ec2", _NETWORKS, of("ec2", "*")),
            allow("AskEndpoint", "sagemaker", "InvokeEndpoint", of("sagemaker", f"endpoint/{place.prefix}")),
            allow("ReadModels", "s3", "GetObject", place.models),
            opened,
            allow("SeeServingImage", "ecr", "BatchGetImage", of("ecr", f"repository/{place.prefix}/serving")),
        ]
    )


_BOUNDED = "AttachRolePolicy CreateRole DeleteRolePolicy DetachRolePolicy PutRolePermissionsBoundary PutRolePolicy"
_ROLES = "DeleteRole TagRole UntagRole UpdateAssumeRolePolicy UpdateRole"
_LIMITS = (
    "AttachRolePolicy CreatePolicyVersion DeletePolicy DeletePolicyVersion DeleteRole DeleteRolePermissionsBoundary "
    "DeleteRolePolicy DetachRolePolicy PutRolePermissionsBoundary PutRolePolicy SetDefaultPolicyVersion "
    "UpdateAssumeRolePolicy"
)
_BUCKETS = (
    "CreateBucket DeleteBucket DeleteBucketPolicy PutBucketLogging PutBucketOwnershipControls PutBucketPolicy "
    "PutBucketPublicAccessBlock PutBucketTagging PutBucketVersioning PutEncryptionConfiguration "
    "PutLifecycleConfiguration"
)
_KEYS = (
    "CreateAlias CreateGrant DeleteAlias EnableKeyRotation GenerateDataKey PutKeyPolicy ScheduleKeyDeletion "
    "TagResource UntagResource UpdateAlias UpdateKeyDescription"
)
_IMAGES = (
    "CreateRepository DeleteLifecyclePolicy DeleteRepository PutImageScanningConfiguration PutImageTagMutability "
    "PutLifecyclePolicy TagResource UntagResource"
)
_LOG_GROUPS = (
    "AssociateKmsKey CreateLogGroup DeleteLogGroup DeleteResourcePolicy DeleteRetentionPolicy PutResourcePolicy "
    "PutRetentionPolicy TagResource UntagResource"
)
_CATALOGUE = (
    "CreateDatabase CreateTable DeleteDatabase DeleteTable TagResource UntagResource UpdateDatabase UpdateTable"
)
_WORKGROUPS = "CreateWorkGroup DeleteWorkGroup TagResource UntagResource UpdateWorkGroup"
_GRANTS = "DeregisterResource GrantPermissions RegisterResource RevokePermissions"
_TRAILS = "AddTags CreateTrail DeleteTrail PutEventSelectors RemoveTags StartLogging StopLogging UpdateTrail"
_SAGEMAKER = (
    "AddTags CreateEndpoint CreateEndpointConfig CreateMlflowApp CreateModel CreateModelPackageGroup CreatePipeline "
    "DeleteEndpoint DeleteEndpointConfig DeleteMlflowApp DeleteModel DeleteModelPackageGroup "
    "DeleteModelPackageGroupPolicy DeletePipeline DeleteTags PutModelPackageGroupPolicy UpdateEndpoint UpdateMlflowApp "
    "UpdatePipeline"
)
_SCALING = (
    "DeleteScalingPolicy DeregisterScalableTarget PutScalingPolicy RegisterScalableTarget TagResource UntagResource"
)
_ALARMS = "DeleteAlarms PutCompositeAlarm PutMetricAlarm TagResource UntagResource"
_RULES = "DeleteRule PutRule PutTargets RemoveTargets TagResource UntagResource"
_SCHEDULES = (
    "CreateSchedule CreateScheduleGroup DeleteSchedule DeleteScheduleGroup TagResource UntagResource UpdateSchedule"
)
_TOPICS = "CreateTopic DeleteTopic SetTopicAttributes Subscribe TagResource Unsubscribe UntagResource"
_NETWORKS = (
    "AssociateRouteTable AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress CreateFlowLogs CreateRouteTable "
    "CreateSecurityGroup CreateSubnet CreateTags CreateVpc CreateVpcEndpoint DeleteFlowLogs DeleteRouteTable "
    "DeleteSecurityGroup DeleteSubnet DeleteTags DeleteVpc DeleteVpcEndpoints DisassociateRouteTable "
    "ModifySecurityGroupRules ModifySubnetAttribute ModifyVpcAttribute ModifyVpcEndpoint RevokeSecurityGroupEgress "
    "RevokeSecurityGroupIngress"
)
