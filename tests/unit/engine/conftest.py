"""A project with a program and a tiny provider, both real processes, driven through `operation.run`."""

import json
import shutil
import stat
import sys
import textwrap
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from slipway.engine.config import ConfigValue
from slipway.engine.operation import OperationResult, run
from slipway.engine.project import Project
from slipway.engine.request import OperationKind, OperationRequest, Options, Stop

PROVIDER = '''\
"""Does as the name of the resource says: `crash` dies in Create, `slow` waits for the file `go`, `refused` is refused
(`refused-while-slow` not before `slow` is being made), `stuck` is never deleted, others are made."""
import os, signal, sys, threading, time
from concurrent import futures
import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2 as pb, provider_pb2_grpc

class Tiny(provider_pb2_grpc.ResourceProviderServicer):
    def Handshake(self, request, context):
        return pb.ProviderHandshakeResponse(accept_secrets=True)
    def GetPluginInfo(self, request, context):
        return plugin_pb2.PluginInfo(version="1.0.0")
    def CheckConfig(self, request, context):
        return pb.CheckResponse(inputs=request.news)
    def DiffConfig(self, request, context):
        return pb.DiffResponse(changes=pb.DiffResponse.DIFF_NONE)
    def Configure(self, request, context):
        return pb.ConfigureResponse(acceptSecrets=True)
    def Check(self, request, context):
        return pb.CheckResponse(inputs=request.news)
    def Diff(self, request, context):
        same = request.old_inputs == request.news
        return pb.DiffResponse(changes=pb.DiffResponse.DIFF_NONE if same else pb.DiffResponse.DIFF_SOME)
    def Create(self, request, context):
        if request.preview:
            return pb.CreateResponse(properties=request.properties)
        if request.name.startswith("crash"):
            sys.stderr.write("tiny: out of ideas\\n")
            sys.stderr.flush()
            os._exit(7)
        if request.name.startswith("slow"):
            open("begun", "w").close()
            while not os.path.exists("go"):
                time.sleep(0.01)
        while request.name == "refused-while-slow" and not os.path.exists("begun"):
            time.sleep(0.01)
        if request.name.startswith("refused"):
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "refused: no")
        return pb.CreateResponse(id=request.name + "-id", properties=request.properties)
    def Read(self, request, context):
        return pb.ReadResponse(id=request.id, inputs=request.inputs, properties=request.properties)
    def Delete(self, request, context):
        if request.name.startswith("stuck"):
            open("deleting", "w").close()
            time.sleep(3600)
        return empty_pb2.Empty()
    def Cancel(self, request, context):
        return empty_pb2.Empty()

signal.signal(signal.SIGINT, lambda *_: os._exit(0))
parent = os.getppid()
def leave():
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(1)
threading.Thread(target=leave, daemon=True).start()
server = grpc.server(futures.ThreadPoolExecutor(8))
provider_pb2_grpc.add_ResourceProviderServicer_to_server(Tiny(), server)
port = server.add_insecure_port("127.0.0.1:0")
server.start()
print(port, flush=True)
server.wait_for_termination()
'''

HEAD = """\
import pulumi

class Thing(pulumi.CustomResource):
    def __init__(self, name, opts=None, **props):
        super().__init__("tiny:index:Thing", name, props, opts)

"""


class Plain:
    """A secrets manager that hides nothing."""

    def encrypt(self, text: str) -> str:
        return text

    def decrypt(self, text: str) -> str:
        return text

    def state(self) -> dict[str, Any]:
        return {"type": "plain"}


@dataclass
class Stack:
    """One stack of one project."""

    root: Path
    deployment: dict[str, Any] | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    stop: Stop = field(default_factory=Stop)
    disk_full: bool = False

    def program(self, body: str) -> None:
        """Write the program; what is compiled of the one before may look as new as this one, so it goes."""
        shutil.rmtree(self.root / "__pycache__", ignore_errors=True)
        (self.root / "__main__.py").write_text(HEAD + textwrap.dedent(body))

    def run(self, kind: OperationKind = "up", **options: Any) -> OperationResult:
        """Run an operation to its end."""
        secrets: Any = Plain()
        self.events.clear()
        request = OperationRequest(
            kind=kind,
            project=Project(
                name="p",
                root=self.root,
                file=self.root / "Pulumi.yaml",
                plugin_providers={"tiny": self.root / "provider"},
            ),
            stack="dev",
            config={"p:word": ConfigValue(value="hidden", secret=True), "p:plain": ConfigValue(value="shown")},
            deployment=self.deployment,
            secrets=secrets,
            persist=None if kind == "preview" else self._persist,
            emit=self.events.append,
            options=Options(parallel=4, **options),
            stop=self.stop,
            folder=self.root,
        )
        return run(request)

    def _persist(self, text: bytes) -> None:
        if self.disk_full:
            raise OSError("no space left on device")
        self.deployment = json.loads(text)

    def resources(self) -> list[str]:
        """Return the names of the resources in the state."""
        return [raw["urn"].rpartition("::")[2] for raw in (self.deployment or {}).get("resources", [])]

    def messages(self, severity: str) -> str:
        """Return what was said at a severity."""
        found = [event["diagnosticEvent"] for event in self.events if "diagnosticEvent" in event]
        return "\n".join(item["message"] for item in found if item["severity"] == severity)


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    (tmp_path / "provider").mkdir()
    plugin = tmp_path / "provider" / "pulumi-resource-tiny"
    plugin.write_text(f"#!{sys.executable}\n{PROVIDER}")
    plugin.chmod(plugin.stat().st_mode | stat.S_IXUSR)
    return Stack(tmp_path)


@pytest.fixture
def wait_until() -> Callable[[Callable[[], bool]], None]:
    """Wait for something that another process does."""

    def wait(done: Callable[[], bool]) -> None:
        for _ in range(6000):
            if done():
                return
            threading.Event().wait(0.01)
        pytest.fail("it did not happen within a minute")

    return wait
