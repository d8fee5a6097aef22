"""The SageMaker resources that are only remembered: what to call, key and list them by, read from botocore's model.

A kind stands here when remembering it is all that its control plane does. Kinds behind which work must happen
(tuning jobs, clusters, apps ...) are not here: their operations answer 501, not a lie.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from botocore.model import ListShape, Shape, StringShape

from slipway.sandbox.sagemaker.protocol import input_members, model, operation_model, output_members

DECLARATIVE = [
    "Action",
    "AppImageConfig",
    "Artifact",
    "CodeRepository",
    "Context",
    "DataQualityJobDefinition",
    "Domain",
    "Experiment",
    "FeatureGroup",
    "Hub",
    "Image",
    "MlflowApp",
    "MlflowTrackingServer",
    "ModelBiasJobDefinition",
    "ModelExplainabilityJobDefinition",
    "ModelQualityJobDefinition",
    "NotebookInstanceLifecycleConfig",
    "Pipeline",
    "Space",
    "StudioLifecycleConfig",
    "Trial",
    "TrialComponent",
    "UserProfile",
]
OWNED = (
    "TrainingJob",
    "ProcessingJob",
    "TransformJob",
    "Model",
    "EndpointConfig",
    "Endpoint",
    "ModelPackage",
    "ModelPackageGroup",
)
"""Kinds with hand-written operations; they are here for their lists, tags and searches."""

READY = ("InService", "Active", "Created", "Ready", "CREATED", "Completed")
ARN_WORDS = {
    "TrialComponent": "experiment-trial-component",
    "Trial": "experiment-trial",
}
# what AWS generates as an id instead of taking a name
GENERATED = {"Domain": "DomainId"}
ID_PREFIX = {"DomainId": "d-"}


@dataclass(frozen=True)
class Kind:
    """One sort of resource."""

    noun: str
    name_member: str
    """Member of Create's input that names it."""
    identity: tuple[str, ...]
    """Members that Describe finds it by."""
    arn_member: str
    status_member: str | None
    ready: str | None
    """The status of one that works; None where the caller sets the status."""
    list_operation: str | None
    list_member: str

    @property
    def arn_word(self) -> str:
        """`model-package-group`: the resource type inside its ARN."""
        return (
            ARN_WORDS.get(self.noun)
            or re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", self.noun).lower()
        )


@cache
def kind(noun: str) -> Kind:
    """Return the kind of that noun, such as `UserProfile`."""
    create, describe = f"Create{noun}", f"Describe{noun}"
    shape = operation_model(describe).input_shape
    identity = tuple(shape.required_members) if shape is not None else ()
    arns = [name for name in output_members(create) if name.endswith("Arn")]
    status, ready = _status(noun)
    listing, member = _listing(noun)
    names = (f"{noun}Name", "JobDefinitionName", "TrackingServerName", "Name")
    name = next((n for n in names if n in input_members(create)), arns[0])
    arn = f"{noun}Arn" if f"{noun}Arn" in output_members(describe) else arns[0]
    return Kind(noun, name, identity, arn, status, ready, listing, member)


@cache
def kinds() -> dict[str, Kind]:
    """Every kind, by noun."""
    return {noun: kind(noun) for noun in (*DECLARATIVE, *OWNED)}


@cache
def by_list_operation() -> dict[str, Kind]:
    """Return the kinds by the operation that lists them."""
    return {entry.list_operation: entry for entry in kinds().values() if entry.list_operation is not None}


@cache
def by_arn_word() -> dict[str, Kind]:
    """Return the kinds by the resource type inside their ARNs."""
    return {entry.arn_word: entry for entry in kinds().values()}


def summary_shape(entry: Kind) -> Shape:
    """Return the shape of one element of the kind's list."""
    shape = output_members(entry.list_operation or "")[entry.list_member]
    if not isinstance(shape, ListShape):
        raise TypeError(f"{entry.list_operation} answers no list")
    return shape.member


def _status(noun: str) -> tuple[str | None, str | None]:
    given = input_members(f"Create{noun}")
    for name in (f"{noun}Status", "Status", "TrackingServerStatus"):
        shape = output_members(f"Describe{noun}").get(name)
        if isinstance(shape, StringShape) and shape.enum:
            return name, None if name in given else next((value for value in READY if value in shape.enum), None)
    return None, None


def _listing(noun: str) -> tuple[str | None, str]:
    operation = f"List{noun[:-1]}ies" if noun.endswith("y") else f"List{noun}s"
    if operation not in model().operation_names:
        return None, ""
    return operation, next(name for name, shape in output_members(operation).items() if isinstance(shape, ListShape))
