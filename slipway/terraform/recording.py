"""Runs the project's program against Pulumi's mock engine and keeps what it registers."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import json
import runpy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pulumi
from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import set_root_resource
from pulumi.runtime.stack import run_in_stack

from slipway.failure import Failure
from slipway.terraform.references import local_name, reference
from slipway.terraform.schema import kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

PROVIDER = "pulumi:providers:aws"


@dataclass(frozen=True, kw_only=True)
class Registered:
    """One resource of AWS, or a provider, as the program registered it."""

    type: str
    """Pulumi's token, such as `aws:s3/bucket:Bucket`."""
    name: str
    """Logical name."""
    inputs: Mapping[str, Any]
    """What the program gave, secrets wrapped, outputs of others as references."""
    depends_on: tuple[tuple[str, str], ...]
    """Type and name of what must be there first although no property says so."""
    provider: str
    """Logical name of the provider; empty for a provider."""
    protect: bool
    """Whether nobody may delete it."""
    ignore_changes: tuple[str, ...]
    """Properties that something else owns."""


@dataclass(kw_only=True)
class Recording:
    """Everything that a program registered."""

    resources: list[Registered] = field(default_factory=list)
    """Resources and providers, in no order."""
    exports: Mapping[str, Any] = field(default_factory=dict)
    """What the stack exports."""
    asked: list[str] = field(default_factory=list)
    """Functions of providers that the program called: nobody was there to answer."""


def record(project: Path, *, name: str, stack: str, config: Mapping[str, object]) -> Recording:
    """Run the `__main__.py` of a project, which is the working folder, as the engine would.

    A secret of the stack file, which is encrypted there, is a reference to a variable here. Raises Failure with the
    program's own words when it refuses its settings, and for a program that asks AWS while it runs.
    """

    def program() -> None:
        collecting = gc.isenabled()
        runpy.run_path(str(project / "__main__.py"), run_name="__main__")
        if collecting:  # a program may do without, the process that it runs in here does not end with it
            gc.enable()

    return record_program(program, name=name, stack=stack, config=config)


def record_program(program: Callable[[], None], *, name: str, stack: str, config: Mapping[str, object]) -> Recording:
    """Run a program and return what it registered; see `record`."""
    recording = Recording()
    try:
        contextvars.copy_context().run(_run, program, recording, name, stack, _without_secrets(config))
    except pulumi.RunError as error:
        raise Failure(str(error)) from error
    finally:
        if recording.asked:
            raise Failure(
                f"the program asks AWS while it runs ({', '.join(sorted(set(recording.asked)))}), and nobody is "
                "there to answer: give the value in the stack file instead"
            )
    return recording


def _run(program: Callable[[], None], recording: Recording, name: str, stack: str, config: dict[str, object]) -> None:
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    pulumi.runtime.set_all_config(texts)
    monitor = _Recorder(recording)
    pulumi.runtime.set_mocks(monitor.mocks, project=name, stack=stack, preview=False, monitor=monitor)
    set_root_resource(cast("Any", None))  # set_mocks made a stack that is finished already: exports would be lost in it
    try:
        loop.run_until_complete(run_in_stack(program))
    finally:
        loop.close()
        asyncio.set_event_loop(None)


def _without_secrets(config: Mapping[str, object]) -> dict[str, object]:
    """Return a stack file's settings with a variable in place of every encrypted value."""

    def plain(value: object, place: str) -> object:
        if isinstance(value, dict):
            if set(value) == {"secure"}:
                return reference(f"var.{local_name(place)}")
            return {key: plain(inner, f"{place}_{key}") for key, inner in value.items()}
        if isinstance(value, list):
            return [plain(inner, f"{place}_{number}") for number, inner in enumerate(value)]
        return value

    return {key: plain(value, key.replace(":", "_")) for key, value in config.items()}


class _Answers(pulumi.runtime.Mocks):
    """Answers every output of a resource with a reference to it."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if not args.custom or args.typ not in kinds():
            return (f"id-of-{args.name}" if args.custom else None), dict(args.inputs)
        kind = kinds()[args.typ]
        place = f"{kind.type}.{local_name(args.name)}"
        outputs = {ours: reference(f"{place}.{theirs}") for ours, theirs in kind.outputs().items()}
        # numbers, lists and blocks are read by the program itself, so that they must be what they are
        given = {key: value for key, value in args.inputs.items() if not isinstance(value, str)}
        return reference(f"{place}.id"), {**outputs, **given}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        self._recording.asked.append(args.token)
        return {}, None


class _Recorder(MockMonitor):
    """Keeps every request before the mock engine answers it."""

    def __init__(self, recording: Recording) -> None:
        super().__init__(_Answers(recording))
        self._recording = recording

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 gRPC's name
        if request.custom and request.type.startswith(("aws:", PROVIDER)):
            expressed = {urn for one in request.propertyDependencies.values() for urn in one.urns}
            self._recording.resources.append(
                Registered(
                    type=request.type,
                    name=request.name,
                    inputs=rpc.deserialize_properties(request.object),
                    depends_on=tuple(sorted(map(_type_and_name, set(request.dependencies) - expressed))),
                    provider=_name_in(request.provider.rpartition("::")[0]) if request.provider else "",
                    protect=request.protect,
                    ignore_changes=tuple(request.ignoreChanges),
                )
            )
        return cast("Any", super()).RegisterResource(request)

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 gRPC's name
        if "pulumi:pulumi:Stack::" in request.urn:
            self._recording.exports = rpc.deserialize_properties(request.outputs)
        return cast("Any", super()).RegisterResourceOutputs(request)


def _name_in(urn: str) -> str:
    return urn.rpartition("::")[2]


def _type_and_name(urn: str) -> tuple[str, str]:
    return urn.split("::")[2].rpartition("$")[2], _name_in(urn)
