"""SNS topics."""

import json
from typing import Any, Final

from slipway.sandbox.provider.casing import as_text
from slipway.sandbox.provider.declaration import Change, Made, Properties, ResourceType, Tags, Update
from slipway.sandbox.provider.facts import facts_of
from slipway.sandbox.provider.naming import AutoName
from slipway.sandbox.provider.problems import Gone
from slipway.sandbox.provider.scope import Scope

TAGS: Final = Tags(
    read="list_tags_for_resource", add="tag_resource", remove="untag_resource", by="id", parameter="ResourceArn"
)
TOPIC: Final = "aws:sns/topic:Topic"
ATTRIBUTES: Final = {
    # every other input is an attribute of the topic, spelt with a capital
    name: name[0].upper() + name[1:]
    for name in facts_of(TOPIC).inputs
    if name not in {"name", "namePrefix", "fifoTopic", "region", "tags"}
}
SPOKEN_IN_A_QUEUE_TOPIC: Final = frozenset({"contentBasedDeduplication", "fifoThroughputScope", "archivePolicy"})
DEFAULT_POLICY: Final = "__default_policy_ID"
UNSET: Final = {"contentBasedDeduplication": "false"}


def _create(scope: Scope, inputs: Properties) -> Made:
    fifo = bool(inputs.get("fifoTopic"))
    attributes = {
        member: as_text(inputs[name])
        for name, member in ATTRIBUTES.items()
        if name in inputs and (fifo or name not in SPOKEN_IN_A_QUEUE_TOPIC)
    }
    if fifo:
        attributes["FifoTopic"] = "true"
    tags = [{"Key": key, "Value": value} for key, value in sorted((inputs.get("tagsAll") or {}).items())]
    arn = scope.client("sns").create_topic(Name=inputs["name"], Attributes=attributes, Tags=tags)["TopicArn"]
    return Made(arn, {"arn": arn, "owner": arn.split(":")[4]})


def _read(scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    client = scope.client("sns")
    found = client.get_topic_attributes(TopicArn=resource_id)["Attributes"]
    seen: dict[str, Any] = {name: found.get(member) for name, member in ATTRIBUTES.items()}
    for name, value in seen.items():
        if facts_of(TOPIC).inputs[name].get("type") == "integer" and value is not None:
            seen[name] = int(value)
    if "policy" not in known:
        # AWS writes a policy of its own when none is given
        seen["policy"] = None
    return {
        **seen,
        "id": resource_id,
        "name": resource_id.rsplit(":", 1)[-1],
        "arn": resource_id,
        "owner": found.get("Owner"),
        "fifoTopic": found.get("FifoTopic") == "true",
        "contentBasedDeduplication": found.get("ContentBasedDeduplication") == "true",
        "tagsAll": {tag["Key"]: tag["Value"] for tag in client.list_tags_for_resource(ResourceArn=resource_id)["Tags"]},
    }


def _set(scope: Scope, change: Change) -> None:
    for name in sorted(change.changed & ATTRIBUTES.keys()):
        value = as_text(change.news[name]) if name in change.news else UNSET.get(name, "")
        scope.client("sns").set_topic_attributes(
            TopicArn=change.id, AttributeName=ATTRIBUTES[name], AttributeValue=value
        )


def _delete(scope: Scope, resource_id: str, _inputs: Properties) -> None:
    scope.client("sns").delete_topic(TopicArn=resource_id)


def _set_policy(scope: Scope, topic: str, policy: str) -> None:
    scope.client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)


def _create_policy(scope: Scope, inputs: Properties) -> Made:
    _set_policy(scope, inputs["arn"], inputs["policy"])
    return Made(inputs["arn"], {"owner": inputs["arn"].split(":")[4]})


def _read_policy(scope: Scope, resource_id: str, _known: Properties) -> dict[str, Any]:
    found = scope.client("sns").get_topic_attributes(TopicArn=resource_id)["Attributes"]
    if not found.get("Policy") or json.loads(found["Policy"]).get("Id") == DEFAULT_POLICY:
        raise Gone
    return {"arn": resource_id, "policy": found["Policy"], "owner": found.get("Owner")}


def _reset_policy(scope: Scope, resource_id: str, _inputs: Properties) -> None:
    """Put back what AWS writes for a topic without a policy of its own; none at all is not allowed."""
    account = resource_id.split(":")[4]
    own = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": ["SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:AddPermission", "SNS:RemovePermission",
                   "SNS:DeleteTopic", "SNS:Subscribe", "SNS:ListSubscriptionsByTopic", "SNS:Publish"],
        "Resource": resource_id,
        "Condition": {"StringEquals": {"AWS:SourceOwner": account}},
    }  # fmt: skip
    _set_policy(scope, resource_id, json.dumps({"Version": "2008-10-17", "Id": DEFAULT_POLICY, "Statement": [own]}))


TYPES = (
    ResourceType(
        type=TOPIC,
        service="sns",
        identity={"id": "TopicArn"},
        id="@arn",
        name=AutoName(limit=256),
        create=_create,
        read=_read,
        update=(Update(how=_set, props=frozenset(ATTRIBUTES)),),
        delete=_delete,
        outputs={"arn": "@arn", "owner": "@owner"},
        tags=TAGS,
        documents=frozenset({"policy", "deliveryPolicy", "archivePolicy"}),
    ),
    ResourceType(
        type="aws:sns/topicPolicy:TopicPolicy",
        service="sns",
        identity={"arn": "TopicArn"},
        id="{arn}",
        create=_create_policy,
        read=_read_policy,
        update=(Update(how=lambda scope, change: _set_policy(scope, change.id, change.news["policy"])),),
        delete=_reset_policy,
        outputs={"owner": "@owner"},
        documents=frozenset({"policy"}),
    ),
)
