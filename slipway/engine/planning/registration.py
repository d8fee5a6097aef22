"""What a program registers, in the engine's terms."""

from dataclasses import dataclass, field
from typing import Any

from slipway.engine.planning.aliases import Alias
from slipway.engine.state.resource import ResourceState
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

    def state(self, inputs: Properties) -> ResourceState:
        """Return the state of the resource before anything is done about it."""
        return ResourceState(
            urn=self.urn,
            type=self.type,
            custom=self.custom,
            inputs=inputs,
            parent=self.parent,
            protect=self.protect,
            dependencies=list(self.dependencies),
            provider=self.provider,
            property_dependencies=dict(self.property_dependencies),
            additional_secret_outputs=list(self.additional_secret_outputs),
            custom_timeouts=dict(self.custom_timeouts),
            import_id=self.import_id,
            retain_on_delete=self.retain_on_delete,
            deleted_with=self.deleted_with,
            source_position=self.source_position,
            stack_trace=list(self.stack_trace),
            ignore_changes=list(self.ignore_changes),
            replace_on_changes=list(self.replace_on_changes),
            replacement_trigger=self.replacement_trigger,
            replace_with=list(self.replace_with),
            hide_diff=list(self.hide_diff),
            resource_hooks=dict(self.resource_hooks),
        )


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
