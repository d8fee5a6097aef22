"""A project, a state folder, and the engine's command line run in this process."""

import logging
import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import boto3
import pytest

from slipway.engine.cli.main import main
from slipway.engine.secrets import passphrase


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Make the folder of the backend."""
    folder = tmp_path / "state"
    folder.mkdir()
    return folder


@pytest.fixture
def project(tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project folder, which is the working folder, and an environment that points at it alone."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: app\nruntime: python\n")
    for name in ("PULUMI_STACK", "PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_DEBUG_COMMANDS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{state}")
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "correct horse")
    monkeypatch.setattr(passphrase, "_ROUNDS", 10)  # the derivation's cost is the point of it, not of these tests
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def run(project: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., CompletedProcess[str]]:
    """Run a command line."""
    assert project.is_dir()

    def call(*argv: str) -> CompletedProcess[str]:
        capsys.readouterr()
        code = main(argv)
        out, err = capsys.readouterr()
        return CompletedProcess(argv, code, out, err)

    return call


@pytest.fixture
def ok(run: Callable[..., CompletedProcess[str]]) -> Callable[..., str]:
    """Run a command line that succeeds; returns what it printed."""

    def call(*argv: str) -> str:
        done = run(*argv)
        assert done.returncode == 0, done
        return done.stdout

    return call


@pytest.fixture
def dev(ok: Callable[..., str]) -> None:
    """Make a stack `dev`."""
    ok("stack", "init", "dev")


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """Start moto on loopback; gives its endpoint."""
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - a second that few tests need

    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def identity(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give AWS credentials that mean nothing, and nothing else of AWS in the environment."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)


@pytest.fixture
def bucket_url(moto: str, identity: None) -> str:
    """Make a bucket; gives the URL of a backend below a prefix of it."""
    del identity
    name = f"state-{uuid.uuid4().hex}"
    boto3.client("s3", endpoint_url=moto, region_name="us-east-1").create_bucket(Bucket=name)
    return f"s3://{name}/team/ml?region=us-east-1&endpoint={moto}&s3ForcePathStyle=true"


@pytest.fixture
def kms_url(moto: str, identity: None) -> str:
    """Make a key; gives the URL of a secrets provider."""
    del identity
    client = boto3.client("kms", endpoint_url=moto, region_name="us-east-1")
    alias = f"alias/state-{uuid.uuid4().hex}"
    client.create_alias(AliasName=alias, TargetKeyId=client.create_key()["KeyMetadata"]["KeyId"])
    return f"awskms://{alias}?region=us-east-1&endpoint={moto}&context_app=slipway"


@pytest.fixture
def stack_file(project: Path) -> Path:
    """Give the path of Pulumi.dev.yaml."""
    return project / "Pulumi.dev.yaml"


@pytest.fixture
def checkpoint(state: Path) -> Path:
    """Give the state file of `dev`."""
    return state / ".pulumi" / "stacks" / "app" / "dev.json"
