"""EventBridge: event buses."""

from typing import Any, Final

from slipway.sandbox.provider.declaration import Call, Properties, ResourceType, Tags
from slipway.sandbox.provider.naming import AutoName
from slipway.sandbox.provider.scope import Scope

TAGS: Final = Tags(
    read="list_tags_for_resource", add="tag_resource", remove="untag_resource", by="arn", parameter="ResourceARN"
)


def _delete(scope: Scope, resource_id: str, _inputs: Properties) -> None:
    client = scope.client("events")
    client.describe_event_bus(Name=resource_id)  # AWS deletes what is not there without a word
    client.delete_event_bus(Name=resource_id)


def _read(scope: Scope, resource_id: str, _known: Properties) -> dict[str, Any]:
    client = scope.client("events")
    found = client.describe_event_bus(Name=resource_id)
    tags = client.list_tags_for_resource(ResourceARN=found["Arn"])["Tags"]
    return {
        "name": resource_id,
        "arn": found["Arn"],
        "description": found.get("Description") or None,
        "kmsKeyIdentifier": found.get("KmsKeyIdentifier"),
        "tagsAll": {tag["Key"]: tag["Value"] for tag in tags},
    }


TYPES = (
    ResourceType(
        type="aws:cloudwatch/eventBus:EventBus",
        service="events",
        identity={"name": "Name"},
        id="{name}",
        name=AutoName(limit=256),
        create=Call(operation="create_event_bus", only=frozenset({"description", "eventSourceName"})),
        read=_read,
        delete=_delete,
        outputs={"arn": "arn:{partition}:events:{region}:{account}:event-bus/{name}"},
        tags=TAGS,
        unsupported={
            "deadLetterConfig": "set it on the targets, the sandbox's buses have none of their own",
            "kmsKeyIdentifier": "leave it out, the sandbox encrypts no events",
            "logConfig": "leave it out, the sandbox's buses write no logs",
        },
    ),
)
