"""What a program registers, in the engine's terms."""

from dataclasses import dataclass, field
from typing import Any

from slipway.engine.planning.aliases import Alias
from slipway.engine.values import Properties


@dataclass(frozen=True, kw_only=True)
class Registration:
    """A resource that the program wants to exist."""

    urn: str
    type: str
    name: str
    custom: bool
    parent: str = ""
    inputs: Properties = field(default_factory=dict)
    provider: str = ""
    dependencies: tuple[str, ...] = ()
    property_dependencies: dict[str, list[str]] = field(default_factory=dict)
    protect: bool = False
    delete_before_replace: bool | None = None
    ignore_changes: tuple[str, ...] = ()
    additional_secret_outputs: tuple[str, ...] = ()
    aliases: tuple[Alias, ...] = ()
    import_id: str = ""
    custom_timeouts: dict[str, float] = field(default_factory=dict)
    replace_on_changes: tuple[str, ...] = ()
    replacement_trigger: Any = None
    retain_on_delete: bool = False
    deleted_with: str = ""
    replace_with: tuple[str, ...] = ()
    hide_diff: tuple[str, ...] = ()
    resource_hooks: dict[str, list[str]] = field(default_factory=dict)
    source_position: str = ""
    stack_trace: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReadRequest:
    """A resource that the program wants to look at without owning it."""

    urn: str
    type: str
    name: str
    id: str
    parent: str
    inputs: Properties
    provider: str
    dependencies: tuple[str, ...] = ()
    additional_secret_outputs: tuple[str, ...] = ()
    source_position: str = ""
    stack_trace: tuple[dict[str, str], ...] = ()
