"""What is left in the account after the stack is gone: asked service by service, through the API."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# which inventory would show a resource of a type, by the beginning of its type token
SEEN_AS = {
    "aws:s3/": "buckets",
    "aws:kms/": "keys",
    "aws:iam/": "roles and policies",
    "aws:ecr/": "repositories",
    "aws:cloudwatch/logGroup": "log groups",
    "aws:cloudwatch/logMetricFilter": "log groups",
    "aws:cloudwatch/logResourcePolicy": "log policies",
    "aws:cloudwatch/metricAlarm": "alarms",
    "aws:cloudwatch/compositeAlarm": "alarms",
    "aws:cloudwatch/dashboard": "dashboards",
    "aws:cloudwatch/event": "event rules",
    "aws:sns/": "topics",
    "aws:sagemaker/modelPackageGroup": "model package groups",
    "aws:sagemaker/model:": "models",
    "aws:sagemaker/endpointConfiguration": "endpoint configurations",
    "aws:sagemaker/endpoint:": "endpoints",
    "aws:appautoscaling/": "scalable targets",
    "aws:glue/": "catalogue",
    "aws:athena/": "workgroups",
    "aws:budgets/": "budgets",
    "aws:cloudtrail/": "trails",
    "aws:scheduler/": "schedules",
    "aws:ec2/": "networks",
    "aws:vpc/": "networks",
}
SHOWN = 3
ENDED = frozenset({"Completed", "Failed", "Stopped"})


@dataclass
class Inventory:
    """What is there, by kind: what nobody should find, and what AWS itself keeps."""

    left: dict[str, list[str]] = field(default_factory=dict)
    kept: dict[str, list[str]] = field(default_factory=dict)
    looked_at: list[str] = field(default_factory=list)

    def keep(self, kind: str, names: Iterable[str]) -> None:
        """Note what AWS keeps too."""
        found = list(names)
        if found:
            self.kept.setdefault(kind, []).extend(found)

    def kept_in_words(self) -> list[str]:
        """Say what is kept, a line a kind."""
        return [
            f"{kind} ({len(names)}): {', '.join(names[:SHOWN])}{', ...' if names[SHOWN:] else ''}"
            for kind, names in self.kept.items()
        ]


def unseen(types: Iterable[str]) -> list[str]:
    """Return the resource types that no inventory here would show: the proof would be blind to them."""
    return sorted({kind for kind in types if kind.startswith("aws:") and not kind.startswith(tuple(SEEN_AS))})


def take() -> Inventory:
    """Ask every service that a stack uses what it still has."""
    inventory = Inventory()
    for kind, names in _listers().items():
        inventory.looked_at.append(kind)
        found = list(names())
        if kind == "log groups":
            # SageMaker makes the groups of its jobs and endpoints when they first write, and never deletes them
            inventory.keep(
                "log groups that SageMaker itself made", (name for name in found if name.startswith("/aws/sagemaker/"))
            )
            found = [name for name in found if not name.startswith("/aws/sagemaker/")]
        if found:
            inventory.left[kind] = found
    _keys(inventory)
    _jobs(inventory)
    return inventory


def _listers() -> dict[str, Callable[[], Iterable[str]]]:
    sagemaker, iam = boto3.client("sagemaker"), boto3.client("iam")
    return {
        "buckets": lambda: (bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]),
        "roles and policies": lambda: [
            *(
                role["RoleName"]
                for role in _pages(iam, "list_roles", "Roles")
                if not role["Path"].startswith("/aws-service-role/")
            ),
            *(policy["PolicyName"] for policy in _pages(iam, "list_policies", "Policies", Scope="Local")),
        ],
        "repositories": lambda: _names(boto3.client("ecr"), "describe_repositories", "repositories", "repositoryName"),
        "log groups": lambda: _names(boto3.client("logs"), "describe_log_groups", "logGroups", "logGroupName"),
        "log policies": lambda: [
            policy.get("policyName") or policy["resourceArn"]
            for scope in ("ACCOUNT", "RESOURCE")
            for policy in boto3.client("logs").describe_resource_policies(policyScope=scope)["resourcePolicies"]
        ],
        "alarms": lambda: [
            *_names(boto3.client("cloudwatch"), "describe_alarms", "MetricAlarms", "AlarmName"),
            *_names(boto3.client("cloudwatch"), "describe_alarms", "CompositeAlarms", "AlarmName"),
        ],
        "dashboards": lambda: _names(
            boto3.client("cloudwatch"), "list_dashboards", "DashboardEntries", "DashboardName"
        ),
        "event rules": lambda: (
            rule["Name"] for rule in boto3.client("events").list_rules()["Rules"] if not rule.get("ManagedBy")
        ),
        "topics": lambda: _names(boto3.client("sns"), "list_topics", "Topics", "TopicArn"),
        "scalable targets": lambda: _names(
            boto3.client("application-autoscaling"),
            "describe_scalable_targets",
            "ScalableTargets",
            "ResourceId",
            ServiceNamespace="sagemaker",
        ),
        "catalogue": lambda: _names(boto3.client("glue"), "get_databases", "DatabaseList", "Name"),
        # every account has the workgroup `primary`
        "workgroups": lambda: (
            group["Name"]
            for group in boto3.client("athena").list_work_groups()["WorkGroups"]
            if group["Name"] != "primary"
        ),
        "budgets": lambda: (
            budget["BudgetName"]
            for budget in boto3.client("budgets")
            .describe_budgets(AccountId=boto3.client("sts").get_caller_identity()["Account"])
            .get("Budgets", [])
        ),
        "trails": lambda: (trail["Name"] for trail in boto3.client("cloudtrail").describe_trails()["trailList"]),
        "schedules": lambda: _names(boto3.client("scheduler"), "list_schedules", "Schedules", "Name"),
        "networks": lambda: (
            vpc["VpcId"] for vpc in boto3.client("ec2").describe_vpcs()["Vpcs"] if not vpc["IsDefault"]
        ),
        "models": lambda: _names(sagemaker, "list_models", "Models", "ModelName"),
        "endpoint configurations": lambda: _names(
            sagemaker, "list_endpoint_configs", "EndpointConfigs", "EndpointConfigName"
        ),
        "endpoints": lambda: _names(sagemaker, "list_endpoints", "Endpoints", "EndpointName"),
        "model package groups": lambda: _names(
            sagemaker, "list_model_package_groups", "ModelPackageGroupSummaryList", "ModelPackageGroupName"
        ),
    }


def _names(client: Any, operation: str, items: str, name: str, **words: Any) -> Iterator[str]:
    return (str(item[name]) for item in _pages(client, operation, items, **words))


def _pages(client: Any, operation: str, items: str, **words: Any) -> Iterator[dict[str, Any]]:
    for page in client.get_paginator(operation).paginate(**words):
        yield from page.get(items, [])


def _keys(inventory: Inventory) -> None:
    """Look for keys: KMS deletes one after 7 to 30 days; until then it is kept, and costs nothing."""
    kms = boto3.client("kms")
    inventory.looked_at.append("keys in use")
    for item in _pages(kms, "list_keys", "Keys"):
        key = kms.describe_key(KeyId=item["KeyId"])["KeyMetadata"]
        if key.get("KeyManager") == "AWS":
            continue
        if key.get("KeyState") == "PendingDeletion":
            inventory.keep("keys pending deletion", [f"{key['KeyId']} (gone on {key['DeletionDate']:%Y-%m-%d})"])
        else:
            inventory.left.setdefault("keys", []).append(f"{key['KeyId']} ({key.get('KeyState')})")
    aliases = [
        alias["AliasName"]
        for alias in _pages(kms, "list_aliases", "Aliases")
        if not alias["AliasName"].startswith("alias/aws/")
    ]
    if aliases:
        inventory.left["key aliases"] = aliases


def _jobs(inventory: Inventory) -> None:
    """Look for jobs: an ended one is a record that AWS has no call to delete."""
    inventory.looked_at.append("running training jobs")
    for job in _pages(boto3.client("sagemaker"), "list_training_jobs", "TrainingJobSummaries"):
        if job["TrainingJobStatus"] in ENDED:
            inventory.keep("ended training jobs", [job["TrainingJobName"]])
        else:
            inventory.left.setdefault("training jobs", []).append(
                f"{job['TrainingJobName']} ({job['TrainingJobStatus']})"
            )


def delete_model_packages(group: str) -> list[str]:
    """Delete the packages of a group: SageMaker refuses to delete a group that has any."""
    sagemaker = boto3.client("sagemaker")
    pages = sagemaker.get_paginator("list_model_packages").paginate(ModelPackageGroupName=group)
    arns = [item["ModelPackageArn"] for page in pages for item in page["ModelPackageSummaryList"]]
    for arn in arns:
        sagemaker.delete_model_package(ModelPackageName=arn)
    return arns
