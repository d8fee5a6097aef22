"""Lambda permissions: one statement of a function's policy each."""

import json
from typing import Any, Final

from slipway.sandbox.provider.casing import members_of
from slipway.sandbox.provider.declaration import Made, Properties, ResourceType
from slipway.sandbox.provider.naming import AutoName
from slipway.sandbox.provider.problems import Gone
from slipway.sandbox.provider.regular import NEVER_SENT
from slipway.sandbox.provider.scope import Scope

RENAMES: Final = {"function": "FunctionName"}
CONDITIONS: Final = {
    "sourceArn": "aws:sourcearn",
    "sourceAccount": "aws:sourceaccount",
    "principalOrgId": "aws:principalorgid",
}


def _create(scope: Scope, inputs: Properties) -> Made:
    client = scope.client("lambda")
    shape = client.meta.service_model.operation_model("AddPermission").input_shape
    client.add_permission(**members_of({n: v for n, v in inputs.items() if n not in NEVER_SENT}, shape, RENAMES))
    return Made(inputs["statementId"])


def _place(resource_id: str, known: Properties) -> tuple[str, str, dict[str, str]]:
    """Give function, statement and qualifier: from the inputs, or an import's `function[:qualifier]/statement`."""
    if known:
        qualifier = {"Qualifier": known["qualifier"]} if known.get("qualifier") else {}
        return known["function"], known["statementId"], qualifier
    function, _, statement = resource_id.rpartition("/")
    name, _, qualifier_of = function.partition(":") if not function.startswith("arn:") else (function, "", "")
    return name, statement, {"Qualifier": qualifier_of} if qualifier_of else {}


def _read(scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    function, wanted, qualifier = _place(resource_id, known)
    policy = json.loads(scope.client("lambda").get_policy(FunctionName=function, **qualifier)["Policy"])
    statement = next((one for one in policy["Statement"] if one.get("Sid") == wanted), None)
    if statement is None:
        raise Gone
    conditions = {key.lower(): value for test in statement.get("Condition", {}).values() for key, value in test.items()}
    return {
        "id": wanted,
        "statementId": wanted,
        "function": function,
        "qualifier": qualifier.get("Qualifier"),
        "action": statement["Action"],
        "principal": _principal(statement["Principal"], known.get("principal")),
        **{name: conditions.get(key) for name, key in CONDITIONS.items()},
    }


def _principal(told: Any, known: str | None) -> str:
    """Give a statement's principal as it was asked for: AWS makes an account's number the ARN of its root."""
    found = str(next(iter(told.values()))) if isinstance(told, dict) else str(told)
    return known if known and found.endswith(f"::{known}:root") else found


def _delete(scope: Scope, resource_id: str, inputs: Properties) -> None:
    function, statement, qualifier = _place(resource_id, inputs)
    scope.client("lambda").remove_permission(FunctionName=function, StatementId=statement, **qualifier)


TYPES = (
    ResourceType(
        type="aws:lambda/permission:Permission",
        service="lambda",
        identity={"statementId": "StatementId"},
        id="{statementId}",
        name=AutoName(property="statementId", limit=100, prefix_property="statementIdPrefix"),
        create=_create,
        read=_read,
        delete=_delete,
        renames=RENAMES,
        # conditions of function URLs and Alexa skills, which the sandbox has none of
        write_only=frozenset({"eventSourceToken", "functionUrlAuthType", "invokedViaFunctionUrl", "statementIdPrefix"}),
    ),
)
