"""Writes schema.json: what Terraform calls the resource types of `infra/` and the parts of each.

`python -m slipway.terraform.regenerate SCHEMA` after a type is added to TYPES, where SCHEMA is what `terraform
providers schema -json` prints in a folder that requires the AWS provider.
"""

import json
import sys
from pathlib import Path
from typing import Any

from slipway.terraform.schema import FILE

PROVIDER = "registry.terraform.io/hashicorp/aws"
ORIGIN = "`terraform providers schema -json` of hashicorp/aws 5.100.0, and LATER of regenerate.py"

TYPES = {
    "aws:appautoscaling/policy:Policy": "aws_appautoscaling_policy",
    "aws:appautoscaling/scheduledAction:ScheduledAction": "aws_appautoscaling_scheduled_action",
    "aws:appautoscaling/target:Target": "aws_appautoscaling_target",
    "aws:athena/namedQuery:NamedQuery": "aws_athena_named_query",
    "aws:athena/workgroup:Workgroup": "aws_athena_workgroup",
    "aws:budgets/budget:Budget": "aws_budgets_budget",
    "aws:cloudtrail/trail:Trail": "aws_cloudtrail",
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": "aws_cloudwatch_composite_alarm",
    "aws:cloudwatch/dashboard:Dashboard": "aws_cloudwatch_dashboard",
    "aws:cloudwatch/eventBus:EventBus": "aws_cloudwatch_event_bus",
    "aws:cloudwatch/eventRule:EventRule": "aws_cloudwatch_event_rule",
    "aws:cloudwatch/eventTarget:EventTarget": "aws_cloudwatch_event_target",
    "aws:cloudwatch/logGroup:LogGroup": "aws_cloudwatch_log_group",
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": "aws_cloudwatch_log_metric_filter",
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "aws_cloudwatch_log_resource_policy",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "aws_cloudwatch_metric_alarm",
    "aws:ec2/eip:Eip": "aws_eip",
    "aws:ec2/flowLog:FlowLog": "aws_flow_log",
    "aws:ec2/internetGateway:InternetGateway": "aws_internet_gateway",
    "aws:ec2/natGateway:NatGateway": "aws_nat_gateway",
    "aws:ec2/route:Route": "aws_route",
    "aws:ec2/routeTable:RouteTable": "aws_route_table",
    "aws:ec2/routeTableAssociation:RouteTableAssociation": "aws_route_table_association",
    "aws:ec2/securityGroup:SecurityGroup": "aws_security_group",
    "aws:ec2/subnet:Subnet": "aws_subnet",
    "aws:ec2/vpc:Vpc": "aws_vpc",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "aws_vpc_endpoint",
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": "aws_ecr_lifecycle_policy",
    "aws:ecr/repository:Repository": "aws_ecr_repository",
    "aws:ecr/repositoryPolicy:RepositoryPolicy": "aws_ecr_repository_policy",
    "aws:glue/catalogDatabase:CatalogDatabase": "aws_glue_catalog_database",
    "aws:glue/catalogTable:CatalogTable": "aws_glue_catalog_table",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "aws_iam_openid_connect_provider",
    "aws:iam/policy:Policy": "aws_iam_policy",
    "aws:iam/role:Role": "aws_iam_role",
    "aws:iam/rolePolicy:RolePolicy": "aws_iam_role_policy",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "aws_iam_role_policy_attachment",
    "aws:kms/alias:Alias": "aws_kms_alias",
    "aws:kms/key:Key": "aws_kms_key",
    "aws:lakeformation/dataLakeSettings:DataLakeSettings": "aws_lakeformation_data_lake_settings",
    "aws:lakeformation/permissions:Permissions": "aws_lakeformation_permissions",
    "aws:lakeformation/resource:Resource": "aws_lakeformation_resource",
    "aws:lambda/function:Function": "aws_lambda_function",
    "aws:lambda/permission:Permission": "aws_lambda_permission",
    "aws:s3/bucket:Bucket": "aws_s3_bucket",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "aws_s3_bucket_lifecycle_configuration",
    "aws:s3/bucketLogging:BucketLogging": "aws_s3_bucket_logging",
    "aws:s3/bucketNotification:BucketNotification": "aws_s3_bucket_notification",
    "aws:s3/bucketObjectv2:BucketObjectv2": "aws_s3_object",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": "aws_s3_bucket_ownership_controls",
    "aws:s3/bucketPolicy:BucketPolicy": "aws_s3_bucket_policy",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "aws_s3_bucket_public_access_block",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        "aws_s3_bucket_server_side_encryption_configuration"
    ),
    "aws:s3/bucketVersioning:BucketVersioning": "aws_s3_bucket_versioning",
    "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition": "aws_sagemaker_data_quality_job_definition",
    "aws:sagemaker/endpoint:Endpoint": "aws_sagemaker_endpoint",
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": "aws_sagemaker_endpoint_configuration",
    "aws:sagemaker/featureGroup:FeatureGroup": "aws_sagemaker_feature_group",
    "aws:sagemaker/model:Model": "aws_sagemaker_model",
    "aws:sagemaker/modelPackageGroup:ModelPackageGroup": "aws_sagemaker_model_package_group",
    "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy": "aws_sagemaker_model_package_group_policy",
    "aws:sagemaker/monitoringSchedule:MonitoringSchedule": "aws_sagemaker_monitoring_schedule",
    "aws:sagemaker/pipeline:Pipeline": "aws_sagemaker_pipeline",
    "aws:scheduler/schedule:Schedule": "aws_scheduler_schedule",
    "aws:scheduler/scheduleGroup:ScheduleGroup": "aws_scheduler_schedule_group",
    "aws:secretsmanager/secret:Secret": "aws_secretsmanager_secret",
    "aws:secretsmanager/secretVersion:SecretVersion": "aws_secretsmanager_secret_version",
    "aws:sns/topic:Topic": "aws_sns_topic",
    "aws:sns/topicPolicy:TopicPolicy": "aws_sns_topic_policy",
    "aws:sns/topicSubscription:TopicSubscription": "aws_sns_topic_subscription",
    "aws:sqs/queue:Queue": "aws_sqs_queue",
    "aws:sqs/queuePolicy:QueuePolicy": "aws_sqs_queue_policy",
    "aws:ssm/parameter:Parameter": "aws_ssm_parameter",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "aws_vpc_security_group_egress_rule",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "aws_vpc_security_group_ingress_rule",
}

