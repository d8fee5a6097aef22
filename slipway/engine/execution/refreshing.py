"""A refresh: every resource is read, and the state takes over what is found."""

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor

from slipway.engine import urn as urns
from slipway.engine.errors import EngineError
from slipway.engine.events.stream import EventStream
from slipway.engine.planning.steps import Op, Step
from slipway.engine.providers.answers import DiffAnswer, ProviderError
from slipway.engine.providers.registry import BUILTIN, ProviderRegistry
from slipway.engine.state.resource import ResourceState
from slipway.engine.state.snapshot import Snapshot, now
from slipway.engine.values import same


class Refresher:
    """Reads resources and says what became of them."""

    def __init__(self, *, registry: ProviderRegistry, events: EventStream, count: bool) -> None:
        self._registry = registry
        self._events = events
        self._count = count
        self.failed = False

    def run(
        self,
        base: Snapshot,
        subjects: Collection[ResourceState],
        *,
        parallel: int,
        stopped: Callable[[], bool],
    ) -> Snapshot:
        """Read all of `subjects`, also after a failure; return the state that results."""
        found: dict[int, ResourceState | None] = {}

        def one(old: ResourceState) -> None:
            if not stopped():
                found[id(old)] = self._refresh(old)

        with ThreadPoolExecutor(max(1, parallel), thread_name_prefix="refresh") as pool:
            list(pool.map(one, subjects))
        resources = [found.get(id(old), old) for old in base.resources]
        left = _tidied([item for item in resources if item is not None])
        _adopted(left, {old.urn: old.parent for old in base.resources})
        return Snapshot(left, base.operations, base.metadata)

    def _refresh(self, old: ResourceState) -> ResourceState | None:
        new = old.copy()
        step = Step(op=Op.REFRESH, urn=old.urn, type=old.type, old=old, new=new)
        self._events.before(step)
        try:
            self._read(step, old, new)
        except (ProviderError, EngineError) as error:
            self.failed = True
            self._events.diagnostic("error", str(error), old.urn)
            self._events.failed(step, 0)
            return old
        # As the first part of another operation a refresh does not say what it found: that operation will.
        self._events.after(step, step.result_op if self._count else Op.REFRESH)
        if self._count:
            self._events.count(step, step.result_op)
        return None if step.result_op is Op.DELETE else step.new

    def _read(self, step: Step, old: ResourceState, new: ResourceState) -> None:
        step.result_op = Op.SAME
        if not old.custom or urns.is_provider(old.type) or old.pending_replacement:
            return
        provider = self._registry.get(old.provider)
        if provider.package == BUILTIN or provider.client is None:
            return
        timeout = old.custom_timeouts.get("read", 0.0)
        answer = provider.client.read(old.urn, old.id, old.inputs, old.outputs, timeout)
        if not answer.id:
            step.result_op = Op.DELETE
            return
        new.id = answer.id
        new.outputs = answer.outputs
        if answer.inputs is not None:
            new.inputs = answer.inputs
        new.init_errors = list(answer.init_errors)
        if answer.init_errors:
            text = "\n* ".join(["Refreshed resource is in an unhealthy state:", *answer.init_errors])
            self._events.diagnostic("warning", text, old.urn)
        changed = not same(old.outputs, new.outputs)
        if not old.external:
            # With the sides turned round: what has to be done for the state's inputs to be true again?
            diff = provider.client.diff(old.urn, new.id, new.inputs, new.outputs, old.inputs, old.ignore_changes)
            changed = self._explained(step, diff, old, new)
        if changed or new.init_errors != old.init_errors or not same(old.outputs, new.outputs):
            new.modified = now()
        step.result_op = Op.UPDATE if changed else Op.SAME

    @staticmethod
    def _explained(step: Step, diff: DiffAnswer, old: ResourceState, new: ResourceState) -> bool:
        """Put the difference on the step, turned back; say whether there is one."""
        turned = {"add": "delete", "delete": "add"}
        step.detailed = {}
        if diff.changes == "unknown":
            return not same(old.inputs, new.inputs)
        if diff.changes == "none":
            return False
        step.diffs = diff.changed_keys
        for path, item in (diff.detailed or {}).items():
            kind = item.kind.removesuffix("-replace")
            step.detailed[path] = type(item)(kind=turned.get(kind, kind), input_diff=item.input_diff)
        return True


def _tidied(resources: list[ResourceState]) -> list[ResourceState]:
    """Take out of dependencies what is gone, and entries without any."""
    present = {resource.urn for resource in resources}
    for resource in resources:
        kept = [urn for urn in resource.dependencies if urn in present]
        properties = {
            key: [urn for urn in needed if urn in present]
            for key, needed in resource.property_dependencies.items()
            if not present.isdisjoint(needed)
        }
        if kept != resource.dependencies:
            resource.dependencies = kept
        if properties != resource.property_dependencies:
            resource.property_dependencies = properties
        if resource.deleted_with and resource.deleted_with not in present:
            resource.deleted_with = ""
    return resources


def _adopted(resources: list[ResourceState], parents: dict[str, str]) -> None:
    """Give children of what is gone to the next ancestor that is there."""
    present = {resource.urn for resource in resources}
    for resource in resources:
        parent = resource.parent
        while parent and parent not in present:
            parent = parents.get(parent, "")
        if parent != resource.parent:
            resource.parent = parent
