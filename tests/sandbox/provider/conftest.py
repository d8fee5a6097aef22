"""The provider as a process, driven over gRPC as the engine drives it, against moto's own server in this process."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty

from slipway.sandbox.provider.protocol import provider_pb2, provider_pb2_grpc
from slipway.sandbox.provider.wire import decode, encode

STACK = "urn:pulumi:dev::slipway"
DEFAULT_TAGS = {"managed-by": "slipway"}


@dataclass
class Resource:
    """What an engine keeps of one resource."""

    token: str
    name: str
    id: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)

    @property
    def urn(self) -> str:
        return f"{STACK}::{self.token}::{self.name}"

    def address(self) -> dict[str, str]:
        return {"urn": self.urn, "type": self.token, "name": self.name}


class Driver:
    """The engine's side of the protocol."""

    def __init__(self, stub: provider_pb2_grpc.ResourceProviderStub) -> None:
        self.stub = stub
        self.seeds = 0

    def configure(self, **inputs: Any) -> None:
        values = {name: value if isinstance(value, str) else json.dumps(value) for name, value in inputs.items()}
        self.stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address=""))
        self.stub.Configure(provider_pb2.ConfigureRequest(args=encode(values), acceptSecrets=True))

    def checked(
        self, token: str, name: str, given: Mapping[str, Any], olds: Mapping[str, Any] | None = None
    ) -> provider_pb2.CheckResponse:
        self.seeds += 1
        return self.stub.Check(
            provider_pb2.CheckRequest(
                urn=f"{STACK}::{token}::{name}",
                type=token,
                name=name,
                news=encode(given),
                olds=encode(olds or {}),
                randomSeed=self.seeds.to_bytes(32, "big"),
            )
        )

    def check(
        self, token: str, name: str, given: Mapping[str, Any], olds: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        answer = self.checked(token, name, given, olds)
        assert not answer.failures, [f"{failure.property}: {failure.reason}" for failure in answer.failures]
        return decode(answer.inputs)[0]

    def create(self, token: str, name: str, given: Mapping[str, Any]) -> Resource:
        inputs = self.check(token, name, given)
        resource = Resource(token, name, inputs=inputs)
        answer = self.stub.Create(provider_pb2.CreateRequest(properties=encode(inputs), **resource.address()))
        resource.id, resource.outputs = answer.id, decode(answer.properties)[0]
        return resource

    def diff(self, resource: Resource, given: Mapping[str, Any]) -> tuple[provider_pb2.DiffResponse, dict[str, Any]]:
        news = self.check(resource.token, resource.name, given, resource.inputs)
        answer = self.stub.Diff(
            provider_pb2.DiffRequest(
                id=resource.id,
                olds=encode(resource.outputs),
                old_inputs=encode(resource.inputs),
                news=encode(news),
                **resource.address(),
            )
        )
        return answer, news

    def update(self, resource: Resource, given: Mapping[str, Any]) -> provider_pb2.DiffResponse:
        answer, news = self.diff(resource, given)
        assert not answer.replaces, list(answer.replaces)
        updated = self.stub.Update(
            provider_pb2.UpdateRequest(
                id=resource.id,
                olds=encode(resource.outputs),
                old_inputs=encode(resource.inputs),
                news=encode(news),
                **resource.address(),
            )
        )
        resource.inputs, resource.outputs = news, decode(updated.properties)[0]
        return answer

    def refresh(self, resource: Resource) -> bool:
        """Read into the resource; False when it is gone."""
        answer = self.stub.Read(
            provider_pb2.ReadRequest(
                id=resource.id,
                properties=encode(resource.outputs),
                inputs=encode(resource.inputs),
                **resource.address(),
            )
        )
        if not answer.id:
            return False
        resource.inputs, resource.outputs = decode(answer.inputs)[0], decode(answer.properties)[0]
        return True

    def imported(self, token: str, name: str, resource_id: str) -> Resource | None:
        resource = Resource(token, name, id=resource_id)
        answer = self.stub.Read(provider_pb2.ReadRequest(id=resource_id, **resource.address()))
        if not answer.id:
            return None
        resource.id, resource.inputs, resource.outputs = (
            answer.id,
            decode(answer.inputs)[0],
            decode(answer.properties)[0],
        )
        return resource

    def delete(self, resource: Resource) -> None:
        self.stub.Delete(
            provider_pb2.DeleteRequest(
                id=resource.id,
                properties=encode(resource.outputs),
                old_inputs=encode(resource.inputs),
                **resource.address(),
            )
        )


@pytest.fixture(scope="session")
def aws() -> Iterator[str]:
    """A moto server on a free port; its address."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def environment(aws: str) -> dict[str, str]:
    """What `slipway sandbox env` would set."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "AWS_ENDPOINT_URL": aws,
        "AWS_ACCESS_KEY_ID": "123456789012",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
    }


@pytest.fixture
def start(tmp_path: Any) -> Iterator[Any]:
    """Starts provider processes and gives stubs to them; ends them all afterwards."""
    started: list[subprocess.Popen[str]] = []

    def begin(environment: Mapping[str, str]) -> Driver:
        process = subprocess.Popen(
            [sys.executable, "-m", "slipway.sandbox.provider", "127.0.0.1:1"],
            stdout=subprocess.PIPE,
            text=True,
            env=dict(environment),
            cwd=tmp_path,
        )
        started.append(process)
        assert process.stdout is not None
        port = int(process.stdout.readline())
        driver = Driver(provider_pb2_grpc.ResourceProviderStub(grpc.insecure_channel(f"127.0.0.1:{port}")))
        driver.process = process
        return driver

    yield begin
    for process in started:
        process.terminate()
        process.wait(30)
        if process.stdout is not None:
            process.stdout.close()


@pytest.fixture(scope="session")
def engine(environment: dict[str, str]) -> Iterator[Driver]:
    """One configured provider process for the whole session."""
    process = subprocess.Popen(
        [sys.executable, "-m", "slipway.sandbox.provider", "127.0.0.1:1"],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    port = int(process.stdout.readline())
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        driver = Driver(provider_pb2_grpc.ResourceProviderStub(channel))
        driver.configure(defaultTags={"tags": DEFAULT_TAGS}, allowedAccountIds=["123456789012"])
        yield driver
        driver.stub.Cancel(Empty())
    process.terminate()
    assert process.wait(30) == 0
    process.stdout.close()


@pytest.fixture(scope="session")
def boto(aws: str) -> Any:
    """A maker of boto3 clients, for what happens outside the provider."""
    import boto3

    def client(service: str) -> Any:
        return boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=aws,
            region_name="us-east-1",
            aws_access_key_id="123456789012",
            aws_secret_access_key="secret",
        )

    return client