LATER = {
    "aws:sagemaker/mlflowApp:MlflowApp": {
        "type": "aws_sagemaker_mlflow_app",
        "answered": ["arn", "id", "tags_all"],
        "attributes": [
            "account_default_status",
            "artifact_store_uri",
            "default_domain_id_list",
            "model_registration_mode",
            "name",
            "role_arn",
            "tags",
            "weekly_maintenance_window_start",
        ],
        "required": ["artifact_store_uri", "name", "role_arn"],
    },
}
"""Types that version 6 of the provider added, from the arguments of pulumi_aws 7.51.1."""

LATER_ATTRIBUTES = {
    "aws:cloudwatch/logGroup:LogGroup": ["deletion_protection_enabled"],
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": ["resource_arn"],
    "aws:lambda/function:Function": ["source_kms_key_arn"],
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": ["execution_role_arn"],
    "aws:scheduler/schedule:Schedule": ["action_after_completion"],
}
"""Attributes that version 6 added to types of before."""

LATER_SOURCE = {"attributes": ["channel_name"], "required": ["channel_name"]}
"""What tells version 6's block `additional_model_data_source` of a container from `model_data_source`."""


def part(block: dict[str, Any]) -> dict[str, Any]:
    """Give one block: which attributes may be given, which must be, which are only answered, and its own blocks."""
    attributes = block.get("attributes", {})
    given = {name for name, one in attributes.items() if one.get("required") or one.get("optional")}
    found: dict[str, Any] = {"attributes": sorted(given)}
    if required := sorted(name for name, one in attributes.items() if one.get("required")):
        found["required"] = required
    if answered := sorted(set(attributes) - given):
        found["answered"] = answered
    if blocks := {name: part(one["block"]) for name, one in sorted(block.get("block_types", {}).items())}:
        found["blocks"] = blocks
    return found


def text(schema: dict[str, Any]) -> str:
    """Give the file, byte for byte."""
    known = schema["provider_schemas"][PROVIDER]["resource_schemas"]
    types = {token: {"type": name, **part(known[name]["block"])} for token, name in TYPES.items()}
    for token, names in LATER_ATTRIBUTES.items():
        types[token]["attributes"] = sorted({*types[token]["attributes"], *names})
    containers = types["aws:sagemaker/model:Model"]["blocks"]
    for name in ("container", "primary_container"):
        blocks = containers[name]["blocks"]
        blocks["additional_model_data_source"] = blocks["model_data_source"] | LATER_SOURCE
    return json.dumps({"origin": ORIGIN, "types": types | LATER}, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(json.loads(Path(sys.argv[1]).read_text("utf-8"))), encoding="utf-8")
