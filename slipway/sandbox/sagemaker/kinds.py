"""The SageMaker resources that are remembered: what to call, key and list them by, read from botocore's model.

What the model does not say stands in `kind_facts`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from botocore.model import ListShape, Shape, StringShape, StructureShape

from slipway.sandbox.sagemaker.kind_facts import ARN_WORDS, COLLECTIONS, OWNED, READY, REMEMBERED, UNDONE
from slipway.sandbox.sagemaker.protocol import input_members, model, operation_model, output_members

_NAMES = ("JobDefinitionName", "TrackingServerName", "AutoMLJobName", "JobName", "ExtensionName", "Name")
_STATUSES = ("Status", "TrackingServerStatus", "AutoMLJobStatus", "JobStatus")


@dataclass(frozen=True)
class Kind:
    """One sort of resource."""

    noun: str
    name_member: str
    """Member of Create's input that names it; its ARN where nothing does."""
    identity: tuple[str, ...]
    """Members that Describe finds it by."""
    arn_member: str
    status_member: str | None
    ready: str | None
    """The status of one that works; None where the caller sets the status."""
    list_operation: str | None
    list_member: str
    wrapper: str | None
    """The one member of Describe's answer that holds everything else, where there is one."""

    @property
    def collection(self) -> str:
        """The name under which the store keeps them."""
        return COLLECTIONS.get(self.noun, self.noun)

    @property
    def undone(self) -> bool:
        """Whether it stands for work that the sandbox does not do: it is accepted, and fails with a reason."""
        return self.noun in UNDONE

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
    wrapper, told = _told(describe)
    arns = [name for name in (*output_members(create), *told) if name.endswith("Arn")]
    status, ready = _status(noun, told)
    listing, member = _listing(noun)
    name = next((n for n in (f"{noun}Name", *_NAMES) if n in input_members(create)), arns[0])
    arn = f"{noun}Arn" if f"{noun}Arn" in told else arns[0]
    return Kind(noun, name, identity, arn, status, ready, listing, member, wrapper)


def _told(describe: str) -> tuple[str | None, dict[str, Shape]]:
    """Return the wrapper of Describe's answer, None for most, and the members inside."""
    members = output_members(describe)
    shape = operation_model(describe).output_shape
    required = [] if shape is None else shape.required_members
    inner = members[required[0]] if len(required) == 1 else None
    if isinstance(inner, StructureShape) and not any(name.endswith("Arn") for name in members):
        return required[0], dict(inner.members)
    return None, members


@cache
def kinds() -> dict[str, Kind]:
    """Every kind, by noun."""
    return {noun: kind(noun) for noun in (*REMEMBERED, *UNDONE, *OWNED)}


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


def _status(noun: str, told: dict[str, Shape]) -> tuple[str | None, str | None]:
    given = input_members(f"Create{noun}")
    for name in (f"{noun}Status", *_STATUSES):
        shape = told.get(name)
        if isinstance(shape, StringShape) and shape.enum:
            wanted = ("Failed", "FAILED") if noun in UNDONE else READY
            return name, None if name in given else next((value for value in wanted if value in shape.enum), None)
    return None, None


def _listing(noun: str) -> tuple[str | None, str]:
    operation = f"List{noun[:-1]}ies" if noun.endswith("y") else f"List{noun}s"
    if operation not in model().operation_names:
        return None, ""
    return operation, next(name for name, shape in output_members(operation).items() if isinstance(shape, ListShape))
