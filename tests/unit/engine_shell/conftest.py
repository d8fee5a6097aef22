"""A project, a state folder, and the engine's command line run in this process."""

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

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


@pytest.fixture
def stack_file(project: Path) -> Path:
    """Give the path of Pulumi.dev.yaml."""
    return project / "Pulumi.dev.yaml"


@pytest.fixture
def checkpoint(state: Path) -> Path:
    """Give the state file of `dev`."""
    return state / ".pulumi" / "stacks" / "app" / "dev.json"
