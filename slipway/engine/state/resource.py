"""One resource as the state keeps it."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

from slipway.engine.codec.state import StateCodec
from slipway.engine.values import Properties

# JSON name of each field that is written as it stands, and left out when it is empty.
_PLAIN = {
    "delete": "delete",
    "parent": "parent",
    "protect": "protect",
    "taint": "taint",
    "external": "external",
    "dependencies": "dependencies",
    "init_errors": "initErrors",
    "provider": "provider",
    "property_dependencies": "propertyDependencies",
    "pending_replacement": "pendingReplacement",
    "additional_secret_outputs": "additionalSecretOutputs",
    "custom_timeouts": "customTimeouts",
    "import_id": "importID",
    "retain_on_delete": "retainOnDelete",
    "deleted_with": "deletedWith",
    "created": "created",
    "modified": "modified",
    "source_position": "sourcePosition",
    "stack_trace": "stackTrace",
    "ignore_changes": "ignoreChanges",
    "replace_on_changes": "replaceOnChanges",
    "replace_with": "replaceWith",
    "hide_diff": "hideDiff",
    "resource_hooks": "resourceHooks",
}
_KNOWN = frozenset(
    {"urn", "custom", "id", "type", "inputs", "outputs", "replacementTrigger", "aliases", *_PLAIN.values()}
)


@dataclass(eq=False)
class ResourceState:
    """A resource with its inputs, its outputs and its options. Values in it are replaced, never changed in place."""

    urn: str
    type: str
    custom: bool
    id: str = ""
    inputs: Properties = field(default_factory=dict)
    outputs: Properties = field(default_factory=dict)
    parent: str = ""
    delete: bool = False
    """Replaced by another one of the same URN, and still to be deleted."""
    protect: bool = False
    taint: bool = False
    external: bool = False
    """Read, not managed."""
    dependencies: list[str] = field(default_factory=list)
    init_errors: list[str] = field(default_factory=list)
    provider: str = ""
    property_dependencies: dict[str, list[str]] = field(default_factory=dict)
    pending_replacement: bool = False
    """Deleted before its replacement is made."""
    additional_secret_outputs: list[str] = field(default_factory=list)
    custom_timeouts: dict[str, float] = field(default_factory=dict)
    import_id: str = ""
    retain_on_delete: bool = False
    deleted_with: str = ""
    created: str = ""
    modified: str = ""
    source_position: str = ""
    stack_trace: list[dict[str, str]] = field(default_factory=list)
    ignore_changes: list[str] = field(default_factory=list)
    replace_on_changes: list[str] = field(default_factory=list)
    replacement_trigger: Any = None
    replace_with: list[str] = field(default_factory=list)
    hide_diff: list[str] = field(default_factory=list)
    resource_hooks: dict[str, list[str]] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    """Fields of another engine's version that this one has no use for; they are kept."""
    _edition: object = field(default=None, init=False, repr=False)
    _fragment: tuple[object, bytes] | None = field(default=None, init=False, repr=False)

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)
        # Other threads may be rendering meanwhile: what they make of it is good for the old edition only.
        object.__setattr__(self, "_edition", object())

    def copy(self) -> "ResourceState":
        """Return another state that says the same."""
        return replace(self)

    def needs(self) -> set[str]:
        """Return the URNs of the resources that must exist for this one to exist."""
        found = set(self.dependencies)
        for urns in self.property_dependencies.values():
            found.update(urns)
        if self.parent:
            found.add(self.parent)
        if self.provider:
            found.add(self.provider.rpartition("::")[0])
        if self.deleted_with:
            found.add(self.deleted_with)
        found.discard(self.urn)
        return found

    def follow(self, old: str, new: str) -> None:
        """Refer by its new URN to a resource that is called otherwise now; so is what is left of it to be deleted."""
        if self.delete and self.urn == old:
            self.urn = new
        if old not in self.needs():
            return

        def renamed(urn: str) -> str:
            return new if urn == old else urn

        self.parent = renamed(self.parent)
        self.deleted_with = renamed(self.deleted_with)
        self.dependencies = [renamed(urn) for urn in self.dependencies]
        self.property_dependencies = {
            key: [renamed(urn) for urn in needed] for key, needed in self.property_dependencies.items()
        }
        provider, _, id_ = self.provider.rpartition("::")
        if provider == old:
            self.provider = f"{new}::{id_}"

    def fragment(self, codec: StateCodec) -> bytes:
        """Return the JSON text of the resource; it is computed once for as long as nothing changes."""
        edition, cached = self._edition, self._fragment
        if cached is None or cached[0] is not edition:
            text = json.dumps(self.to_json(codec), separators=(",", ":"), ensure_ascii=False).encode()
            cached = edition, text
            object.__setattr__(self, "_fragment", cached)
        return cached[1]

    def to_json(self, codec: StateCodec) -> dict[str, Any]:
        """Return the resource as the state file keeps it."""
        found: dict[str, Any] = {"urn": self.urn, "custom": self.custom}
        if self.delete:
            found["delete"] = True
        if self.id:
            found["id"] = self.id
        found["type"] = self.type
        if self.inputs:
            found["inputs"] = codec.encode(self.inputs, f"{self.urn} inputs")
        if self.outputs:
            found["outputs"] = codec.encode(self.outputs, f"{self.urn} outputs")
        for name, key in _PLAIN.items():
            value = getattr(self, name)
            if value:
                found[key] = value
        if self.replacement_trigger is not None:
            found["replacementTrigger"] = codec.encode(self.replacement_trigger, f"{self.urn} trigger")
        return found | self.extra

    @classmethod
    def from_json(cls, raw: dict[str, Any], codec: StateCodec) -> "ResourceState":
        """Return the resource that stands in a state file."""
        urn = raw["urn"]
        state = cls(
            urn=urn,
            type=raw["type"],
            custom=bool(raw.get("custom")),
            id=raw.get("id") or "",
            inputs=codec.decode(raw.get("inputs") or {}, f"{urn} inputs"),
            outputs=codec.decode(raw.get("outputs") or {}, f"{urn} outputs"),
            replacement_trigger=codec.decode(raw.get("replacementTrigger"), f"{urn} trigger"),
            extra={key: value for key, value in raw.items() if key not in _KNOWN},
        )
        for name, key in _PLAIN.items():
            if raw.get(key):
                setattr(state, name, raw[key])
        return state
