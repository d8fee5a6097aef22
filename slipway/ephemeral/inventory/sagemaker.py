"""What SageMaker keeps: endpoints and what they serve, the registry, schedules, pipelines, feature groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.ephemeral.inventory.kind import Kind, Thing, pages
from slipway.ephemeral.inventory.regular import Regular

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.ephemeral.account import Account
    from slipway.ephemeral.inventory.owner import Owner


def _regular(
    kind: str, order: int, noun: str, items: str, what: str, *, status: str = "", busy: tuple[str, ...] = ()
) -> Kind:
    """Return a kind of which SageMaker's operations and members are all named after `what` and `noun`."""
    return Regular(
        kind=kind,
        order=order,
        service="sagemaker",
        listing=f"list_{noun}s",
        items=items,
        name=f"{what}Name",
        arn=f"{what}Arn",
        deleting=f"delete_{noun}",
        parameter=f"{what}Name",
        status=status,
        busy=busy,
        covers=(f"sagemaker:{noun.replace('_', '-')}/",),
    ).made()


def _packages(account: Account, owner: Owner) -> Iterator[Thing]:
    """Find the model packages of the stack's groups: SageMaker deletes no group that has any."""
    for group in _GROUPS.find(account, owner):
        for item in pages(
            account, "sagemaker", "list_model_packages", "ModelPackageSummaryList", ModelPackageGroupName=group.name
        ):
            arn = item["ModelPackageArn"]
            command = f"aws sagemaker delete-model-package --model-package-name {arn}"
            yield Thing(kind="model packages", name=arn, inside=group.name, command=command)


def _delete_package(account: Account, thing: Thing) -> None:
    account.client("sagemaker").delete_model_package(ModelPackageName=thing.name)


def _definitions(words: str, noun: str) -> Kind:
    """Return one kind of job definition; what lists them calls them otherwise than what deletes them."""
    return Regular(
        kind=f"{words} job definitions",
        order=14,
        service="sagemaker",
        listing=f"list_{noun}_job_definitions",
        items="JobDefinitionSummaries",
        name="MonitoringJobDefinitionName",
        arn="MonitoringJobDefinitionArn",
        deleting=f"delete_{noun}_job_definition",
        parameter="JobDefinitionName",
        covers=(f"sagemaker:{noun.replace('_', '-')}-job-definition/",),
    ).made()


_DEFINITIONS = {
    "data quality": "data_quality",
    "model quality": "model_quality",
    "model bias": "model_bias",
    "explainability": "model_explainability",
}
_CHANGING = ("Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting")
_GROUPS = _regular(
    "model package groups", 60, "model_package_group", "ModelPackageGroupSummaryList", "ModelPackageGroup"
)
KINDS = (
    _regular(
        "monitoring schedules",
        10,
        "monitoring_schedule",
        "MonitoringScheduleSummaries",
        "MonitoringSchedule",
        status="MonitoringScheduleStatus",
        busy=("Pending",),
    ),
    _regular(
        "inference components",
        25,
        "inference_component",
        "InferenceComponents",
        "InferenceComponent",
        status="InferenceComponentStatus",
        busy=("Creating", "Updating", "Deleting"),
    ),
    _regular("endpoints", 30, "endpoint", "Endpoints", "Endpoint", status="EndpointStatus", busy=_CHANGING),
    _regular("endpoint configurations", 40, "endpoint_config", "EndpointConfigs", "EndpointConfig"),
    _regular("models", 50, "model", "Models", "Model"),
    Regular(
        kind="MLflow Apps",
        order=58,
        service="sagemaker",
        listing="list_mlflow_apps",
        items="Summaries",
        name="Name",
        arn="Arn",
        deleting="delete_mlflow_app",
        parameter="Arn",
        by_arn=True,
        status="Status",
        busy=("Creating", "Updating", "Deleting"),
        covers=("sagemaker:mlflow-app/",),
    ).made(),
    *(_definitions(words, noun) for words, noun in _DEFINITIONS.items()),
    Kind(
        name="model packages",
        order=55,
        find=_packages,
        delete=_delete_package,
        before=True,
        covers=("sagemaker:model-package/",),
    ),
    _GROUPS,
)
