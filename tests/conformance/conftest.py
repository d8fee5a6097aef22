"""A project whose provider is the lab, an environment of its own, and the engine's command line."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CLI = [sys.executable, "-m", "slipway.engine"]
PROJECT = "name: app\nruntime: python\nplugins:\n  providers:\n    - name: lab\n      path: ./lab\n"
PROGRAM = """
import pulumi
from lab_sdk import Thing

a = Thing("a", value="v")
b = Thing("b", value=a.arn)
pulumi.export("last", b.arn)
"""
Up = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a project whose provider is the lab."""
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "lab").symlink_to(HERE / "lab")
    (folder / "Pulumi.yaml").write_text(PROJECT)
    (folder / "__main__.py").write_text(PROGRAM)
    (tmp_path / "state").mkdir()
    return folder


@pytest.fixture
def env(project: Path) -> dict[str, str]:
    """Give an environment of its own to every process."""
    root = project.parent
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PULUMI_", "LAB_"))}
    return {
        **kept,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}",
        "PYTHONPATH": str(project / "lab"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PULUMI_HOME": str(root / "home"),
        "PULUMI_BACKEND_URL": f"file://{root}/state",
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_DEBUG_COMMANDS": "true",
        "LAB_CLOUD": str(root / "cloud.json"),
        "LAB_TRACE": str(root / "trace.jsonl"),
    }


@pytest.fixture
def run(project: Path, env: dict[str, str]) -> Up:
    """Run a command line on the stack `dev`."""

    def call(*argv: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*CLI, *argv], cwd=project, env=env, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )

    made = call("stack", "init", "dev")
    assert made.returncode == 0, made
    return call
