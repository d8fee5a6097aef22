"""SQS queues and their policies."""

from typing import Any, Final

from slipway.sandbox.provider.casing import as_text
from slipway.sandbox.provider.declaration import Change, Made, Properties, ResourceType, Tags, Update
from slipway.sandbox.provider.facts import facts_of
from slipway.sandbox.provider.naming import AutoName
from slipway.sandbox.provider.problems import GONE, Gone
from slipway.sandbox.provider.scope import Scope

TAGS: Final = Tags(read="list_queue_tags", add="tag_queue", remove="untag_queue", by="id", parameter="QueueUrl")
QUEUE: Final = "aws:sqs/queue:Queue"
MEMBERS: Final = {
    "visibilityTimeoutSeconds": "VisibilityTimeout",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "delaySeconds": "DelaySeconds",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "policy": "Policy",
    "redrivePolicy": "RedrivePolicy",
    "redriveAllowPolicy": "RedriveAllowPolicy",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "kmsDataKeyReusePeriodSeconds": "KmsDataKeyReusePeriodSeconds",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "deduplicationScope": "DeduplicationScope",
    "fifoThroughputLimit": "FifoThroughputLimit",
}
ONLY_FIFO: Final = frozenset({"contentBasedDeduplication", "deduplicationScope", "fifoThroughputLimit"})
UNSET: Final = {"sqsManagedSseEnabled": "false", "contentBasedDeduplication": "false"}


def _attributes(inputs: Properties) -> dict[str, str]:
    fifo = bool(inputs.get("fifoQueue"))
    return {
        member: as_text(inputs[name])
        for name, member in MEMBERS.items()
        if name in inputs and (fifo or name not in ONLY_FIFO)
    }


def _create(scope: Scope, inputs: Properties) -> Made:
    attributes = _attributes(inputs) | ({"FifoQueue": "true"} if inputs.get("fifoQueue") else {})
    url = scope.client("sqs").create_queue(
        QueueName=inputs["name"], Attributes=attributes, tags=dict(inputs.get("tagsAll") or {})
    )["QueueUrl"]
    return Made(url, {"url": url})


def _value(name: str, text: str) -> Any:
    kind = facts_of(QUEUE).inputs[name].get("type")
    if kind == "integer":
        return int(text)
    return text == "true" if kind == "boolean" else text


def _read(scope: Scope, resource_id: str, _known: Properties) -> dict[str, Any]:
    client = scope.client("sqs")
    found = client.get_queue_attributes(QueueUrl=resource_id, AttributeNames=["All"])["Attributes"]
    seen = {name: _value(name, found[member]) for name, member in MEMBERS.items() if found.get(member)}
    return {
        "contentBasedDeduplication": False,
        **seen,
        "id": resource_id,
        "url": resource_id,
        "arn": found["QueueArn"],
        "name": resource_id.rsplit("/", 1)[-1],
        "fifoQueue": found.get("FifoQueue") == "true",
        "tagsAll": client.list_queue_tags(QueueUrl=resource_id).get("Tags") or {},
    }


def _set(scope: Scope, change: Change) -> None:
    attributes = {
        MEMBERS[name]: as_text(change.news[name]) if name in change.news else UNSET.get(name, "")
        for name in change.changed & MEMBERS.keys()
    }
    if attributes:
        scope.client("sqs").set_queue_attributes(QueueUrl=change.id, Attributes=attributes)


def _delete(scope: Scope, resource_id: str, _inputs: Properties) -> None:
    scope.client("sqs").delete_queue(QueueUrl=resource_id)


def _set_policy(scope: Scope, url: str, policy: str) -> None:
    scope.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})


def _create_policy(scope: Scope, inputs: Properties) -> Made:
    _set_policy(scope, inputs["queueUrl"], inputs["policy"])
    return Made(inputs["queueUrl"])


def _read_policy(scope: Scope, resource_id: str, _known: Properties) -> dict[str, Any]:
    found = scope.client("sqs").get_queue_attributes(QueueUrl=resource_id, AttributeNames=["Policy"])
    policy = found.get("Attributes", {}).get("Policy")
    if not policy:
        raise Gone
    return {"queueUrl": resource_id, "policy": policy}


def _drop_policy(scope: Scope, resource_id: str, _inputs: Properties) -> None:
    _set_policy(scope, resource_id, "")


GONE_QUEUE: Final = GONE | {"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"}

TYPES = (
    ResourceType(
        type=QUEUE,
        service="sqs",
        identity={"id": "QueueUrl"},
        id="@url",
        name=AutoName(limit=80),
        create=_create,
        read=_read,
        update=(Update(how=_set, props=frozenset(MEMBERS)),),
        delete=_delete,
        outputs={"arn": "@arn", "url": "@url"},
        computed=frozenset(
            {
                "kmsDataKeyReusePeriodSeconds",
                "policy",
                "redrivePolicy",
                "redriveAllowPolicy",
                "sqsManagedSseEnabled",
                "deduplicationScope",
                "fifoThroughputLimit",
            }
        ),
        tags=TAGS,
        documents=frozenset({"policy", "redrivePolicy", "redriveAllowPolicy"}),
        quiet={
            "sqsManagedSseEnabled": True,
            "kmsDataKeyReusePeriodSeconds": 300,
            "deduplicationScope": "queue",
            "fifoThroughputLimit": "perQueue",
        },
        gone=GONE_QUEUE,
    ),
    ResourceType(
        type="aws:sqs/queuePolicy:QueuePolicy",
        service="sqs",
        identity={"queueUrl": "QueueUrl"},
        id="{queueUrl}",
        create=_create_policy,
        read=_read_policy,
        update=(Update(how=lambda scope, change: _set_policy(scope, change.id, change.news["policy"])),),
        delete=_drop_policy,
        documents=frozenset({"policy"}),
        gone=GONE_QUEUE,
    ),
)
