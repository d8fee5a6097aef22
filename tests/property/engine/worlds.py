"""A stack with its state file and its cloud: the engine's planner, executor and writer, without processes."""

import contextlib
import json
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from slipway.engine import urn as urns
from slipway.engine.codec.state import StateCodec
from slipway.engine.errors import EngineError
from slipway.engine.events.stream import EventStream
from slipway.engine.execution.deleting import run_deletions
from slipway.engine.execution.deployment import Deployment
from slipway.engine.execution.runner import StepFailedError, StepRunner
from slipway.engine.options import Options
from slipway.engine.planning.aliases import Alias
from slipway.engine.planning.ending import plan_kept
from slipway.engine.planning.planner import Planner
from slipway.engine.planning.registration import Registration
from slipway.engine.project import Project
from slipway.engine.request import OperationKind, OperationRequest
from slipway.engine.state.snapshot import Snapshot, load_snapshot
from slipway.engine.state.writer import SnapshotWriter
from slipway.engine.values import UNKNOWN, Properties, Secret
from tests.property.engine.memory_cloud import Cloud, KilledError, MemoryRegistry

THING, GROUP, PROVIDER = "mem:index:Thing", "mem:index:Group", "pulumi:providers:mem"
PROJECT = Project(name="p", root=Path("/nowhere"), file=Path("/nowhere/Pulumi.yaml"))
Resource = dict[str, Any]
"""As it stands in the state file."""


class Marking:
    """A secrets manager that hides a text behind a mark."""

    def encrypt(self, text: str) -> str:
        return f"hidden {text}"

    def decrypt(self, text: str) -> str:
        return text.removeprefix("hidden ")

    def state(self) -> dict[str, Any]:
        return {"type": "marking"}


@dataclass(frozen=True, repr=False)
class Wanted:
    """A resource of a program: what it is called, what it is given, and whom it needs, by name."""

    name: str
    type: str = THING
    kind: int = 0
    """Of a provider: its region."""
    value: int = 0
    fixed: bool = False
    """It has a name that exists once: its URN."""
    needs: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    """depends_on, without a property."""
    parent: str = ""
    provider: str = ""
    delete_first: bool | None = None
    replaced_by_value: bool = False
    ignores_value: bool = False
    secret: bool = False
    protect: bool = False
    formerly: tuple[str, ...] = ()

    def __repr__(self) -> str:
        said = {item.name: getattr(self, item.name) for item in fields(self)}
        given = [
            f"{key}={said[key]!r}" for key, item in zip(said, fields(self), strict=True) if said[key] != item.default
        ]
        return f"Wanted({', '.join(given)})"

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:  # noqa: FBT001 - Hypothesis asks for it so
        printer.text(repr(self))


@dataclass
class World:
    """A stack, its state file and its cloud."""

    cloud: Cloud = field(default_factory=Cloud)
    deployment: dict[str, Any] | None = None
    """What is on disk."""
    written: list[bytes] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    killed_at_write: int | None = None
    """The process ends in this write (counted from 1, over all operations): the disk keeps what was there before."""
    halted_at_call: int | None = None
    """Somebody asks to stop during this call of the provider."""
    steps: list[tuple[str, str]] = field(default_factory=list)
    """Op and URN of what the last operation began."""

    def up(self, program: list[Wanted], *, options: Options | None = None) -> bool:
        """Carry out an up; return whether it succeeded."""
        return _Operation(self, "up", options).run(program)

    def preview(self, program: list[Wanted], *, options: Options | None = None) -> bool:
        """Carry out a preview; return whether it succeeded."""
        return _Operation(self, "preview", options).run(program)

    def destroy(self, *, options: Options | None = None) -> bool:
        """Carry out a destroy; return whether it succeeded."""
        return _Operation(self, "destroy", options).run([])

    def recover(self) -> None:
        """Let what went wrong so far go wrong no more."""
        self.cloud.broken.clear()
        self.cloud.before_call = lambda _: ""
        self.killed_at_write = self.halted_at_call = None

    def persist(self, text: bytes) -> None:
        """Write the state file."""
        if self.killed_at_write is not None and len(self.written) + 1 >= self.killed_at_write:
            raise KilledError
        self.written.append(text)
        self.deployment = json.loads(text)

    def resources(self) -> list[Resource]:
        """Return the resources of the state file."""
        found: list[Resource] = (self.deployment or {}).get("resources", [])
        return found

    def live(self) -> dict[str, Resource]:
        """Return by name the resources of the program that the state file holds, default providers left out."""
        return {
            urns.name_of(raw["urn"]): raw
            for raw in self.resources()
            if not raw.get("delete") and not raw.get("pendingReplacement") and not urns.is_default_provider(raw["urn"])
        }

    def known_ids(self) -> set[str]:
        """Return the ids of all things that the state file holds and has not deleted."""
        return {
            raw["id"]
            for raw in self.resources()
            if raw["type"] == THING and not raw.get("pendingReplacement") and raw.get("id")
        }

    def pending(self) -> list[Resource]:
        """Return the operations that were interrupted."""
        found: list[Resource] = (self.deployment or {}).get("pending_operations", [])
        return found


