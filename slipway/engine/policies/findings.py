"""What a policy pack is asked about, and what it answers, in the engine's terms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from slipway.engine.planning.registration import Registration
from slipway.engine.values import Properties

Level = Literal["advisory", "mandatory", "disabled", "remediate"]
Kind = Literal["resource", "stack", ""]


@dataclass(frozen=True, kw_only=True)
class Policy:
    """One rule of a pack."""

    name: str
    level: Level
    kind: Kind
    """Empty for packs of an SDK too old to say."""
    schema: Mapping[str, Any] = field(default_factory=dict)
    """JSON schemas of its configuration, by property."""
    required: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PackInfo:
    """What a pack says of itself; policies are sorted by name."""

    name: str
    version: str
    policies: tuple[Policy, ...]
    initial_config: Mapping[str, Mapping[str, Any]]
    """Configuration that the pack's own program gave, by policy or for `all`."""


@dataclass(frozen=True, kw_only=True)
class ProviderSeen:
    """The provider of a resource, as rules see it."""

    urn: str
    inputs: Properties


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A resource as rules see it: checked inputs before it is made, outputs once the whole stack is."""

    goal: Registration
    properties: Properties
    provider: ProviderSeen | None = None


@dataclass(frozen=True, kw_only=True)
class Violation:
    """What a rule objects to."""

    policy: str
    level: Level
    message: str
    urn: str = ""
    severity: str = ""


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """What a rule changed, or why it could not be asked."""

    policy: str
    properties: Properties | None = None
    diagnostic: str = ""


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What the rules of one pack found in one resource, or in the stack."""

    violations: tuple[Violation, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    not_applicable: frozenset[str] = frozenset()
