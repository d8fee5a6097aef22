"""The provider as a process, driven over gRPC as the engine drives it, against a real sandbox."""

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
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

    def address(self) -> dict[str, Any]:
        return {"urn": self.urn, "type": self.token, "name": self.name}


class Driver:
    """The engine's side of the protocol."""

    def __init__(self, stub: provider_pb2_grpc.ResourceProviderStub) -> None:
        self.stub = stub
        self.seeds = 0
        self.process: subprocess.Popen[str] | None = None

    def configure(self, **inputs: Any) -> None:
        values = {name: value if isinstance(value, str) else json.dumps(value) for name, value in inputs.items()}
        self.stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address=""))
        self.stub.Configure(provider_pb2.ConfigureRequest(args=encode(values), acceptSecrets=True))

    def checked(self, token: str, name: str, given: Mapping[str, Any], olds: Mapping[str, Any] | None = None) -> Any:
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


SERVER = """
import os
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

HTTPServer(("127.0.0.1", int(os.environ["SAGEMAKER_BIND_TO_PORT"])), Handler).serve_forever()
"""
PROGRAMS = {"works": SERVER, "breaks": "raise SystemExit('the model can not be read')"}


def _sandbox(*words: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "slipway.sandbox", *words], check=True, capture_output=True, text=True, timeout=60
    ).stdout


@pytest.fixture(scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the sandbox."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory, state: Path) -> Iterator[dict[str, str]]:
    """Give a running sandbox with two images, one of which serves; the environment for clients of it."""
    project = tmp_path_factory.mktemp("project")
    for name, program in PROGRAMS.items():
        (project / name).mkdir()
        (project / name / "server.py").write_text(program)
        (project / name / "Dockerfile").write_text(
            f'FROM scratch\nCOPY {name} /opt/program/{name}\nENTRYPOINT ["python", "/opt/program/{name}/server.py"]\n'
        )
    _sandbox("up", "--state", str(state), "--port", "0", "--project", str(project))
    try:
        found = json.loads(_sandbox("env", "--state", str(state), "--json"))
        outer = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        yield {**outer, **found}
    finally:
        _sandbox("down", "--state", str(state))


@pytest.fixture
def start(tmp_path: Any) -> Iterator[Any]:
    """Give starts provider processes and gives stubs to them; ends them all afterwards."""
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


@pytest.fixture
def go_wrong(environment: dict[str, str], state: Path) -> Iterator[Any]:
    """Give what makes calls go wrong on purpose: `go_wrong("throttle", "logs:*", "--times", "2")`."""
    assert environment

    def add(*words: str) -> None:
        _sandbox("fault", "add", *words, "--state", str(state))

    yield add
    _sandbox("fault", "clear", "--state", str(state))


@pytest.fixture(scope="session")
def boto(environment: dict[str, str]) -> Any:
    """Give a maker of boto3 clients, for what happens outside the provider."""

    def client(service: str) -> Any:
        return boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=environment["AWS_ENDPOINT_URL"],
            region_name=environment["AWS_REGION"],
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        )

    return client


def catalogue(boto: Any, world: dict[str, str]) -> dict[str, str]:
    """Make databases, and a function with its code."""
    found: dict[str, str] = {}
    for name in ("", "other_"):
        found[f"{name}database"] = f"{name}world"
        boto("glue").create_database(DatabaseInput={"Name": found[f"{name}database"]})
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", "def handler(event, context): return event")
    boto("s3").put_object(Bucket=world["bucket"], Key="function.zip", Body=packed.getvalue())
    found["function"] = "world"
    boto("lambda").create_function(
        FunctionName="world",
        Role=world["role_arn"],
        Runtime="python3.12",
        Handler="index.handler",
        Code={"ZipFile": packed.getvalue()},
    )
    return found


