"""Fixtures that several rooms share."""

from __future__ import annotations

import asyncio
import contextvars
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
import yaml
from hypothesis import settings

if TYPE_CHECKING:
    import pulumi

ROOT = Path(__file__).parent.parent

# A check that is green is green again: the same examples each time. `make soak` looks for new ones ("explore").
# On a busy machine the time of one example says nothing. A failing example is printed, so none is kept on disk.
settings.register_profile("slipway", deadline=None, database=None, derandomize=True)
settings.register_profile("explore", deadline=None, database=None, derandomize=False, print_blob=True)
settings.load_profile("slipway")

JsonObject = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Registration:
    """One RegisterResource request, as it left the program."""

    type: str
    name: str
    parent: str
    """Logical name of the parent; empty below the stack."""
    inputs: JsonObject
    protect: bool
    retain_on_delete: bool
    deleted_with: str
    """Like `depends_on`: what takes this with it when it goes; empty for most."""
    depends_on: tuple[str, ...]
    """Logical names with types, in the form `type name`, of what the request depends on, properties included."""
    provider: str
    """Logical name of the provider; empty for components and for a default provider."""
    custom: bool


@dataclass
class Graph:
    """Everything that a program registered."""

    resources: list[Registration] = field(default_factory=list)
    exports: JsonObject = field(default_factory=dict)

    def of_type(self, token: str) -> list[Registration]:
        """Return the resources of one type, in the order of their names."""
        return sorted((one for one in self.resources if one.type == token), key=lambda one: one.name)

    def one(self, token: str, name: str) -> Registration:
        """Return one resource; the test fails when there is none or more than one."""
        found = [one for one in self.resources if one.type == token and one.name == name]
        assert len(found) == 1, (token, name, [(one.type, one.name) for one in self.resources])
        return found[0]


RunProgram = Callable[..., Graph]


@pytest.fixture
def run_program() -> RunProgram:
    """Run a program against Pulumi's mock engine and return what it registered.

    Pulumi registers in the background, so nothing can be asserted while the program runs. Protection, parents,
    dependencies and providers are in the request only, not in what Pulumi shows to a mock: the monitor keeps all.
    """

    def run(program: Callable[[], None], *, stack: str = "dev", config: Mapping[str, object] | None = None) -> Graph:
        return contextvars.copy_context().run(_run, program, stack, dict(config or {}))

    return run


def _run(program: Callable[[], None], stack: str, config: dict[str, object]) -> Graph:
    import pulumi  # noqa: PLC0415 the rooms without Pulumi do not pay for it
    from pulumi.runtime.settings import set_root_resource  # noqa: PLC0415
    from pulumi.runtime.stack import run_in_stack  # noqa: PLC0415

    graph = Graph()
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
    pulumi.runtime.set_all_config(texts)
    asyncio.set_event_loop(asyncio.new_event_loop())
    pulumi.runtime.set_mocks(_mocks(), project="slipway", stack=stack, preview=False, monitor=_monitor(graph))
    set_root_resource(cast("Any", None))  # set_mocks made a stack that is finished already: exports would be lost in it
    asyncio.get_event_loop().run_until_complete(run_in_stack(program))
    asyncio.get_event_loop().close()
    return graph


def _mocks() -> pulumi.runtime.Mocks:
    import pulumi  # noqa: PLC0415

    class Account(pulumi.runtime.Mocks):
        """Answers like the provider: automatic names end in -0000000, ARNs in the logical name."""

        def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, JsonObject]:
            if not args.custom:
                return None, {}
            automatic = f"{args.name}-0000000"
            named = "bucket" if args.typ == "aws:s3/bucket:Bucket" else "name"
            outputs: JsonObject = {
                named: automatic,
                "arn": f"arn:of:{args.typ}:{args.name}",
                "keyId": f"key-{args.name}",
            }
            return f"id-of-{args.name}", {**outputs, **args.inputs}

        def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[JsonObject, list[tuple[str, str]] | None]:
            raise AssertionError(f"the program asked AWS: {args.token}")

    return Account()


def _monitor(graph: Graph) -> Any:
    from pulumi.runtime import rpc  # noqa: PLC0415
    from pulumi.runtime.mocks import MockMonitor  # noqa: PLC0415

    class Recorder(MockMonitor):
        """Keeps every request before the mock engine answers it."""

        def RegisterResource(self, request: Any) -> Any:  # noqa: N802 gRPC's name
            if request.type != "pulumi:pulumi:Stack":
                graph.resources.append(
                    Registration(
                        type=request.type,
                        name=request.name,
                        parent=_name_in(request.parent) if "pulumi:pulumi:Stack::" not in request.parent else "",
                        inputs=rpc.deserialize_properties(request.object),
                        protect=request.protect,
                        retain_on_delete=request.retainOnDelete,
                        deleted_with=_type_and_name(request.deletedWith) if request.deletedWith else "",
                        depends_on=tuple(sorted(_type_and_name(urn) for urn in request.dependencies)),
                        provider=_name_in(request.provider.rpartition("::")[0]) if request.provider else "",
                        custom=request.custom,
                    )
                )
            return cast("Any", super()).RegisterResource(request)

        def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 gRPC's name
            if "pulumi:pulumi:Stack::" in request.urn:
                graph.exports.update(rpc.deserialize_properties(request.outputs))
            return cast("Any", super()).RegisterResourceOutputs(request)

    return Recorder(_mocks())


def _name_in(urn: str) -> str:
    return urn.rpartition("::")[2]


def _type_and_name(urn: str) -> str:
    return f"{urn.split('::')[2].rpartition('$')[2]} {_name_in(urn)}"


@pytest.fixture
def project_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a project whose code never changes, so that digests of code packages do not either."""
    for folder in ("training", "serving", "monitoring"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "__main__.py").write_text(f'"""The {folder} code."""\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def stack_config() -> Callable[[str], JsonObject]:
    """Return the `config:` of one of the project's own stack files, as if no release were pinned in it yet."""

    def read(stack: str) -> JsonObject:
        text = (ROOT / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8")
        config: JsonObject = yaml.safe_load(text)["config"]
        config.pop("slipway:release", None)
        return config

    return read


@pytest.fixture
def pinned_release() -> Callable[..., JsonObject]:
    """Return one release as a stack file pins it; the number tells releases apart."""
    from infra.release_digest import release_digest  # noqa: PLC0415 a data scientist's tests need no infra

    def pin(number: int, account: str = "123456789012", **changes: object) -> JsonObject:
        pinned: JsonObject = {
            "model_package_arn": f"arn:aws:sagemaker:us-east-1:{account}:model-package/slipway-dev/{number}",
            "model_data": f"s3://lake-artifacts-0000000/models/job-{number}/output/model.tar.gz",
            "model_sha256": f"{number:064x}",
            "image": f"{account}.dkr.ecr.us-east-1.amazonaws.com/slipway-dev/serving@sha256:{1:064x}",
            "image_tag": "1",
            "code": f"s3://lake-artifacts-0000000/code/serving/{number:064x}.tar.gz",
            "instance_type": "ml.m5.large",
            "initial_instance_count": 1,
            "environment": {"OMP_NUM_THREADS": "1"},
            "capture_percentage": 100,
            "container_startup_timeout_seconds": 600,
            "data": {"train": "1,000 rows, sha256 0123456789ab"},
            "metrics": {"validation:auc": 0.75},
            **changes,
        }
        return {"digest": release_digest(pinned), **pinned}

    return pin
