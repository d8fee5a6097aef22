"""CloudWatch Logs: which of AWS's services may write, to any log group of the account or to one.

A policy of the account has a name, one of a log group the group's ARN; that is its id, too. CloudWatch Logs changes and
deletes a log group's policy only for who knows its revision.
"""

from typing import Any, Final

from slipway.sandbox.provider.declaration import Change, Made, Properties, ResourceType, Update
from slipway.sandbox.provider.problems import Gone
from slipway.sandbox.provider.scope import Scope

TYPE: Final = "aws:cloudwatch/logResourcePolicy:LogResourcePolicy"
SCOPES: Final = {"policyName": "ACCOUNT", "resourceArn": "RESOURCE"}


def _place(inputs: Properties) -> dict[str, str]:
    """Give the one input that says where the policy stands."""
    return {name: inputs[name] for name in SCOPES if name in inputs}


def _create(scope: Scope, inputs: Properties) -> Made:
    place = _place(inputs)
    answer = scope.client("logs").put_resource_policy(**place, policyDocument=inputs["policyDocument"])
    return Made(next(iter(place.values())), answer["resourcePolicy"])


def _find(scope: Scope, resource_id: str) -> dict[str, Any]:
    logs = scope.client("logs")
    of_group = resource_id.startswith("arn:")
    asked = {"resourceArn": resource_id, "policyScope": "RESOURCE"} if of_group else {}
    # an account has ten of them at most, a log group one: a single page
    found: list[dict[str, Any]] = logs.describe_resource_policies(**asked)["resourcePolicies"]
    for policy in found:
        if of_group or policy["policyName"] == resource_id:
            return policy
    raise Gone


def _read(scope: Scope, resource_id: str, _known: Properties) -> dict[str, Any]:
    policy = _find(scope, resource_id)
    told = {name: policy.get(name) for name in ("policyDocument", "policyScope", "revisionId")}
    place = "resourceArn" if resource_id.startswith("arn:") else "policyName"
    return {**told, place: resource_id, "id": resource_id}


def _revision(scope: Scope, resource_id: str) -> dict[str, str]:
    return {"expectedRevisionId": _find(scope, resource_id)["revisionId"]} if resource_id.startswith("arn:") else {}


def _update(scope: Scope, change: Change) -> None:
    revision = _revision(scope, change.id)
    document = change.news["policyDocument"]
    scope.client("logs").put_resource_policy(**_place(change.news), **revision, policyDocument=document)


def _delete(scope: Scope, resource_id: str, _inputs: Properties) -> None:
    place = "resourceArn" if resource_id.startswith("arn:") else "policyName"
    scope.client("logs").delete_resource_policy(**{place: resource_id}, **_revision(scope, resource_id))


TYPES = (
    ResourceType(
        type=TYPE,
        service="logs",
        identity={},
        id="@id",
        create=_create,
        read=_read,
        update=(Update(how=_update, props=frozenset({"policyDocument"})),),
        delete=_delete,
        outputs={"policyScope": "@policyScope", "revisionId": "@revisionId"},
        documents=frozenset({"policyDocument"}),
        exactly_one=frozenset(SCOPES),
    ),
)