@pytest.fixture(scope="session")
def world(boto: Any) -> dict[str, str]:
    """Say what the cases refer to, made outside the provider."""
    statement = {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}
    trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}

    def policy(*statements: Mapping[str, Any]) -> str:
        return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})

    s3, iam, kms, ecr, sagemaker = (boto(name) for name in ("s3", "iam", "kms", "ecr", "sagemaker"))
    found = {
        "trust": policy(trust),
        "statement": policy(statement),
        "other_statement": policy({**statement, "Sid": "Other"}),
    }
    for name in ("bucket", "other_bucket"):
        found[name] = f"conformance-{name.replace('_', '-')}"
        s3.create_bucket(Bucket=found[name])
    logging = {"Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject"}
    for name in ("bucket", "other_bucket"):
        s3.put_bucket_policy(
            Bucket=found[name], Policy=policy({**logging, "Resource": f"arn:aws:s3:::{found[name]}/*"})
        )
    account = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "s3:ListBucket"}
    found["other_bucket_policy"] = policy({**account, "Resource": f"arn:aws:s3:::{found['bucket']}"})
    for name in ("", "other_"):
        made = kms.create_key()["KeyMetadata"]
        found[f"{name}key_id"], found[f"{name}key"] = made["KeyId"], made["Arn"]
        found[f"{name}role"] = f"{name}world-role"
        role = iam.create_role(RoleName=found[f"{name}role"], AssumeRolePolicyDocument=found["trust"])["Role"]
        found[f"{name}role_arn"] = role["Arn"]
        found[f"{name}repository"] = f"{name}world"
        ecr.create_repository(repositoryName=found[f"{name}repository"])
    for name in ("", "other_"):
        found[f"{name}group"] = f"{name.replace('_', '-')}world"
        made_group = sagemaker.create_model_package_group(ModelPackageGroupName=found[f"{name}group"])
        share = {"Principal": {"AWS": "arn:aws:iam::222233334444:root"}, "Resource": made_group["ModelPackageGroupArn"]}
        found[f"{name}group_policy"] = policy(
            {
                "Sid": f"{name}Read".replace("_", ""),
                "Effect": "Allow",
                "Action": "sagemaker:DescribeModelPackageGroup",
                **share,
            }
        )
        found[f"{name}topic"] = boto("sns").create_topic(Name=f"{name}world")["TopicArn"]
    for name in ("", "other_"):
        found[f"{name}queue"] = boto("sqs").create_queue(QueueName=f"{name}world")["QueueUrl"]
    found["queue_arn"] = "arn:aws:sqs:us-east-1:123456789012:world"
    ec2 = boto("ec2")
    for number, name in enumerate(("", "other_")):
        found[f"{name}vpc"] = ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"]
        made_subnet = ec2.create_subnet(VpcId=found[f"{name}vpc"], CidrBlock=f"10.{number}.1.0/24")["Subnet"]
        found[f"{name}subnet"] = made_subnet["SubnetId"]
        found[f"{name}gateway"] = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        group = ec2.create_security_group(GroupName=f"{name}world", Description="world", VpcId=found[f"{name}vpc"])
        found[f"{name}security_group"] = group["GroupId"]
    found["table"] = ec2.create_route_table(VpcId=found["vpc"])["RouteTable"]["RouteTableId"]
    found["address"] = ec2.allocate_address(Domain="vpc")["AllocationId"]
    for name in ("world", "other-world"):
        boto("cloudwatch").put_metric_alarm(
            AlarmName=name, ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1, Namespace="world",
            MetricName="errors", Period=60, Statistic="Sum", Threshold=1,
        )  # fmt: skip
    found["rule"] = "world"
    boto("events").put_rule(Name="world", EventPattern='{"source": ["aws.s3"]}')
    for name in ("", "other_"):
        group = f"/{name}world"
        boto("logs").create_log_group(logGroupName=group)
        found[f"{name}log_group_arn"] = f"arn:aws:logs:us-east-1:123456789012:log-group:{group}"
    found["secret"] = boto("secretsmanager").create_secret(Name="world")["ARN"]
    boto("application-autoscaling").register_scalable_target(
        ServiceNamespace="sagemaker",
        ResourceId="endpoint/world/variant/champion",
        ScalableDimension="sagemaker:variant:DesiredInstanceCount",
        MinCapacity=1,
        MaxCapacity=3,
    )
    found |= catalogue(boto, found)
    found["policy"] = iam.create_policy(PolicyName="world", PolicyDocument=found["statement"])["Policy"]["Arn"]
    found["model"] = "world-model"
    sagemaker.create_model(
        ModelName=found["model"],
        ExecutionRoleArn=found["role_arn"],
        PrimaryContainer={"Image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/serving:1"},
    )
    return found
