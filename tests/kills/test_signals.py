"""Signals as a terminal or a supervisor sends them: what runs is finished and kept, and nothing is left running."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator

import psutil
import pytest

from tests.kills.bench import CLI, Stack

pytestmark = pytest.mark.slow


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
            env=stack.environment(),
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
    assert stack.names() == ["app-dev", "default", "a", "b"]
    assert "pending_operations" not in stack.deployment()
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
    (pending,) = stack.deployment()["pending_operations"]
    assert (pending["type"], pending["resource"]["urn"].rpartition("::")[2]) == ("creating", "b")
