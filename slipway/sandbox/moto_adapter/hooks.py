"""What moto hands over to the clockwork in the middle of an answer: events to deliver, functions to run.

moto has one set of backends a process, so there is one of each; until the clockwork installs its own, nothing happens.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Delivery:
    """Something for one target of a rule or a schedule."""

    account: str
    region: str
    origin: str
    """The ARN of the rule or schedule."""
    target: Mapping[str, Any]
    text: str
    """What the target receives."""
    event: Mapping[str, Any]
    """The event as it came, of which `text` may be a part."""


@dataclass(frozen=True)
class FunctionRun:
    """A Lambda function to be run once."""

    account: str
    region: str
    name: str
    arn: str
    version: str
    handler: str
    timeout_seconds: int
    memory_mib: int
    variables: Mapping[str, str]
    log_group: str
    code: bytes
    """Its package, a zip archive."""
    code_digest: str
    payload: bytes
    role: str = ""
    """The ARN of its execution role."""


@dataclass(frozen=True)
class FunctionResult:
    """What came of it."""

    payload: bytes
    failed: bool
    log_tail: str
    """The last 4 KB of its log."""


def _nobody(delivery: Delivery) -> None:
    log.warning("nobody delivers here: %s did not reach %s", delivery.origin, delivery.target["Arn"])


def _nothing(run: FunctionRun) -> FunctionResult:
    raise NotImplementedError(f"nobody runs functions here: {run.name}")


@dataclass
class _Hooks:
    deliver: Callable[[Delivery], None] = _nobody
    run_function: Callable[[FunctionRun], FunctionResult] = _nothing


_HOOKS = _Hooks()


def install(deliver: Callable[[Delivery], None], run_function: Callable[[FunctionRun], FunctionResult]) -> None:
    """Let the clockwork take over from now on."""
    _HOOKS.deliver, _HOOKS.run_function = deliver, run_function


def deliver(delivery: Delivery) -> None:
    """Deliver; whatever the target does, it never fails."""
    _HOOKS.deliver(delivery)


def run_function(run: FunctionRun) -> FunctionResult:
    """Run a function to its end, or to its timeout."""
    return _HOOKS.run_function(run)