class _Operation:
    """One operation, put together as slipway.engine.operation does."""

    def __init__(self, world: World, kind: OperationKind, options: Options | None) -> None:
        self.world, self.kind = world, kind
        self.complete = True
        preview = kind == "preview"
        secrets: Any = Marking()
        begun = world.steps = []

        def emit(event: dict[str, Any]) -> None:
            world.events.append(event)
            if "resourcePreEvent" in event:
                metadata = event["resourcePreEvent"]["metadata"]
                begun.append((metadata["op"], metadata["urn"]))

        self.request = OperationRequest(
            kind=kind,
            project=PROJECT,
            stack="dev",
            config={},
            deployment=world.deployment,
            secrets=secrets,
            persist=None if preview else world.persist,
            emit=emit,
            options=options or Options(parallel=1),
        )
        codec = StateCodec(secrets.encrypt, secrets.decrypt)
        self.base = load_snapshot(world.deployment, codec)
        events = EventStream(emit, preview=preview, show_secrets=False)
        self.writer = SnapshotWriter(self.base, secrets, codec, self.request.persist)
        registry = MemoryRegistry(world.cloud, lambda ref: stored(self.base, ref))
        self.runner = StepRunner(
            registry=registry,
            writer=self.writer,
            events=events,
            preview=preview,
            read_stack=None,
            ignore_protect=self.request.options.ignore_protect,
        )
        self.planner = Planner(self.base, self.request.options, preview=preview)
        self.deployment = Deployment(
            self.request, planner=self.planner, runner=self.runner, registry=registry, events=events
        )

    def run(self, program: list[Wanted]) -> bool:
        fated = self.world.cloud.before_call

        def before_call(number: int) -> str:
            if number == self.world.halted_at_call:
                self.deployment.halt()
            return fated(number)

        self.world.cloud.before_call = before_call
        try:
            _Registering(self.deployment).all(program)
            self._delete()
            self.writer.flush()
        except EngineError:
            return False
        finally:
            self.world.cloud.before_call = fated
        broken = self.runner.failures or self.deployment.refused or self.deployment.impossible
        return self.complete and not broken and not self.deployment.halted.is_set()

    def _delete(self) -> None:
        if self.deployment.halted.is_set() or self.runner.failures or self.deployment.refused:
            return
        steps = self.deployment.plan_deletions()
        if self.deployment.impossible and self.kind != "preview":
            return
        for step in plan_kept(self.planner, steps):
            with contextlib.suppress(StepFailedError):
                self.runner.run(step)
        self.complete = run_deletions(
            steps,
            self.runner.run,
            parallel=self.request.options.parallel,
            stopped=self.deployment.halted.is_set,
            continue_on_error=self.request.options.continue_on_error,
        )


class _Registering:
    """A program that registers its resources one after the other, as the SDK would."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.urns: dict[str, str] = {}
        self.refs: dict[str, Any] = {}
        self.providers: dict[str, str] = {}

    def all(self, program: list[Wanted]) -> None:
        """Register everything; what a failure leaves without a reference is not registered, nor what follows it."""
        for wanted in program:
            if any(name not in self.urns for name in (*wanted.needs, *wanted.uses, *wanted.after)):
                continue
            try:
                goal = self._registration(wanted)
            except StepFailedError:  # there is no default provider
                continue
            outcome = self.deployment.register(goal)
            if outcome.state is None:
                continue
            self.urns[wanted.name] = goal.urn
            self.refs[wanted.name] = UNKNOWN if outcome.skipped else outcome.state.outputs.get("ref")
            self.providers[wanted.name] = urns.reference(goal.urn, outcome.state.id)

    def _registration(self, wanted: Wanted) -> Registration:
        parent = self.urns.get(wanted.parent, "")
        needed, used, after = (
            [self.urns[name] for name in names] for names in (wanted.needs, wanted.uses, wanted.after)
        )
        provider = ""
        if wanted.type == THING:
            provider = self.providers.get(wanted.provider) or self.deployment.default_provider("mem", THING, "", "")
        return Registration(
            urn=urns.make("dev", "p", parent, wanted.type, wanted.name),
            type=wanted.type,
            name=wanted.name,
            custom=wanted.type != GROUP,
            parent=parent,
            inputs=self._inputs(wanted),
            provider=provider,
            dependencies=tuple(sorted({*needed, *used, *after})),
            property_dependencies={"needs": needed, "uses": used} if wanted.type == THING else {},
            protect=wanted.protect,
            delete_before_replace=wanted.delete_first,
            replace_on_changes=("value",) if wanted.replaced_by_value else (),
            ignore_changes=("value",) if wanted.ignores_value else (),
            aliases=tuple(Alias(name=name) for name in wanted.formerly),
        )

    def _inputs(self, wanted: Wanted) -> Properties:
        if wanted.type == PROVIDER:
            return {"region": wanted.kind}
        value: Any = Secret(wanted.value) if wanted.secret else wanted.value
        if wanted.type == GROUP:
            return {"value": value}
        inputs: Properties = {
            "kind": wanted.kind,
            "value": value,
            "needs": [self.refs[name] for name in wanted.needs],
            "uses": [self.refs[name] for name in wanted.uses],
        }
        parent = self.urns.get(wanted.parent, "")
        return inputs | ({"fixed": urns.make("dev", "p", parent, THING, wanted.name)} if wanted.fixed else {})


def stored(base: Snapshot, ref: str) -> tuple[Properties, Properties] | None:
    """Return inputs and outputs of a provider resource of the state."""
    urn, id_ = urns.split_reference(ref)
    for item in base.resources:
        if item.urn == urn and item.id == id_:
            return item.inputs, item.outputs
    return None
