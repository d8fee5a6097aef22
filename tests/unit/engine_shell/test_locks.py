"""Locks between processes."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from slipway.engine.backend.folder import Folder
from slipway.engine.backend.lock import locked
from slipway.engine.backend.stacks import Backend, StackRef
from slipway.engine.errors import EngineError

Ok = Callable[..., str]
Run = Callable[..., CompletedProcess[str]]
HOLDER = """
import sys
import time
from pathlib import Path
from slipway.engine.backend.folder import Folder
from slipway.engine.backend.stacks import Backend, StackRef
from slipway.engine.backend.lock import locked

root = Path(sys.argv[1])
with locked(Backend(Folder(root, f"file://{root}")), StackRef("app", "dev")):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(state: Path, dev: None) -> Iterator[subprocess.Popen[str]]:
    """Start another process that holds the lock until its stdin is closed."""
    del dev
    argv = [sys.executable, "-c", HOLDER, str(state)]
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


@pytest.mark.slow
def test_the_second_up_is_refused_in_the_words_of_the_real_engine(
    holder: subprocess.Popen[str], run: Run, state: Path
) -> None:
    done = run("up", "--yes", "--skip-preview", "--non-interactive")
    first, second = done.stderr.splitlines()
    assert done.returncode == 1
    assert first == (
        "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end "
        "or delete the lock file with `pulumi cancel`."
    )
    place = re.escape(f"file://{state}/.pulumi/locks/organization/app/dev/")
    moment = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([+-]\d\d:\d\d|Z)"
    assert re.fullmatch(rf"  {place}[0-9a-f-]{{36}}\.json: created by \S+@\S+ \(pid {holder.pid}\) at {moment}", second)


@pytest.mark.slow
def test_a_lock_is_given_back_when_its_holder_ends_and_stays_when_it_is_killed(
    holder: subprocess.Popen[str], state: Path, ok: Ok
) -> None:
    locks = state / ".pulumi" / "locks" / "organization" / "app" / "dev"
    (content,) = [json.loads(file.read_text()) for file in locks.iterdir()]
    assert set(content) == {"pid", "username", "hostname", "timestamp"}
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    assert len(list(locks.iterdir())) == 1
    assert "1 lock(s) deleted" in ok("cancel", "--yes")
    assert list(locks.iterdir()) == []


def test_a_lock_is_given_back_when_the_work_fails(state: Path) -> None:
    backend, ref = Backend(Folder(state, f"file://{state}")), StackRef("app", "dev")

    def work() -> None:
        with locked(backend, ref):
            with pytest.raises(EngineError, match="locked by 1 lock"), locked(backend, ref):
                pass
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - only that it comes through
        work()
    with locked(backend, ref):
        pass


def test_a_lock_file_that_cannot_be_read_still_locks(state: Path) -> None:
    folder = state / ".pulumi" / "locks" / "organization" / "app" / "dev"
    folder.mkdir(parents=True)
    (folder / "x.json").write_text("{")
    with (
        pytest.raises(EngineError, match=r"x\.json: created by an unknown process"),
        locked(Backend(Folder(state, f"file://{state}")), StackRef("app", "dev")),
    ):
        pass


@pytest.mark.usefixtures("dev")
def test_a_cancel_is_confirmed_where_someone_could_be_asked(run: Run) -> None:
    done = run("cancel", "--non-interactive")
    assert (done.returncode, done.stderr) == (
        1,
        "error: --yes must be passed in to proceed when running in non-interactive mode\n",
    )


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_the_lock_is_given_back_by_a_process_that_is_ended_before_its_operation_begins(
    dev: None, project: Path, state: Path, number: signal.Signals, code: int
) -> None:
    del dev
    log = project / "log"
    os.mkfifo(log)  # opening it waits for a reader, and comes after the lock
    argv = [sys.executable, "-m", "slipway.engine", "up", "--yes", "--skip-preview", "--event-log", str(log)]
    process = subprocess.Popen(argv, env=os.environ | {"PULUMI_DEBUG_COMMANDS": "1"}, stderr=subprocess.PIPE)
    locks = state / ".pulumi" / "locks"
    while process.poll() is None and not list(locks.rglob("*.json")):
        time.sleep(0.01)
    process.send_signal(number)
    process.communicate(timeout=20)
    assert (process.returncode, list(locks.rglob("*.json"))) == (code, [])
