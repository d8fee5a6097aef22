"""SageMaker kinds that the sandbox keeps and does nothing with: feature groups and MLflow apps."""

from typing import Any, Final

from slipway.sandbox.provider.declaration import Call, ResourceType, Update, WaitFunction
from slipway.sandbox.provider.naming import AutoName
from slipway.sandbox.provider.problems import GONE, HalfMade, code_of
from slipway.sandbox.provider.scope import Scope
from slipway.sandbox.provider.types.sagemaker import TAGS

MINUTES_10: Final = 600.0
MOVING: Final = frozenset({"Creating", "Updating", "Deleting"})
GROUP: Final = ("describe_feature_group", "FeatureGroupName", "FeatureGroupStatus")
APP: Final = ("describe_mlflow_app", "Arn", "Status")


def _ready(place: tuple[str, str, str]) -> WaitFunction:
    """Give a wait until what a create or an update began has ended; a failure is a half-made resource."""
    operation, member, status = place

    def ready(scope: Scope, resource_id: str) -> None:
        last: dict[str, Any] = {}

        def look() -> str | None:
            last.update(getattr(scope.client("sagemaker"), operation)(**{member: resource_id}))
            return str(last[status]) if last[status] in MOVING else None

        scope.until(look, what=resource_id, limit_seconds=MINUTES_10)
        if str(last[status]).endswith("Failed"):
            raise HalfMade([f"{resource_id} is {last[status]}: {last.get('FailureReason') or 'no reason was given'}"])

    return ready


def _settled(place: tuple[str, str, str]) -> WaitFunction:
    """Give a wait until a deleted resource is not described any more."""
    operation, member, status = place

    def settled(scope: Scope, resource_id: str) -> None:
        from botocore.exceptions import ClientError  # noqa: PLC0415

        def look() -> str | None:
            try:
                found = getattr(scope.client("sagemaker"), operation)(**{member: resource_id})[status]
            except ClientError as error:
                if code_of(error) not in GONE:
                    raise
                return None
            return None if found == "Deleted" else str(found)

        scope.until(look, what=resource_id, limit_seconds=MINUTES_10)

    return settled


TYPES = (
    ResourceType(
        type="aws:sagemaker/featureGroup:FeatureGroup",
        service="sagemaker",
        identity={"featureGroupName": "FeatureGroupName"},
        id="{featureGroupName}",
        create=Call(operation="create_feature_group"),
        read=Call(operation="describe_feature_group"),
        # of the online store UpdateFeatureGroup takes the time to live; its request has no member for the rest
        update=(
            Update(
                how=Call(operation="update_feature_group", only=frozenset({"onlineStoreConfig", "throughputConfig"})),
                props=frozenset({"onlineStoreConfig", "throughputConfig"}),
            ),
        ),
        delete=Call(operation="delete_feature_group"),
        ready=_ready(GROUP),
        settled=_settled(GROUP),
        outputs={"arn": "@FeatureGroupArn"},
        tags=TAGS,
    ),
    ResourceType(
        type="aws:sagemaker/mlflowApp:MlflowApp",
        service="sagemaker",
        identity={"id": "Arn"},
        id="@Arn",
        name=AutoName(),
        create=Call(operation="create_mlflow_app", by={}),
        read=Call(operation="describe_mlflow_app"),
        update=(
            Update(
                how=Call(operation="update_mlflow_app"),
                props=frozenset(
                    {
                        "accountDefaultStatus",
                        "artifactStoreUri",
                        "defaultDomainIdLists",
                        "modelRegistrationMode",
                        "name",
                        "weeklyMaintenanceWindowStart",
                    }
                ),
            ),
        ),
        delete=Call(operation="delete_mlflow_app"),
        ready=_ready(APP),
        settled=_settled(APP),
        outputs={"arn": "@Arn"},
        computed=frozenset({"weeklyMaintenanceWindowStart"}),
        local=frozenset({"timeouts"}),
        tags=TAGS,
    ),
)
