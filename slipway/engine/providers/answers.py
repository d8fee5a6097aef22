"""What providers answer, in the engine's terms, and how they fail."""

from dataclasses import dataclass, field
from typing import Literal

from slipway.engine.values import Properties

Changes = Literal["unknown", "none", "some"]


@dataclass(frozen=True, kw_only=True)
class CheckFailure:
    """One reason why inputs are refused; `property` is empty when it is about all of them."""

    reason: str
    property: str = ""


@dataclass(frozen=True, kw_only=True)
class CheckAnswer:
    """The inputs with defaults, or why they are refused."""

    inputs: Properties
    failures: tuple[CheckFailure, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PropertyDiff:
    """How one property differs: add, delete, update, or one of them with `-replace`."""

    kind: str
    input_diff: bool = False


@dataclass(frozen=True, kw_only=True)
class DiffAnswer:
    """What differs between old and new, and what follows from it."""

    changes: Changes = "unknown"
    replace_keys: tuple[str, ...] = ()
    changed_keys: tuple[str, ...] = ()
    detailed: dict[str, PropertyDiff] | None = None
    """By path; None when the provider gave none."""
    delete_before_replace: bool = False

    @property
    def replaces(self) -> bool:
        """Whether the resource has to be replaced."""
        detailed = self.detailed or {}
        return bool(self.replace_keys) or any(item.kind.endswith("-replace") for item in detailed.values())


@dataclass(frozen=True, kw_only=True)
class MadeAnswer:
    """What Create, Update or Read found; `id` is empty when Read found nothing."""

    id: str = ""
    outputs: Properties = field(default_factory=dict)
    inputs: Properties | None = None
    init_errors: tuple[str, ...] = ()
    """Reasons why the resource exists but is not fit for use."""


@dataclass(frozen=True, kw_only=True)
class InvokeAnswer:
    """The result of a function, or why its arguments are refused; `result` is None where it can't be known yet."""

    result: Properties | None
    failures: tuple[CheckFailure, ...] = ()


class ProviderError(Exception):
    """A provider refused or failed.

    `state_unknown`: nobody knows what it did. `lost`: the process is gone.
    """

    def __init__(self, message: str, *, state_unknown: bool = False, lost: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.state_unknown = state_unknown
        self.lost = lost


def init_error_message(reasons: tuple[str, ...]) -> str:
    """Return the text for a resource that was made and is not fit for use."""
    count = f"{len(reasons)} error{'s' if len(reasons) != 1 else ''} occurred:"
    return count + "".join(f"\n\t* {reason}" for reason in reasons) + "\n\n"
