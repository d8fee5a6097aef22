"""What an operation is given beside its parameters: whose it is, the memory, the rest of AWS, the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from slipway.sandbox.gateway.clients import AwsClients
    from slipway.sandbox.sagemaker.store import Store


@dataclass(frozen=True, order=True)
class Scope:
    """The account and region that a request acts in; nothing is visible across scopes."""

    account: str
    region: str

    def arn(self, resource: str, service: str = "sagemaker") -> str:
        """`arn:aws:sagemaker:REGION:ACCOUNT:resource`, in the partition of the region."""
        return f"arn:{partition(self.region)}:{service}:{self.region}:{self.account}:{resource}"


def partition(region: str) -> str:
    """Return the partition that a region lies in: aws, aws-cn or aws-us-gov."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def instances_for_all(_operation: str, _name: str) -> None:
    """Say that there are instances: only a fault takes them away."""


@dataclass(frozen=True)
class Context:
    """One request's surroundings."""

    scope: Scope
    store: Store
    aws: AwsClients
    """boto3 clients of this scope that talk to this gateway."""
    state_dir: Path
    project: Path
    """The project whose images run: DIR/training/Dockerfile and the like."""
    clock: Callable[[], datetime] = system_clock
    shortage: Callable[[str, str], str | None] = instances_for_all
    """What says why there are no instances for an operation and a name of a job or endpoint, None when there are."""

    def now(self) -> float:
        """Seconds since the epoch: the form in which SageMaker's protocol and the store carry timestamps."""
        return round(self.clock().timestamp(), 3)


ContextFactory = Callable[[Scope], Context]
