"""What a rule is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from policy.seen import Seen

Environment = Literal["dev", "staging", "prod"]
Level = Literal["advisory", "mandatory", "disabled"]
Severity = Literal["low", "medium", "high", "critical"]

ENVIRONMENTS: tuple[Environment, ...] = ("dev", "staging", "prod")


@dataclass(frozen=True, kw_only=True)
class Levels:
    """How strict a rule is in each environment: what it finds is said, or stops the operation."""

    dev: Level = "advisory"
    staging: Level = "mandatory"
    prod: Level = "mandatory"

    def of(self, environment: Environment) -> Level:
        """Return the level in one environment."""
        return {"dev": self.dev, "staging": self.staging, "prod": self.prod}[environment]


BY_ENVIRONMENT = Levels()
"""Advice in dev, a stop in staging and prod."""
PROD_ONLY = Levels(staging="advisory")
"""A stop in prod alone."""
KEPT_ONLY = Levels(dev="disabled")
"""Not asked in dev, which keeps nothing; a stop elsewhere."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a rule is asked about."""

    it: Seen
    """The resource to judge."""
    environment: Environment
    settings: Mapping[str, Any]
    """The rule's own values: its defaults, then those of the stack file, then those of --policy-pack-config."""
    stack: Sequence[Seen] = ()
    """Every resource of the stack; empty for rules that look at one resource alone."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One thing that a stack may not contain."""

    name: str
    """What it forbids, as its file is named."""
    description: str
    """One sentence that says what should be."""
    severity: Severity
    controls: Sequence[str]
    """Controls that it implements, Security Hub's first; Checkov's ids where they mean the same."""
    link: str
    """Where AWS says why."""
    looks_at: Sequence[str]
    """Resource types that it judges."""
    check: Callable[[Asked], Iterator[str]]
    """Yields what is wrong with one resource and what to do."""
    levels: Levels = BY_ENVIRONMENT
    whole_stack: bool = False
    """Whether it needs the other resources, and so is asked once all are known."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Defaults of what --policy-pack-config may set."""
    met_by: Sequence[str] = ()
    """Our components that satisfy it, by type token."""
    remark: str = ""
    """What else the list of controls should say."""


def security_hub(control: str) -> str:
    """Return AWS's page of a control of Security Hub, such as `SageMaker.5`."""
    service = control.partition(".")[0].lower()
    anchor = control.lower().replace(".", "-")
    return f"https://docs.aws.amazon.com/securityhub/latest/userguide/{service}-controls.html#{anchor}"
