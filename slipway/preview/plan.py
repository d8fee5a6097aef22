"""A plan: what one operation of the engine would do, or did, as its event log tells it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Order = Literal["", "create first", "delete first"]
Outcome = Literal["succeeded", "failed", "not finished"]
UNCHANGED = frozenset({"same", "read", "refresh"})
STACK_TYPE = "pulumi:pulumi:Stack"


@dataclass(frozen=True, kw_only=True)
class State:
    """One resource as it was or as it shall be; secrets and unknowns are marks (`slipway.preview.values`)."""

    inputs: Mapping[str, Any] = field(default_factory=dict)
    """What the program asks for, defaults of the provider included."""
    outputs: Mapping[str, Any] = field(default_factory=dict)
    """What the resource is; empty where a preview knows nothing."""
    parent: str = ""
    """URN of its parent."""
    id: str = ""
    """Its id at AWS; empty before it is made."""
    custom: bool = True
    """Whether a provider makes it; a component is not custom."""
    protect: bool = False
    retain: bool = False
    """Whether it stays in AWS when it leaves the stack (`retain_on_delete`)."""
    leaving: bool = False
    """Whether an earlier replacement has left it to be deleted."""
    automatic: frozenset[str] = frozenset()
    """Names of inputs that the provider filled in, automatic names among them."""

    def value(self, name: str) -> Any:
        """Return a property: its input where there is one, else its output, else None."""
        found = self.inputs.get(name)
        return self.outputs.get(name) if found is None else found


@dataclass(frozen=True, kw_only=True)
class Change:
    """One property that changes."""

    path: str
    """Pulumi's property path, such as `productionVariants[0].instanceType`."""
    kind: Literal["add", "update", "delete"]
    replaces: bool = False
    """Whether this change is what forces a replacement."""
    old: Any
    new: Any


@dataclass(frozen=True, kw_only=True)
class Step:
    """What happens to one resource; the three steps of a replacement are one."""

    urn: str
    type: str
    """Type token, such as `aws:s3/bucket:Bucket`."""
    name: str
    """Logical name."""
    operation: str
    """create, update, replace, delete, same, read, import, or a word of a newer engine."""
    old: State | None = None
    new: State | None = None
    changes: tuple[Change, ...] = ()
    """Sorted by path."""
    order: Order = ""
    """Of a replacement: which half comes first."""
    failed: bool = False

    @property
    def is_change(self) -> bool:
        """Whether anything happens to it."""
        return self.operation not in UNCHANGED

    @property
    def state(self) -> State:
        """The state that tells most: the new one, else the old one."""
        return self.new or self.old or State()


@dataclass(frozen=True, kw_only=True)
class Problem:
    """An error that the engine, the program or a provider reported."""

    urn: str
    """The resource that it is about; empty for the operation as a whole."""
    message: str


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What a rule of a policy pack said of a resource."""

    rule: str
    pack: str
    level: str
    """mandatory, advisory or remediated."""
    urn: str
    message: str
    """The rule's words; withheld where the resource has secrets, which rules see in clear text."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that a log tells."""

    project: str
    stack: str
    steps: tuple[Step, ...]
    """Sorted by URN, unchanged ones included."""
    outcome: Outcome
    problems: tuple[Problem, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    troubles: tuple[str, ...] = ()
    """What could not be read of the log, or looks wrong in it."""
    dry: bool = True
    """Whether nothing was carried out."""

    @property
    def changed(self) -> tuple[Step, ...]:
        """The steps that change something."""
        return tuple(step for step in self.steps if step.is_change)

    def counts(self) -> dict[str, int]:
        """Return operation to number of resources, unchanged ones as `same`; components count, as with Pulumi."""
        found: dict[str, int] = {}
        for step in self.steps:
            operation = step.operation if step.is_change else "same"
            found[operation] = found.get(operation, 0) + 1
        return found
