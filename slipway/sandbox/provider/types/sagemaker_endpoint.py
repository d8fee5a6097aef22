"""SageMaker endpoints: made and updated in the background, rolled back by AWS without an error.

An endpoint that was rolled back is InService again, so the update ends well; only the outputs tell that another
configuration serves, and the next preview shows the same update again. So the Terraform provider does, which the real
Pulumi provider wraps (its issues 46663 and 48997).
"""

from typing import Any, Final

from slipway.sandbox.provider.casing import members_of
from slipway.sandbox.provider.declaration import Call, Change, ResourceType, Update
from slipway.sandbox.provider.naming import AutoName
from slipway.sandbox.provider.problems import HalfMade, code_of
from slipway.sandbox.provider.scope import Scope
from slipway.sandbox.provider.types.sagemaker import TAGS, doubtful, listed

MOVING: Final = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack"})
SERVING: Final = "InService"
HOUR: Final = 3600.0
EXISTS: Final = listed("list_endpoints", "Endpoints", "EndpointName")


def _describe(scope: Scope, name: str) -> dict[str, Any]:
    found: dict[str, Any] = scope.client("sagemaker").describe_endpoint(EndpointName=name)
    return found


def _ready(scope: Scope, name: str) -> None:
    """Wait until the endpoint serves; anything else that it comes to rest at is a half-made resource."""
    last: dict[str, Any] = {}

    def look() -> str | None:
        last.clear()
        last.update(_describe(scope, name))
        status = str(last["EndpointStatus"])
        return status if status in MOVING else None

    scope.until(look, what=f"endpoint {name}", limit_seconds=HOUR)
    if last["EndpointStatus"] != SERVING:
        reason = last.get("FailureReason") or "no reason was given"
        advice = "AWS can only delete such an endpoint: mend the cause, run destroy with --target and its URN, then up"
        raise HalfMade([f"endpoint {name} is {last['EndpointStatus']}: {reason}; {advice}"])


def _update(scope: Scope, change: Change) -> None:
    client, wanted = scope.client("sagemaker"), change.news["endpointConfigName"]
    shape = client.meta.service_model.operation_model("UpdateEndpoint").input_shape
    serving = _describe(scope, change.id)["EndpointConfigName"]
    if serving == wanted and "deploymentConfig" not in change.changed:
        return  # a second try of an update that has happened
    deployment = {name: change.news[name] for name in ("deploymentConfig",) if name in change.news}
    request = members_of(deployment, shape)
    client.update_endpoint(EndpointName=change.id, EndpointConfigName=wanted, **request)


def _settled(scope: Scope, name: str) -> None:
    from botocore.exceptions import ClientError  # noqa: PLC0415

    def look() -> str | None:
        try:
            return str(_describe(scope, name)["EndpointStatus"])
        except ClientError as error:
            if code_of(error) != "ValidationException" or EXISTS(scope, name):
                raise
            return None

    scope.until(look, what=f"endpoint {name}", limit_seconds=HOUR)


TYPES = (
    ResourceType(
        type="aws:sagemaker/endpoint:Endpoint",
        service="sagemaker",
        identity={"name": "EndpointName"},
        id="{name}",
        name=AutoName(),
        create=Call(operation="create_endpoint"),
        read=Call(operation="describe_endpoint"),
        update=(Update(how=_update, props=frozenset({"endpointConfigName", "deploymentConfig"})),),
        delete=Call(operation="delete_endpoint"),
        ready=_ready,
        settled=_settled,
        outputs={"arn": "@EndpointArn"},
        renames={"deploymentConfig": "LastDeploymentConfig"},
        observed=frozenset({"endpointConfigName"}),
        tags=TAGS,
        doubtful=doubtful("list_endpoints", "Endpoints", "EndpointName"),
    ),
)
