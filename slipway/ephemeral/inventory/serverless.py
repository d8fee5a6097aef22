"""What runs at times: functions, schedules, queues, scalers; and secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.ephemeral.inventory.kind import Kind, Thing, pages, tag_map, tags_of
from slipway.ephemeral.inventory.regular import Regular

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.ephemeral.account import Account
    from slipway.ephemeral.inventory.owner import Owner

_SCALED = ("sagemaker", "lambda")
"""Namespaces in which things of a stack are scaled."""


def _targets(account: Account, owner: Owner) -> Iterator[Thing]:
    """Find scalable targets: they outlive the endpoint whose name is in their id."""
    for namespace in _SCALED:
        for item in pages(
            account,
            "application-autoscaling",
            "describe_scalable_targets",
            "ScalableTargets",
            ServiceNamespace=namespace,
        ):
            resource, dimension = item["ResourceId"], item["ScalableDimension"]
            if owner.owns(resource):
                flags = f"--service-namespace {namespace} --resource-id {resource} --scalable-dimension {dimension}"
                command = f"aws application-autoscaling deregister-scalable-target {flags}"
                yield Thing(kind="scalable targets", name=resource, inside=dimension, command=command)


def _delete_target(account: Account, thing: Thing) -> None:
    account.client("application-autoscaling").deregister_scalable_target(
        ServiceNamespace=thing.inside.partition(":")[0], ResourceId=thing.name, ScalableDimension=thing.inside
    )


def _schedules(account: Account, owner: Owner) -> Iterator[Thing]:
    """Find schedules outside of the stack's own groups: they bear no tags, only names."""
    for item in pages(account, "scheduler", "list_schedules", "Schedules", GroupName="default"):
        name = item["Name"]
        if owner.owns(name):
            command = f"aws scheduler delete-schedule --name {name}"
            yield Thing(kind="schedules", name=name, command=command)


def _delete_schedule(account: Account, thing: Thing) -> None:
    account.client("scheduler").delete_schedule(Name=thing.name)


def _queues(account: Account, owner: Owner) -> Iterator[Thing]:
    for url in pages(account, "sqs", "list_queues", "QueueUrls"):
        if owner.owns(url.rpartition("/")[2], tags_of(account, "sqs", "list_queue_tags", "Tags", QueueUrl=url)):
            yield Thing(kind="queues", name=url, command=f"aws sqs delete-queue --queue-url {url}")


def _delete_queue(account: Account, thing: Thing) -> None:
    account.client("sqs").delete_queue(QueueUrl=thing.name)


def _secrets(account: Account, owner: Owner) -> Iterator[Thing]:
    for item in pages(account, "secretsmanager", "list_secrets", "SecretList"):
        if owner.owns(item["Name"], tag_map(item.get("Tags"))) and not item.get("DeletedDate"):
            flags = f"--secret-id {item['ARN']} --force-delete-without-recovery"
            yield Thing(kind="secrets", name=item["ARN"], command=f"aws secretsmanager delete-secret {flags}")


def _delete_secret(account: Account, thing: Thing) -> None:
    # a secret that waits for its deletion keeps its name from whoever comes next
    account.client("secretsmanager").delete_secret(SecretId=thing.name, ForceDeleteWithoutRecovery=True)


FUNCTIONS = Regular(
    kind="functions",
    order=28,
    service="lambda",
    listing="list_functions",
    items="Functions",
    name="FunctionName",
    arn="FunctionArn",
    deleting="delete_function",
    parameter="FunctionName",
    tagging=("list_tags", "Resource", "Tags"),
    covers=("lambda:function:",),
)
GROUPS = Regular(
    kind="schedule groups",
    order=6,
    service="scheduler",
    listing="list_schedule_groups",
    items="ScheduleGroups",
    name="Name",
    arn="Arn",
    deleting="delete_schedule_group",
    parameter="Name",
    status="State",
    busy=("DELETING",),
    tagging=("list_tags_for_resource", "ResourceArn", "Tags"),
    covers=("scheduler:schedule-group/", "scheduler:schedule/"),
)
KINDS = (
    Kind(name="schedules", order=5, find=_schedules, delete=_delete_schedule),
    GROUPS.made(),
    Kind(name="scalable targets", order=22, find=_targets, delete=_delete_target),
    FUNCTIONS.made(),
    Kind(name="queues", order=72, find=_queues, delete=_delete_queue, covers=("sqs:",)),
    Kind(name="secrets", order=95, find=_secrets, delete=_delete_secret, covers=("secretsmanager:secret:",)),
)
