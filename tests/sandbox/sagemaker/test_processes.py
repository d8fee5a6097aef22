"""Processes of containers: their own /opt/ml, their environment, their output and their end."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from slipway.sandbox.sagemaker.containers.guard import Guard
from slipway.sandbox.sagemaker.containers.images import Command
from slipway.sandbox.sagemaker.containers.isolation import Isolation, _works, probe, rewrite
from slipway.sandbox.sagemaker.containers.launcher import CommandNotStartedError, Launcher
from slipway.sandbox.sagemaker.containers.workspace import TRAINING_FOLDERS, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.sandbox.sagemaker.containers.process import ContainerProcess

WAYS = [Isolation(()), Isolation(("unshare", "-m")), Isolation(("unshare", "-Urm"))]


@dataclass
class Lines:
    """Keeps what a process said."""

    taken: list[str] = field(default_factory=list)

    def write(self, line: str) -> None:
        self.taken.append(line)

    def flush(self) -> None:
        pass


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path / "work")
    made.prepare(TRAINING_FOLDERS)
    (made.ml / "here").write_text("yes", encoding="utf-8")
    return made


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[Launcher]:
    made = Launcher(tmp_path)
    yield made
    made.guard.close()


def run(launcher: Launcher, workspace: Workspace, *argv: str, **environment: str) -> tuple[ContainerProcess, list[str]]:
    """Run a command to its end."""
    lines = Lines()
    command = Command(argv=argv, environment={}, folder=None)
    process = launcher.start(command, environment, workspace, lines)
    assert process.wait(20)
    return process, lines.taken


@pytest.mark.slow
@pytest.mark.parametrize("isolation", WAYS, ids=["rewritten", "root", "user"])
def test_a_process_reads_and_writes_its_own_opt_ml(tmp_path: Path, workspace: Workspace, isolation: Isolation) -> None:
    if isolation.prefix and not (sys.platform == "linux" and _works(isolation, workspace)):
        pytest.skip("this machine grants no such namespace")
    launcher = Launcher(tmp_path, isolation)
    before = Path("/opt/ml").exists()
    script = 'cat /opt/ml/here; echo; echo "$GIVEN"; echo done > /opt/ml/model/m; pwd'
    _, lines = run(launcher, workspace, "/bin/sh", "-c", script, GIVEN="/opt/ml/input:/opt/mlx")
    own = "/opt/ml" if isolation.has_own_ml_root else str(workspace.ml)
    assert lines == ["yes", f"{own}/input:/opt/mlx", str(workspace.scratch)]
    assert (workspace.ml / "model/m").read_text(encoding="utf-8") == "done\n"
    assert Path("/opt/ml").exists() == before
    launcher.guard.close()


@pytest.mark.slow
def test_only_rewritten_paths_are_announced(tmp_path: Path, workspace: Workspace) -> None:
    script = 'echo "${SLIPWAY_ML_ROOT:-none}"'
    for isolation, told in ((Isolation(()), str(workspace.ml)), (probe(), None)):
        launcher = Launcher(tmp_path, isolation)
        _, lines = run(launcher, workspace, "/bin/sh", "-c", script)
        assert lines == [told or ("none" if isolation.has_own_ml_root else str(workspace.ml))]
        launcher.guard.close()


@pytest.mark.parametrize(
    ("text", "rewritten"),
    [
        ("/opt/ml", "/w"),
        ("/opt/ml/input", "/w/input"),
        ("a:/opt/ml/x:/opt/ml", "a:/w/x:/w"),
        (
            "tar -C /opt/ml/code -xzf '/opt/ml/input/data/code/'*.tar.gz",
            "tar -C /w/code -xzf '/w/input/data/code/'*.tar.gz",
        ),
        ("/opt/mlflow", "/opt/mlflow"),
        ("/data/opt/ml", "/data/opt/ml"),
        ("/opt/ml-2", "/opt/ml-2"),
    ],
)
def test_only_the_whole_path_element_is_rewritten(text: str, rewritten: str) -> None:
    assert rewrite(text, Path("/w")) == rewritten


@pytest.mark.slow
def test_a_container_does_not_inherit_the_sandboxs_environment(
    launcher: Launcher, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAPTOP_ONLY", "secret")
    _, lines = run(launcher, workspace, "/bin/sh", "-c", 'echo "${LAPTOP_ONLY:-nothing}"; command -v python')
    assert lines == ["nothing", str(Path(sys.executable).parent / "python")]


@pytest.mark.slow
def test_output_comes_whole_and_in_order(launcher: Launcher, workspace: Workspace) -> None:
    script = (
        "import sys\nfor n in range(2000): print(n, file=sys.stderr if n % 2 else sys.stdout)\nprint('end', end='')"
    )
    _, lines = run(launcher, workspace, "python", "-c", script)
    assert lines == [*(str(number) for number in range(2000)), "end"]


@pytest.mark.slow
def test_a_line_without_end_is_cut_not_kept(launcher: Launcher, workspace: Workspace) -> None:
    _, lines = run(launcher, workspace, "python", "-c", "print('x' * 600_000)")
    assert [len(line) for line in lines] == [250_000, 250_000, 100_000]


@pytest.mark.slow
@pytest.mark.parametrize(("script", "code"), [("exit 3", 3), ("kill -9 $$", 137), ("true", 0)])
def test_exit_codes_are_dockers(launcher: Launcher, workspace: Workspace, script: str, code: int) -> None:
    process, _ = run(launcher, workspace, "/bin/sh", "-c", script)
    assert process.exit_code == code


@pytest.mark.slow
def test_a_process_that_ignores_sigterm_is_killed_when_its_grace_is_over(
    launcher: Launcher, workspace: Workspace
) -> None:
    lines = Lines()
    script = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    process = launcher.start(Command(argv=("python", "-c", script), environment={}, folder=None), {}, workspace, lines)
    while lines.taken != ["deaf"]:
        assert not process.wait(0.01)
    process.stop(0.2)
    assert process.exit_code == 137


@pytest.mark.slow
def test_what_is_no_program_is_refused_by_name(launcher: Launcher, workspace: Workspace) -> None:
    with pytest.raises(CommandNotStartedError, match="nvidia-smi is not a program on this machine"):
        run(launcher, workspace, "nvidia-smi")


def _the_guard() -> psutil.Process:
    """Return the guard of this process once it shows its name: it has been started, but may not run yet."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for each in psutil.Process().children():
            if "slipway-guard" in each.cmdline():
                return each
        time.sleep(0.01)
    raise AssertionError("no guard was started")


@pytest.mark.slow
def test_a_guard_that_was_killed_is_replaced_by_one_that_knows_every_group() -> None:
    guard = Guard()
    sleepers = [subprocess.Popen(["sleep", "600"], start_new_session=True) for _ in range(2)]
    guard.add(sleepers[0].pid)
    process = _the_guard()
    process.kill()
    process.wait(5)
    guard.add(sleepers[1].pid)
    guard.close()
    assert [sleeper.wait(5) for sleeper in sleepers] == [-9, -9]


@pytest.mark.slow
def test_groups_that_are_left_die_with_their_guard() -> None:
    guard = Guard()
    sleepers = [subprocess.Popen(["sleep", "600"], start_new_session=True) for _ in range(3)]
    for sleeper in sleepers:
        guard.add(sleeper.pid)
    guard.remove(sleepers[1].pid)
    guard.close()
    assert [sleepers[index].wait(5) for index in (0, 2)] == [-9, -9]
    assert sleepers[1].poll() is None
    sleepers[1].kill()
    sleepers[1].wait()
