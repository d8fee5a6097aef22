"""Signals as a terminal or a supervisor sends them: what runs is finished and kept, and nothing is left running."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.kills.bench import LAB, PROJECT, Stack

pytestmark = pytest.mark.slow
PROGRAM = """
from lab_sdk import Thing

a = Thing("a")
b = Thing("b", value=a.arn)
Thing("c", value=b.arn)
"""
CLI = [sys.executable, "-m", "slipway.engine"]


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """Make a project with the lab as its provider, and a stack in it."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "provider").symlink_to(LAB)
    (project / "lab_sdk.py").symlink_to(LAB / "lab_sdk.py")
    (project / "Pulumi.yaml").write_text(PROJECT)
    (project / "__main__.py").write_text(PROGRAM)
    made = Stack.make(project, tmp_path / "stack")
    subprocess.run([*CLI, "stack", "init", "dev"], cwd=project, env=environment(made), check=True, capture_output=True)
    return made


def environment(stack: Stack) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PULUMI_", "LAB_"))}
    return kept | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}",
        "PULUMI_BACKEND_URL": f"file://{stack.folder / 'state'}",
        "PULUMI_HOME": str(stack.folder / "home"),
        "PULUMI_CONFIG_PASSPHRASE": "",
        "LAB_CLOUD": str(stack.cloud_file),
    }


def session(leader: int) -> list[str]:
    """Return the command lines of what runs in a session."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == leader and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline()))
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return found


@pytest.fixture
def creating(stack: Stack) -> Iterator[Callable[[float], subprocess.Popen[str]]]:
    """Start an `up` in a session of its own, and wait until the provider is busy creating `b` for some seconds."""
    started: list[subprocess.Popen[str]] = []

    def start(seconds: float) -> subprocess.Popen[str]:
        cloud = {"things": {}, "counters": {}, "faults": {"create:b": {"sleep": seconds}}}
        stack.cloud_file.write_text(json.dumps(cloud))
        process = subprocess.Popen(
            [*CLI, "up", "--yes", "--skip-preview"],
            cwd=stack.project,
            env=environment(stack),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        assert process.stdout is not None
        assert any("lab:index:Thing b creating" in line for line in process.stdout)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def names(stack: Stack) -> list[str]:
    return [item["urn"].rpartition("::")[2] for item in stack.checkpoint()["checkpoint"]["latest"]["resources"]]


@pytest.mark.parametrize(("send", "number"), [(os.killpg, signal.SIGINT), (os.kill, signal.SIGTERM)])
def test_the_first_signal_lets_the_running_step_finish_and_keeps_it(
    stack: Stack,
    creating: Callable[[float], subprocess.Popen[str]],
    send: Callable[[int, int], None],
    number: signal.Signals,
) -> None:
    process = creating(4)
    send(process.pid, number)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 1, said
    assert "update canceled" in said
    assert names(stack) == ["app-dev", "default", "a", "b"]
    assert "pending_operations" not in stack.checkpoint()["checkpoint"]["latest"]
    assert sorted(stack.cloud()["things"]) == ["a-1", "b-1"]
    assert stack.locks() == []
    assert session(process.pid) == []


def test_a_killed_engine_takes_its_program_and_its_providers_along(
    stack: Stack, creating: Callable[[float], subprocess.Popen[str]]
) -> None:
    process = creating(3600)
    assert len(session(process.pid)) == 3
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 30
    while session(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert session(process.pid) == []
    assert len(stack.locks()) == 1
    (pending,) = stack.checkpoint()["checkpoint"]["latest"]["pending_operations"]
    assert (pending["type"], pending["resource"]["urn"].rpartition("::")[2]) == ("creating", "b")
