"""Resource hooks: functions of the program that are called around operations."""

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slipway.engine import urn as urns
from slipway.engine.codec import wire
from slipway.engine.errors import EngineError
from slipway.engine.planning.steps import Op, Step
from slipway.engine.program.callbacks import CallbackError, Callbacks
from slipway.engine.protocol import resource_pb2

if TYPE_CHECKING:
    from slipway.engine.state.resource import ResourceState

_OPERATIONS = {
    Op.CREATE: "Create",
    Op.CREATE_REPLACEMENT: "Create",
    Op.UPDATE: "Update",
    Op.DELETE: "Delete",
    Op.DELETE_REPLACED: "Delete",
}


@dataclass(frozen=True, kw_only=True)
class Hook:
    """Where a function of the program is called, by the name that resources refer to."""

    name: str
    target: str
    token: str
    on_dry_run: bool = False
    ignore_errors: bool = False


class HookError(EngineError):
    """A hook refused."""


class Hooks:
    """The hooks that the program registered."""

    def __init__(self, *, preview: bool, callbacks: Callbacks | None = None) -> None:
        self._preview = preview
        self._callbacks = callbacks or Callbacks()
        self._lock = threading.Lock()
        self._hooks: dict[str, Hook] = {}

    def register(self, hook: Hook) -> None:
        """Remember a hook."""
        with self._lock:
            if hook.name in self._hooks:
                raise HookError(f'resource hook already registered for name "{hook.name}"')
            self._hooks[hook.name] = hook

    def run(self, when: str, step: Step) -> None:
        """Call the hooks of a step; `when` is Before or After. A hook that fails raises HookError."""
        operation = _OPERATIONS.get(step.op)
        state = step.state
        for name in state.resource_hooks.get(f"{when}{operation}", ()) if operation else ():
            with self._lock:
                hook = self._hooks.get(name)
            if hook is None:
                raise HookError(f'hook "{name}" was not registered')
            if self._preview and not hook.on_dry_run:
                continue
            error = self._call(hook, _request(when, step))
            if error and not hook.ignore_errors:
                raise HookError(f'{when.lower()} hook "{name}" failed: {error}')

    def _call(self, hook: Hook, request: resource_pb2.ResourceHookRequest) -> str:
        """Call a hook; return why it failed, or nothing."""
        try:
            answer = self._callbacks.call(hook.target, hook.token, request.SerializeToString())
        except CallbackError as error:
            return str(error)
        return resource_pb2.ResourceHookResponse.FromString(answer).error


def _request(when: str, step: Step) -> resource_pb2.ResourceHookRequest:
    old, new = step.old, step.new
    known: ResourceState | None = new if new is not None and new.id else old
    request = resource_pb2.ResourceHookRequest(
        urn=step.urn,
        id=known.id if known is not None else "",
        name=urns.name_of(step.urn),
        type=step.type,
    )
    if step.op in (Op.CREATE, Op.CREATE_REPLACEMENT):
        old = None
        if when == "Before":
            request.id = ""
    if old is not None:
        request.old_inputs.CopyFrom(wire.encode_struct(old.inputs))
        request.old_outputs.CopyFrom(wire.encode_struct(old.outputs))
    if new is not None:
        request.new_inputs.CopyFrom(wire.encode_struct(new.inputs))
        if when == "After":
            request.new_outputs.CopyFrom(wire.encode_struct(new.outputs))
    return request
