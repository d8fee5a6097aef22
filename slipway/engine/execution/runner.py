"""Runs one step: the provider is called, the state is written before and after, the events are emitted."""

import threading
import uuid
from collections.abc import Callable
from typing import Any

from slipway.engine import urn as urns
from slipway.engine.errors import EngineError
from slipway.engine.events.stream import EventStream
from slipway.engine.execution.hooks import HookError, Hooks
from slipway.engine.planning.steps import DELETIONS, Op, Step
from slipway.engine.providers.answers import MadeAnswer, ProviderError, init_error_message
from slipway.engine.providers.client import INTERNAL
from slipway.engine.providers.registry import BUILTIN, ProviderRegistry
from slipway.engine.state.resource import ResourceState
from slipway.engine.state.snapshot import now
from slipway.engine.state.writer import SnapshotWriter
from slipway.engine.values import Properties, Secret, same, unwrap

_PENDING = {
    Op.CREATE: "creating",
    Op.CREATE_REPLACEMENT: "creating",
    Op.UPDATE: "updating",
    Op.DELETE: "deleting",
    Op.DELETE_REPLACED: "deleting",
    Op.READ: "reading",
    Op.READ_REPLACEMENT: "reading",
    Op.IMPORT: "importing",
    Op.IMPORT_REPLACEMENT: "importing",
}
PARTIAL, UNKNOWN_STATUS = 1, 2


class StepFailedError(Exception):
    """A step failed; everything that has to be said about it has been said.

    `harmless`: nothing was tried, so that others may go on.
    """

    def __init__(self, message: str, *, harmless: bool = False) -> None:
        super().__init__(message)
        self.harmless = harmless


class ProtectedError(EngineError):
    """A protected resource is not deleted."""


