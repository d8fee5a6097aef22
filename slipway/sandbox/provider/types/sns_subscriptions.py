"""SNS: subscriptions."""

from typing import Any, Final

from slipway.sandbox.provider.casing import as_text
from slipway.sandbox.provider.declaration import Change, Made, Properties, ResourceType, Update
from slipway.sandbox.provider.problems import Gone
from slipway.sandbox.provider.scope import Scope

ATTRIBUTES: Final = {
    "deliveryPolicy": "DeliveryPolicy",
    "filterPolicy": "FilterPolicy",
    "filterPolicyScope": "FilterPolicyScope",
    "rawMessageDelivery": "RawMessageDelivery",
    "redrivePolicy": "RedrivePolicy",
    "subscriptionRoleArn": "SubscriptionRoleArn",
}
UNSET: Final = {"rawMessageDelivery": "false", "filterPolicyScope": "MessageAttributes", "filterPolicy": "{}"}


def _create(scope: Scope, inputs: Properties) -> Made:
    # raw delivery false is what SNS does by itself, and it refuses the attribute for some protocols
    attributes = {member: as_text(inputs[name]) for name, member in ATTRIBUTES.items() if inputs.get(name)}
    made = scope.client("sns").subscribe(
        TopicArn=inputs["topic"],
        Protocol=inputs["protocol"],
        Endpoint=inputs["endpoint"],
        Attributes=attributes,
        ReturnSubscriptionArn=True,
    )
    return Made(made["SubscriptionArn"])


def _read(scope: Scope, resource_id: str, _known: Properties) -> dict[str, Any]:
    found = scope.client("sns").get_subscription_attributes(SubscriptionArn=resource_id).get("Attributes") or {}
    if not found.get("TopicArn"):
        raise Gone
    seen = {name: found.get(member) or None for name, member in ATTRIBUTES.items()}
    if seen["filterPolicy"] == UNSET["filterPolicy"]:
        seen["filterPolicy"] = None
    return {
        **seen,
        "rawMessageDelivery": found.get("RawMessageDelivery") == "true",
        "id": resource_id,
        "arn": resource_id,
        "topic": found["TopicArn"],
        "protocol": found["Protocol"],
        "endpoint": found["Endpoint"],
        "ownerId": found.get("Owner", scope.account),
        "confirmationWasAuthenticated": found.get("ConfirmationWasAuthenticated") == "true",
        "pendingConfirmation": found.get("PendingConfirmation") == "true",
    }


def _set(scope: Scope, change: Change) -> None:
    for name in sorted(change.changed & ATTRIBUTES.keys()):
        value = as_text(change.news[name]) if name in change.news else UNSET.get(name, "")
        scope.client("sns").set_subscription_attributes(
            SubscriptionArn=change.id, AttributeName=ATTRIBUTES[name], AttributeValue=value
        )


def _delete(scope: Scope, resource_id: str, inputs: Properties) -> None:
    _read(scope, resource_id, inputs)
    scope.client("sns").unsubscribe(SubscriptionArn=resource_id)


TYPES = (
    ResourceType(
        type="aws:sns/topicSubscription:TopicSubscription",
        service="sns",
        identity={"id": "SubscriptionArn"},
        id="@id",
        create=_create,
        read=_read,
        update=(Update(how=_set, props=frozenset(ATTRIBUTES)),),
        delete=_delete,
        outputs={
            name: f"@{name}" for name in ("arn", "confirmationWasAuthenticated", "ownerId", "pendingConfirmation")
        },
        computed=frozenset({"filterPolicyScope"}),
        local=frozenset({"confirmationTimeoutInMinutes", "endpointAutoConfirms"}),
        unsupported={"replayPolicy": "leave it out, the sandbox's topics keep no messages"},
        documents=frozenset({"deliveryPolicy", "filterPolicy", "redrivePolicy"}),
        quiet={"filterPolicyScope": "MessageAttributes"},
    ),
)
