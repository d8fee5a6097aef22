"""A cloud in memory behind the provider's door: the engine's own planner, executor and writer, without processes."""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from slipway.engine import urn as urns
from slipway.engine.codec.state import StateCodec
from slipway.engine.events.stream import EventStream
from slipway.engine.execution.deleting import run_deletions
from slipway.engine.execution.deployment import Deployment
from slipway.engine.execution.runner import StepRunner
from slipway.engine.planning.planner import Planner
from slipway.engine.planning.registration import Registration
from slipway.engine.project import Project
from slipway.engine.providers.answers import CheckAnswer, DiffAnswer, MadeAnswer, ProviderError
from slipway.engine.providers.registry import Provider, ProviderRegistry
from slipway.engine.request import OperationRequest, Options
from slipway.engine.state.snapshot import load_snapshot
from slipway.engine.state.writer import SnapshotWriter
from slipway.engine.values import UNKNOWN, Properties

PROVIDER = "urn:pulumi:dev::p::pulumi:providers:mem::default::id-of-default"
TYPE = "mem:index:Thing"


class Plain:
    """A secrets manager that hides nothing."""

    def encrypt(self, text: str) -> str:
        return text

    def decrypt(self, text: str) -> str:
        return text

    def state(self) -> dict[str, Any]:
        return {"type": "plain"}


@dataclass
class Cloud:
    """What exists, by id, and every violation of what a cloud insists on."""

    things: dict[str, tuple[str, Properties]] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    """`create:NAME` and the like, which fail."""
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    def users_of(self, id_: str) -> list[str]:
        """Return what can't be without a thing; what only `uses` one that is deleted first is updated afterwards."""
        return [other for other, (_, inputs) in self.things.items() if id_ in inputs.get("needs", ())]


class MemoryClient:
    """Answers as a provider process does.

    A change of `kind` or `needs` replaces, one of `value` or `uses` updates; `fixed` is a name that exists once.
    """

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    def check(self, _urn: str, _olds: Properties | None, news: Properties, _seed: bytes) -> CheckAnswer:
        return CheckAnswer(inputs=news | {"color": "grey"})

    def diff(
        self, _urn: str, _id: str, old_inputs: Properties, _olds: Properties, news: Properties, _ignore: object
    ) -> DiffAnswer:
        changed = sorted(key for key in old_inputs.keys() | news.keys() if old_inputs.get(key) != news.get(key))
        replaced = tuple(key for key in changed if key in ("kind", "fixed", "needs"))
        return DiffAnswer(
            changes="some" if changed else "none",
            changed_keys=tuple(changed),
            replace_keys=replaced,
            delete_before_replace=bool(replaced) and "fixed" in news,
        )

    def create(self, urn: str, inputs: Properties, _timeout: float, *, preview: bool) -> MadeAnswer:
        name = urns.name_of(urn)
        if preview:
            return MadeAnswer(outputs=inputs | {"ref": UNKNOWN})
        self.cloud.calls.append(f"create {name}")
        if f"create:{name}" in self.cloud.broken:
            raise ProviderError(f"cannot create {name}")
        for needed in (*inputs.get("needs", ()), *inputs.get("uses", ())):
            if needed not in self.cloud.things:
                self.cloud.violations.append(f"{name} was made before {needed}")
        fixed = inputs.get("fixed")
        if fixed is not None and any(other.get("fixed") == fixed for _, other in self.cloud.things.values()):
            self.cloud.violations.append(f"{name}: the name {fixed} is taken")
        id_ = f"{name}-{next(self.cloud._ids)}"
        self.cloud.things[id_] = (urn, inputs)
        return MadeAnswer(id=id_, outputs=inputs | {"ref": id_})

    def update(
        self,
        urn: str,
        id_: str,
        _old: object,
        _olds: object,
        news: Properties,
        _time: float,
        _ig: object,
        *,
        preview: bool,
    ) -> MadeAnswer:
        if not preview:
            self.cloud.calls.append(f"update {urns.name_of(urn)}")
            if f"update:{urns.name_of(urn)}" in self.cloud.broken:
                raise ProviderError(f"cannot update {urns.name_of(urn)}")
            self.cloud.things[id_] = (urn, news)
        return MadeAnswer(id=id_, outputs=news | {"ref": id_})

    def delete(self, urn: str, id_: str, _inputs: object, _outputs: object, _timeout: float) -> None:
        self.cloud.calls.append(f"delete {urns.name_of(urn)}")
        if f"delete:{urns.name_of(urn)}" in self.cloud.broken:
            raise ProviderError(f"cannot delete {urns.name_of(urn)}")
        self.cloud.violations.extend(f"{id_} was deleted before {user}" for user in self.cloud.users_of(id_))
        if self.cloud.things.pop(id_, None) is None:
            self.cloud.violations.append(f"{id_} was deleted twice")