class StepRunner:
    """Runs steps; safe to be used from many threads at once."""

    def __init__(
        self,
        *,
        registry: ProviderRegistry,
        writer: SnapshotWriter,
        events: EventStream,
        preview: bool,
        read_stack: Callable[[str], dict[str, Any]] | None,
        hooks: Hooks | None = None,
        ignore_protect: bool = False,
    ) -> None:
        self._registry = registry
        self._writer = writer
        self._events = events
        self._preview = preview
        self._read_stack = read_stack
        self._hooks = hooks or Hooks(preview=preview)
        self._ignore_protect = ignore_protect
        self._outputs_lock = threading.Lock()
        self.failures = 0
        self.hook_failed = threading.Event()
        """A hook failed after its operation, which is done and stays done."""
        self.maybe_corrupt = False

    def run(self, step: Step) -> None:
        """Run a step, or raise StepFailedError after having said why it failed."""
        state = step.state
        pending = self._pending(step)
        if pending:
            self._writer.begin(pending, state)
        self._events.before(step)
        if step.op is Op.UPDATE and step.old is not None and step.new is not None:
            step.new.id = step.old.id
        try:
            self._hooks.run("Before", step)
            init_errors = self._apply(step)
        except (ProviderError, EngineError) as error:
            self._fail(step, error, pending=bool(pending))
            raise StepFailedError(str(error), harmless=isinstance(error, ProtectedError)) from error
        if step.pending_delete and step.old is not None:
            step.old.delete = True
        if init_errors:
            self._half_made(step, init_errors)
            raise StepFailedError(init_errors[0])
        self._remember(step)
        if state.custom or step.op in DELETIONS:
            self._run_after_hooks(step)
        if step.op is not Op.REFRESH:
            if step.logical and (step.op is not Op.READ or step.changed):
                self._events.count(step)
            if self._preview or state.custom or step.op in DELETIONS:
                self._events.after(step)

    def register_outputs(self, step: Step, outputs: Properties) -> None:
        """Take the outputs that the program registers for a component."""
        with self._outputs_lock:
            if step.new is None:
                return
            changed = step.new.outputs != outputs
            step.new.outputs = outputs
        if not step.new.custom and step.op in (Op.CREATE, Op.UPDATE):
            # A component is not made before it says what came out.
            self._run_after_hooks(step)
        with self._outputs_lock:
            self._events.after(step)
            if changed and not step.skipped_create:
                self._writer.touched()

    # -- before and after

    def _run_after_hooks(self, step: Step) -> None:
        try:
            self._hooks.run("After", step)
        except HookError as error:
            self.failures += 1
            self.hook_failed.set()
            self._events.diagnostic("error", str(error), step.urn)

    def _pending(self, step: Step) -> str:
        """Return the kind of operation that could be interrupted, or nothing where no provider is called."""
        if self._preview or not step.state.custom or urns.is_provider(step.type) or not step.call_provider:
            return ""
        return _PENDING.get(step.op, "")

    def _remember(self, step: Step) -> None:
        """Write what the step came to."""
        if self._preview:
            return
        old, new, op = step.old, step.new, step.op
        renamed = _renamed(step)
        if op is Op.SAME and new is not None:
            if step.skipped_create:
                return
            gone = [old] if old is not None else []
            self._writer.end(None, gone=gone, made=[new], renamed=renamed, untouched=step.untouched, wait=False)
        elif op in (Op.CREATE, Op.UPDATE, Op.READ, Op.IMPORT) and new is not None:
            durable = new.custom and not urns.is_provider(step.type)
            gone = [old] if old is not None else []
            self._writer.end(new, gone=gone, made=[new], renamed=renamed, wait=durable)
        elif op in (Op.CREATE_REPLACEMENT, Op.READ_REPLACEMENT, Op.IMPORT_REPLACEMENT) and new is not None:
            gone = [old] if old is not None and not step.pending_delete else []
            self._writer.end(new, gone=gone, made=[new], renamed=renamed)
        elif op in DELETIONS and old is not None:
            old.pending_replacement = step.before_replacement
            self._writer.end(old, gone=[] if step.before_replacement else [old])

    def _fail(self, step: Step, error: ProviderError | EngineError, *, pending: bool) -> None:
        lost = isinstance(error, ProviderError) and error.lost
        unknown = isinstance(error, ProviderError) and error.state_unknown
        self.failures += 1
        self.maybe_corrupt = self.maybe_corrupt or (unknown and not self._preview)
        text = f"{step.urn}: {error}" if lost else str(error)
        self._events.diagnostic("error", text, step.urn)
        self._events.failed(step, UNKNOWN_STATUS if unknown else 0)
        if pending and not lost:
            self._writer.end(step.state)

    def _half_made(self, step: Step, reasons: tuple[str, ...]) -> None:
        """Keep what exists although it is not fit for use, with the reasons."""
        self.failures += 1
        self._events.diagnostic("error", init_error_message(reasons), step.urn)
        self._events.failed(step, PARTIAL)
        if self._preview or step.new is None:
            return
        if step.op is Op.UPDATE and step.old is not None:
            # The inputs that are known to be in effect are the old ones, so that the next operation updates again.
            step.new.inputs = step.old.inputs
        gone = [] if step.old is None or step.pending_delete else [step.old]
        self._writer.end(step.new, gone=gone, made=[step.new], renamed=_renamed(step))

    # -- the operations

    def _apply(self, step: Step) -> tuple[str, ...]:  # noqa: PLR0911 - one return an operation
        """Do the step; return reasons why the resource is not fit for use."""
        op = step.op
        if op is Op.SAME:
            return self._same(step)
        if op in (Op.REPLACE, Op.DISCARD, Op.DISCARD_REPLACED, Op.REMOVE_PENDING_REPLACE):
            return ()
        if op in (Op.DELETE, Op.DELETE_REPLACED):
            return self._delete(step)
        if step.new is None:
            raise AssertionError(f"step {op} of {step.urn} makes nothing")
        if op in (Op.READ, Op.READ_REPLACEMENT):
            return self._read(step, step.new)
        step.new.modified = now()
        step.new.created = step.old.created if op is Op.UPDATE and step.old is not None else step.new.modified
        if op in (Op.IMPORT, Op.IMPORT_REPLACEMENT):
            return self._import(step, step.new)
        if op is Op.UPDATE and step.old is not None:
            return self._update(step, step.old, step.new)
        return self._create(step, step.new)

    def _same(self, step: Step) -> tuple[str, ...]:
        old, new = step.old, step.new
        if old is None or new is None or step.skipped_create:
            return ()
        new.id = old.id
        if step.untouched:
            if urns.is_provider(step.type):
                self._registry.configure(step.urn, new.id, new.inputs, new.outputs)
            return ()
        new.outputs = old.outputs
        new.created, new.modified = old.created, old.modified
        new.init_errors = old.init_errors
        if urns.is_provider(step.type):
            # What the provider took for no difference is not shown to it.
            try:
                self._registry.configure(step.urn, new.id, old.inputs, new.outputs)
            except ProviderError as error:
                text = f"bad provider state for resource {step.urn}: configure provider '{step.urn}': {error}"
                raise ProviderError(text, state_unknown=error.state_unknown, lost=error.lost) from error
        elif new.custom:
            new.outputs = _secret_outputs(new)
        return ()

    def _create(self, step: Step, new: ResourceState) -> tuple[str, ...]:
        answer = MadeAnswer()
        if urns.is_provider(step.type):
            new.id = "" if self._preview else str(uuid.uuid4())
            new.outputs = {key: value for key, value in new.inputs.items() if key != INTERNAL}
            self._registry.configure(step.urn, new.id, new.inputs, new.outputs)
            if self._preview:
                new.id = urns.UNKNOWN_ID
        elif new.custom:
            client = self._registry.get(new.provider).client
            if client is None:
                answer = MadeAnswer(outputs=new.inputs)
            else:
                timeout = new.custom_timeouts.get("create", 0.0)
                answer = client.create(step.urn, new.inputs, timeout, preview=self._preview)
            if not answer.id and not self._preview:
                raise ProviderError(f"the provider returned no id for {step.urn}")
            self._take(new, answer)
        elif self._preview:
            new.outputs = {}
        return answer.init_errors

    def _update(self, step: Step, old: ResourceState, new: ResourceState) -> tuple[str, ...]:
        if urns.is_provider(step.type):
            new.outputs = {key: value for key, value in new.inputs.items() if key != INTERNAL}
            self._registry.configure(step.urn, new.id, new.inputs, new.outputs)
            return ()
        if not new.custom:
            return ()
        client = self._registry.get(new.provider).client
        if client is None:
            answer = MadeAnswer(id=old.id, outputs=new.inputs)
        else:
            answer = client.update(
                step.urn,
                old.id,
                old.inputs,
                old.outputs,
                new.inputs,
                new.custom_timeouts.get("update", 0.0),
                step.ignore_changes,
                preview=self._preview,
            )
        self._take(new, answer)
        return answer.init_errors

    def _delete(self, step: Step) -> tuple[str, ...]:
        old = step.old
        if old is None:
            return ()
        if old.protect and step.op is Op.DELETE and not self._ignore_protect:
            raise ProtectedError(
                f'resource "{old.urn}" cannot be deleted\nbecause it is protected. To unprotect the resource, '
                "either remove the `protect` flag from the resource in your Pulumi program and run "
                f"`pulumi up`, or use the command:\n`pulumi state unprotect '{old.urn}'`"
            )
        if self._preview or not old.custom or urns.is_provider(old.type) or not step.call_provider or old.external:
            return ()
        client = self._registry.get(old.provider).client
        if client is not None:
            client.delete(step.urn, old.id, old.inputs, old.outputs, old.custom_timeouts.get("delete", 0.0))
        return ()

    def _read(self, step: Step, new: ResourceState) -> tuple[str, ...]:
        provider = self._registry.get(new.provider)
        if new.id == urns.UNKNOWN_ID:
            new.outputs = {}
        elif provider.package == BUILTIN:
            self._read_other_stack(new)
        elif provider.client is None:
            new.outputs = new.inputs
        else:
            answer = provider.client.read(step.urn, new.id, {}, new.inputs, new.custom_timeouts.get("read", 0.0))
            if not answer.id:
                raise ProviderError(f"resource '{new.id}' does not exist")
            self._take(new, answer)
            if answer.init_errors:
                return answer.init_errors
        old = step.old
        if old is not None:
            step.changed = not same(old.outputs, new.outputs)
            new.created = old.created
            new.modified = old.modified if not step.changed and same(old.inputs, new.inputs) else now()
        return ()

    def _read_other_stack(self, new: ResourceState) -> None:
        if new.type != urns.STACK_REFERENCE_TYPE:
            raise EngineError(f"resource type {new.type} is not supported by the embedded engine")
        if self._read_stack is None:
            raise EngineError(f"stack reference {new.id}: this backend can't read other stacks")
        try:
            outputs = self._read_stack(new.id)
        except EngineError as error:
            raise ProviderError(str(error), state_unknown=True) from error
        secret = sorted(name for name, value in outputs.items() if isinstance(value, Secret))
        new.outputs = {"name": new.id, "outputs": outputs, "secretOutputNames": secret}

    def _import(self, step: Step, new: ResourceState) -> tuple[str, ...]:
        client = self._registry.get(new.provider).client
        if client is None:
            raise EngineError(f"{step.urn} can't be imported: the configuration of its provider is not known yet")
        answer = client.read(step.urn, new.import_id, {}, {})
        if not answer.id:
            raise ProviderError(f"resource '{new.import_id}' does not exist")
        if answer.inputs is None:
            package = urns.package_of(step.type)
            raise EngineError(
                f"provider does not support importing resources; please try updating the '{package}' plugin"
            )
        new.inputs = answer.inputs
        self._take(new, answer)
        if step.old is None:
            # What was found is what there was before.
            step.old = new.copy()
        return ()

    def _take(self, new: ResourceState, answer: MadeAnswer) -> None:
        new.id = answer.id
        new.outputs = answer.outputs
        new.outputs = _secret_outputs(new)
        self._events.secrets.learn(new.outputs)
        new.init_errors = [self._events.secrets.without_secrets(reason) for reason in answer.init_errors]


def _renamed(step: Step) -> tuple[str, str] | None:
    """Return old and new URN of a resource that is called otherwise now."""
    if step.old is None or step.new is None or step.old.urn == step.new.urn:
        return None
    return step.old.urn, step.new.urn


def _secret_outputs(state: ResourceState) -> Properties:
    """Make secret what the program says is, and what was secret as a whole among the inputs.

    Secrets inside an input are for a provider that accepts secrets to keep: the real engine leaves its answer alone.
    """
    named = set(state.additional_secret_outputs)
    return {
        key: Secret(unwrap(value))
        if not isinstance(value, Secret) and (key in named or isinstance(state.inputs.get(key), Secret))
        else value
        for key, value in state.outputs.items()
    }
