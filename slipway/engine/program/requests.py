"""Requests of the program, decoded: no protobuf past this door."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slipway.engine import urn as urns
from slipway.engine.codec import wire
from slipway.engine.codec.assets import with_hashes
from slipway.engine.errors import EngineError, UnsupportedError
from slipway.engine.planning.aliases import Alias
from slipway.engine.planning.registration import ReadRequest, Registration
from slipway.engine.protocol import alias_pb2, resource_pb2, source_pb2
from slipway.engine.values import Properties, flatten_outputs

# As they stand in the state, by the field of the request.
_HOOKS = {
    "before_create": "BeforeCreate",
    "after_create": "AfterCreate",
    "before_update": "BeforeUpdate",
    "after_update": "AfterUpdate",
    "before_delete": "BeforeDelete",
    "after_delete": "AfterDelete",
}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True, kw_only=True)
class Inherited:
    """The options that children have of their parent."""

    protect: bool = False
    retain_on_delete: bool = False
    deleted_with: str = ""


_NOTHING = Inherited()


class RequestDecoder:
    """Decodes what one program asks for."""

    def __init__(self, *, stack: str, project: str, root: Path, assets: Path) -> None:
        self._stack = stack
        self._project = project
        self._root = root
        self._assets = assets
        self._options: dict[str, Inherited] = {}

    def urn(self, parent: str, type_: str, name: str) -> str:
        """Return the URN of a resource of this stack."""
        return urns.make(self._stack, self._project, parent, type_, name)

    def properties(self, struct: Any) -> Properties:
        """Return the properties of a request, with the hashes of assets."""
        found: Properties = with_hashes(flatten_outputs(wire.decode_struct(struct)), self._assets)
        return found

    def registration(self, request: resource_pb2.RegisterResourceRequest, provider: str) -> Registration:
        """Return a RegisterResourceRequest in the engine's terms; `provider` serves it."""
        if request.remote:
            raise UnsupportedError(f"the remote component {request.type} (a component made by a provider)")
        if request.state_migrations:
            raise UnsupportedError(f"`state_migrations` of {request.type} {request.name}")
        if request.packageRef:
            raise UnsupportedError(f"the parameterized package of {request.type} {request.name}")
        if request.hooks.on_error:
            raise UnsupportedError(f"the error hooks of {request.type} {request.name}")
        inputs = self.properties(request.object)
        if urns.is_provider(request.type):
            inputs |= provider_extras(request.version, request.pluginDownloadURL)
        urn = self.urn(request.parent, request.type, request.name)
        inherited = self._inherit(urn, request)
        trigger = None
        if request.HasField("replacement_trigger"):
            trigger = flatten_outputs(wire.decode(request.replacement_trigger))
        return Registration(
            urn=urn,
            type=request.type,
            name=request.name,
            custom=request.custom,
            parent=request.parent,
            inputs=inputs,
            provider=provider,
            dependencies=tuple(sorted(set(request.dependencies))),
            property_dependencies={
                key: sorted(set(value.urns)) for key, value in sorted(request.propertyDependencies.items())
            },
            protect=inherited.protect,
            delete_before_replace=request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
            ignore_changes=tuple(request.ignoreChanges),
            additional_secret_outputs=tuple(request.additionalSecretOutputs),
            aliases=(*(Alias(urn=alias) for alias in request.aliasURNs), *map(_alias, request.aliases)),
            import_id=request.importId,
            custom_timeouts=_timeouts(request.customTimeouts),
            replace_on_changes=tuple(request.replaceOnChanges),
            replacement_trigger=trigger,
            retain_on_delete=inherited.retain_on_delete,
            deleted_with=inherited.deleted_with,
            replace_with=tuple(request.replace_with),
            hide_diff=tuple(request.hideDiffs),
            resource_hooks={
                kind: list(getattr(request.hooks, name))
                for name, kind in _HOOKS.items()
                if getattr(request.hooks, name)
            },
            source_position=self._position(request.sourcePosition),
            stack_trace=self._trace(request.stackTrace),
        )

    def _inherit(self, urn: str, request: resource_pb2.RegisterResourceRequest) -> Inherited:
        """Return the options that a child has of its parent where it has none of its own; its children may ask."""
        above = self._options.get(request.parent, _NOTHING)
        found = Inherited(
            protect=request.protect if request.HasField("protect") else above.protect,
            retain_on_delete=request.retainOnDelete if request.HasField("retainOnDelete") else above.retain_on_delete,
            deleted_with=request.deletedWith or above.deleted_with,
        )
        self._options[urn] = found
        return found

    def read(self, request: resource_pb2.ReadResourceRequest, provider: str) -> ReadRequest:
        """Return a ReadResourceRequest in the engine's terms."""
        return ReadRequest(
            urn=self.urn(request.parent, request.type, request.name),
            type=request.type,
            name=request.name,
            id=request.id,
            parent=request.parent,
            inputs=self.properties(request.properties),
            provider=provider,
            dependencies=tuple(sorted(set(request.dependencies))),
            additional_secret_outputs=tuple(request.additionalSecretOutputs),
            source_position=self._position(request.sourcePosition),
            stack_trace=self._trace(request.stackTrace),
        )

    def _position(self, position: source_pb2.SourcePosition) -> str:
        """Return a position as the state keeps it: relative to the project, wherever the file lies."""
        if not position.uri.startswith("file://"):
            return ""
        path = Path(position.uri.removeprefix("file://"))
        relative = _relative(path, self._root)
        line = f"#{position.line}" + (f",{position.column}" if position.column else "")
        return f"project:///{relative}{line}"

    def _trace(self, trace: source_pb2.StackTrace) -> tuple[dict[str, str], ...]:
        positions = [self._position(frame.pc) for frame in trace.frames]
        return tuple({"sourcePosition": position} if position else {} for position in positions)


def provider_extras(version: str, url: str) -> Properties:
    """Return what the engine adds to the inputs of a provider resource."""
    extras: Properties = {}
    if version:
        extras["version"] = version
    if version or url:
        extras["__internal"] = {"pluginDownloadURL": url} if url else {}
    return extras


def _alias(raw: alias_pb2.Alias) -> Alias:
    if raw.HasField("urn"):
        return Alias(urn=raw.urn)
    spec = raw.spec
    return Alias(
        name=spec.name,
        type=spec.type,
        stack=spec.stack,
        project=spec.project,
        parent=spec.parentUrn,
        no_parent=spec.noParent,
    )


def _timeouts(raw: resource_pb2.RegisterResourceRequest.CustomTimeouts) -> dict[str, float]:
    found = {name: _seconds(getattr(raw, name)) for name in ("create", "update", "delete", "read")}
    return {name: int(value) if value.is_integer() else value for name, value in found.items() if value}


def _seconds(text: str) -> float:
    """Return the seconds of a duration as Go writes it: 1h30m, 90s, 500ms."""
    if not text:
        return 0.0
    parts = _DURATION.findall(text)
    if "".join(number + unit for number, unit in parts) != text:
        raise EngineError(f"custom timeout {text!r} is not a duration such as 10m or 1h30m")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


def _relative(path: Path, root: Path) -> str:
    """Return the way from the root to a path, with `..` where it lies elsewhere."""
    common = 0
    for one, other in zip(path.parts, root.parts, strict=False):
        if one != other:
            break
        common += 1
    return "/".join([*[".."] * (len(root.parts) - common), *path.parts[common:]])
