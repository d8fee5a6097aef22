"""What watches and tells: log groups, alarms, dashboards, rules of EventBridge, topics and queues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.ephemeral.inventory.kind import Kind, Thing, pages, tags_of
from slipway.ephemeral.inventory.regular import Regular

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.ephemeral.account import Account
    from slipway.ephemeral.inventory.owner import Owner


def log_groups(account: Account, owner: Owner) -> Iterator[Thing]:
    """Find log groups: SageMaker and Lambda make them anew, without tags, when something writes after a destroy."""
    for item in pages(account, "logs", "describe_log_groups", "logGroups"):
        name = item["logGroupName"]
        arn = item["arn"].removesuffix(":*")
        if owner.owns(name, tags_of(account, "logs", "list_tags_for_resource", "tags", resourceArn=arn)):
            command = f"aws logs delete-log-group --log-group-name {name}"
            yield Thing(kind="log groups", name=name, command=command)


def _delete_log_group(account: Account, thing: Thing) -> None:
    account.client("logs").delete_log_group(logGroupName=thing.name)


def _log_policies(account: Account, owner: Owner) -> Iterator[Thing]:
    """Find policies of log groups: they bear no tags, the group that they stand on has the stack's name."""
    for scope in ("ACCOUNT", "RESOURCE"):
        for item in pages(account, "logs", "describe_resource_policies", "resourcePolicies", policyScope=scope):
            arn, name = item.get("resourceArn", ""), item.get("policyName", "")
            if (arn and owner.owns(arn.rpartition("log-group:")[2])) or (name and owner.owns(name)):
                flag = f"--resource-arn {arn}" if arn else f"--policy-name {name}"
                command = f"aws logs delete-resource-policy {flag}"
                yield Thing(kind="log policies", name=arn or name, inside="resource" if arn else "", command=command)


def _delete_log_policy(account: Account, thing: Thing) -> None:
    which = {"resourceArn": thing.name} if thing.inside else {"policyName": thing.name}
    account.client("logs").delete_resource_policy(**which)


def _alarms(account: Account, owner: Owner) -> Iterator[Thing]:
    """Find alarms; composite ones come first: CloudWatch deletes no alarm that one of them names."""
    for items, kind in (("CompositeAlarms", "CompositeAlarm"), ("MetricAlarms", "MetricAlarm")):
        for item in pages(account, "cloudwatch", "describe_alarms", items, AlarmTypes=[kind]):
            name = item["AlarmName"]
            tags = tags_of(account, "cloudwatch", "list_tags_for_resource", "Tags", ResourceARN=item["AlarmArn"])
            if owner.owns(name, tags):
                command = f"aws cloudwatch delete-alarms --alarm-names {name}"
                yield Thing(kind="alarms", name=name, command=command)


def _delete_alarm(account: Account, thing: Thing) -> None:
    account.client("cloudwatch").delete_alarms(AlarmNames=[thing.name])


def _dashboards(account: Account, owner: Owner) -> Iterator[Thing]:
    for item in pages(account, "cloudwatch", "list_dashboards", "DashboardEntries"):
        name = item["DashboardName"]
        if owner.owns(name):
            command = f"aws cloudwatch delete-dashboards --dashboard-names {name}"
            yield Thing(kind="dashboards", name=name, command=command)


def _delete_dashboard(account: Account, thing: Thing) -> None:
    account.client("cloudwatch").delete_dashboards(DashboardNames=[thing.name])


def _rules(account: Account, owner: Owner) -> Iterator[Thing]:
    for item in pages(account, "events", "list_rules", "Rules"):
        if item.get("ManagedBy"):
            continue
        tags = tags_of(account, "events", "list_tags_for_resource", "Tags", ResourceARN=item["Arn"])
        if owner.owns(item["Name"], tags):
            command = f"aws events delete-rule --name {item['Name']} --force"
            yield Thing(kind="event rules", name=item["Name"], command=command)


def _delete_rule(account: Account, thing: Thing) -> None:
    events = account.client("events")
    targets = [item["Id"] for item in pages(account, "events", "list_targets_by_rule", "Targets", Rule=thing.name)]
    if targets:
        events.remove_targets(Rule=thing.name, Ids=targets)
    events.delete_rule(Name=thing.name)


TOPICS = Regular(
    kind="topics",
    order=70,
    service="sns",
    listing="list_topics",
    items="Topics",
    name="TopicArn",
    arn="TopicArn",
    deleting="delete_topic",
    parameter="TopicArn",
    tagging=("list_tags_for_resource", "ResourceArn", "Tags"),
    covers=("sns:",),
)
KINDS = (
    Kind(name="event rules", order=5, find=_rules, delete=_delete_rule, covers=("events:rule/",)),
    Kind(name="alarms", order=35, find=_alarms, delete=_delete_alarm, covers=("cloudwatch:alarm:",)),
    Kind(name="dashboards", order=70, find=_dashboards, delete=_delete_dashboard, covers=("cloudwatch:dashboard/",)),
    TOPICS.made(),
    Kind(name="log policies", order=85, find=_log_policies, delete=_delete_log_policy),
    Kind(name="log groups", order=90, find=log_groups, delete=_delete_log_group, covers=("logs:log-group:",)),
)
