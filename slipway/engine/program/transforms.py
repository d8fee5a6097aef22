"""Transforms: functions of the program that rewrite what it registers, or the arguments of its invokes."""

import threading
from typing import Any

from slipway.engine.codec import wire
from slipway.engine.program.callbacks import Callbacks
from slipway.engine.protocol import alias_pb2, callback_pb2, resource_pb2
from slipway.engine.values import UNKNOWN, OutputValue, Properties, Secret

_OUTPUTS = wire.Dialect(outputs=True)
# Field of the options by field of the request, where both hold the same.
_SAME = {
    "importId": "import",
    "ignoreChanges": "ignore_changes",
    "replaceOnChanges": "replace_on_changes",
    "version": "version",
    "provider": "provider",
    "providers": "providers",
    "pluginDownloadURL": "plugin_download_url",
    "deletedWith": "deleted_with",
    "additionalSecretOutputs": "additional_secret_outputs",
    "replace_with": "replace_with",
    "hideDiffs": "hide_diff",
    "aliases": "aliases",
    "dependencies": "depends_on",
}
_OPTIONAL = {
    "protect": "protect",
    "retainOnDelete": "retain_on_delete",
    "customTimeouts": "custom_timeouts",
    "replacement_trigger": "replacement_trigger",
    "hooks": "hooks",
}


class Transforms:
    """The transforms that a program registered: for single resources with what is below them, and for all."""

    def __init__(self, callbacks: Callbacks) -> None:
        self._callbacks = callbacks
        self._lock = threading.Lock()
        self._for_all: list[callback_pb2.Callback] = []
        self._for_invokes: list[callback_pb2.Callback] = []
        self._own: dict[str, tuple[str, list[callback_pb2.Callback]]] = {}
        """Parent and transforms of each resource."""

    def add(self, callback: callback_pb2.Callback) -> None:
        """Rewrite every resource from now on."""
        with self._lock:
            self._for_all.append(callback)

    def add_for_invokes(self, callback: callback_pb2.Callback) -> None:
        """Rewrite every invoke from now on."""
        with self._lock:
            self._for_invokes.append(callback)

    def resource(self, urn: str, request: resource_pb2.RegisterResourceRequest) -> resource_pb2.RegisterResourceRequest:
        """Return what is to be registered; a transform that fails raises CallbackError.

        The resource's own transforms come first, then those of its ancestors, then those of the stack.
        """
        own = list(request.transforms)
        with self._lock:
            self._own[urn] = (request.parent, own)
            wanted, above = list(own), request.parent
            while above:
                above, inherited = self._own.get(above, ("", []))
                wanted += inherited
            wanted += self._for_all
        if not wanted:
            return request
        properties, options = _told(request) if own else request.object, _options(request)
        for callback in wanted:
            asked = resource_pb2.TransformRequest(
                type=request.type,
                name=request.name,
                custom=request.custom,
                parent=request.parent,
                properties=properties,
                options=options,
            )
            raw = self._callbacks.call(callback.target, callback.token, asked.SerializeToString())
            answer = resource_pb2.TransformResponse.FromString(raw)
            properties = answer.properties if answer.HasField("properties") else properties
            options = answer.options if answer.HasField("options") else options
        return _rewritten(request, properties, options)

    def invoke(self, request: resource_pb2.ResourceInvokeRequest) -> resource_pb2.ResourceInvokeRequest:
        """Return what is to be called; a transform that fails raises CallbackError."""
        with self._lock:
            wanted = list(self._for_invokes)
        result = resource_pb2.ResourceInvokeRequest()
        result.CopyFrom(request)
        for callback in wanted:
            asked = resource_pb2.TransformInvokeRequest(
                token=result.tok,
                args=result.args,
                options=resource_pb2.TransformInvokeOptions(
                    provider=result.provider, version=result.version, plugin_download_url=result.pluginDownloadURL
                ),
            )
            raw = self._callbacks.call(callback.target, callback.token, asked.SerializeToString())
            answer = resource_pb2.TransformInvokeResponse.FromString(raw)
            if answer.HasField("args"):
                result.args.CopyFrom(answer.args)
            if answer.HasField("options"):
                result.provider = answer.options.provider
                result.version = answer.options.version
                result.pluginDownloadURL = answer.options.plugin_download_url
        return result


def _told(request: resource_pb2.RegisterResourceRequest) -> Any:
    """Return the properties as values that say what they depend on."""
    found: Properties = {}
    for key, value in wire.decode_struct(request.object).items():
        needs = tuple(request.propertyDependencies[key].urns) if key in request.propertyDependencies else ()
        found[key] = _telling(value, needs)
    return wire.encode_struct(found, _OUTPUTS)


def _telling(value: Any, needs: tuple[str, ...]) -> Any:
    if isinstance(value, OutputValue):
        return OutputValue(value.value, value.known, value.secret, tuple(sorted({*value.dependencies, *needs})))
    if isinstance(value, Secret):
        return OutputValue(value.value, known=value.value is not UNKNOWN, secret=True, dependencies=needs)
    if value is UNKNOWN or needs:
        return OutputValue(value, known=value is not UNKNOWN, secret=False, dependencies=needs)
    return value


def _options(request: Any) -> resource_pb2.TransformResourceOptions:
    options = resource_pb2.TransformResourceOptions()
    for source, target in _SAME.items():
        _copy(request, source, options, target)
    for source, target in _OPTIONAL.items():
        if request.HasField(source):
            _copy(request, source, options, target)
    options.aliases.MergeFrom(alias_pb2.Alias(urn=urn) for urn in request.aliasURNs)
    if request.deleteBeforeReplaceDefined:
        options.delete_before_replace = request.deleteBeforeReplace
    return options


def _rewritten(request: Any, properties: Any, options: Any) -> resource_pb2.RegisterResourceRequest:
    """Return the request with these properties and options in place of its own."""
    result: Any = resource_pb2.RegisterResourceRequest()
    result.CopyFrom(request)
    result.object.CopyFrom(properties)
    for target in (*_SAME, *_OPTIONAL, "aliasURNs", "transforms"):
        result.ClearField(target)
    for target, source in _SAME.items():
        _copy(options, source, result, target)
    for target, source in _OPTIONAL.items():
        if options.HasField(source):
            _copy(options, source, result, target)
    result.deleteBeforeReplaceDefined = options.HasField("delete_before_replace")
    result.deleteBeforeReplace = options.delete_before_replace
    found = {key: _dependencies(value) for key, value in wire.decode_struct(properties).items()}
    if request.transforms:
        result.ClearField("propertyDependencies")
        result.dependencies.extend(sorted(set().union(*found.values()) - set(result.dependencies)))
    for key, needs in found.items():
        known = result.propertyDependencies[key].urns
        known.extend(sorted(needs - set(known)))
    rewritten: resource_pb2.RegisterResourceRequest = result
    return rewritten


def _dependencies(value: Any) -> set[str]:
    """Return what a value says it depends on, anywhere in it."""
    if isinstance(value, OutputValue):
        return {*value.dependencies} | _dependencies(value.value)
    if isinstance(value, Secret):
        return _dependencies(value.value)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return set().union(*map(_dependencies, parts))


def _copy(source: Any, name: str, target: Any, as_: str) -> None:
    """Copy a field between two messages, whatever its kind."""
    value = getattr(source, name)
    field = target.DESCRIPTOR.fields_by_name[as_]
    if field.label == field.LABEL_REPEATED:
        getattr(target, as_).MergeFrom(value)
    elif field.message_type is not None:
        getattr(target, as_).CopyFrom(value)
    else:
        setattr(target, as_, value)