class MemoryRegistry(ProviderRegistry):
    """One provider, in this process."""

    def __init__(self, cloud: Cloud) -> None:
        self._client: Any = MemoryClient(cloud)

    def get(self, ref: str) -> Provider:
        urn, id_ = urns.split_reference(ref)
        return Provider(urn=urn, id=id_, client=self._client, inputs={}, outputs={})


@dataclass(frozen=True)
class Wanted:
    """A resource of a program: what it is called, what it is given, and whom it needs, by name."""

    name: str
    kind: int = 0
    value: int = 0
    fixed: bool = False
    needs: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()


class World:
    """A stack, its state file and its cloud; `up` runs a program against it."""

    def __init__(self) -> None:
        self.cloud = Cloud()
        self.deployment: dict[str, Any] | None = None
        self.written: list[bytes] = []
        self.events: list[dict[str, Any]] = []

    def up(self, program: list[Wanted], *, preview: bool = False, options: Options | None = None) -> bool:
        """Run an up (or a preview); return whether it succeeded."""
        secrets: Any = Plain()
        request = OperationRequest(
            kind="preview" if preview else "up",
            project=Project(name="p", root=Path("/nowhere"), file=Path("/nowhere/Pulumi.yaml")),
            stack="dev",
            config={},
            deployment=self.deployment,
            secrets=secrets,
            persist=None if preview else self._persist,
            emit=self.events.append,
            options=options or Options(parallel=4),
        )
        codec = StateCodec(secrets.encrypt, secrets.decrypt)
        base = load_snapshot(self.deployment, codec)
        events = EventStream(request.emit, preview=preview, show_secrets=False)
        writer = SnapshotWriter(base, secrets, codec, request.persist)
        registry = MemoryRegistry(self.cloud)
        runner = StepRunner(registry=registry, writer=writer, events=events, preview=preview, read_stack=None)
        planner = Planner(base, request.options, preview=preview)
        deployment = Deployment(request, planner=planner, runner=runner, registry=registry, events=events)
        refs: dict[str, Any] = {}
        for wanted in program:
            state = deployment.register(_registration(wanted, refs)).state
            refs[wanted.name] = UNKNOWN if state is None else state.outputs["ref"]
        if not deployment.halted.is_set():
            run_deletions(
                deployment.plan_deletions(),
                runner.run,
                parallel=4,
                stopped=deployment.halted.is_set,
                continue_on_error=False,
            )
        writer.flush()
        return not runner.failures and not deployment.refused

    def _persist(self, text: bytes) -> None:
        self.written.append(text)
        self.deployment = json.loads(text)

    def resources(self) -> dict[str, dict[str, Any]]:
        """Return the live resources of the state file, by name."""
        listed = (self.deployment or {}).get("resources", [])
        return {urns.name_of(raw["urn"]): raw for raw in listed if not raw.get("delete")}


def _registration(wanted: Wanted, refs: dict[str, Any]) -> Registration:
    needed = [urns.make("dev", "p", "", TYPE, name) for name in wanted.needs]
    used = [urns.make("dev", "p", "", TYPE, name) for name in wanted.uses]
    inputs: Properties = {
        "kind": wanted.kind,
        "value": wanted.value,
        "needs": [refs[name] for name in wanted.needs],
        "uses": [refs[name] for name in wanted.uses],
    }
    if wanted.fixed:
        inputs["fixed"] = wanted.name
    return Registration(
        urn=urns.make("dev", "p", "", TYPE, wanted.name),
        type=TYPE,
        name=wanted.name,
        custom=True,
        inputs=inputs,
        provider=PROVIDER,
        dependencies=tuple(sorted({*needed, *used})),
        property_dependencies={"needs": needed, "uses": used},
    )


@pytest.fixture
def new_world() -> Callable[[], World]:
    return World


@pytest.fixture
def wanted() -> type[Wanted]:
    return Wanted
