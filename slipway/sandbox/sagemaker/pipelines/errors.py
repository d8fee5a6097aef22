"""What can be wrong with a pipeline, before and while it runs."""

from typing import Any


class DefinitionError(Exception):
    """A definition cannot be run; the message names the step or parameter."""


class UnresolvedError(Exception):
    """A reference has no value in this execution; the message says which and why."""


class StepFailedError(Exception):
    """A step failed; the message becomes its FailureReason."""

    def __init__(self, reason: str, kind: str = "", metadata: dict[str, Any] | None = None) -> None:
        super().__init__(reason)
        self.kind = kind
        """The ExceptionType of retry policies that the failure is, empty when nothing retries it."""
        self.metadata = metadata or {}


class StepStoppedError(Exception):
    """A step ended because its execution was stopped."""
