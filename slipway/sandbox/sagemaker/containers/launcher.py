"""Starts containers' processes for one sandbox: isolation probed once, the guard, the environment they share."""

import os
import shlex
import shutil
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from slipway.sandbox.sagemaker.containers.guard import Guard
from slipway.sandbox.sagemaker.containers.images import Command
from slipway.sandbox.sagemaker.containers.isolation import Isolation, probe
from slipway.sandbox.sagemaker.containers.process import ContainerProcess, LineSink
from slipway.sandbox.sagemaker.containers.workspace import Workspace

MARK = "SLIPWAY_SANDBOX_STATE"
"""In the environment of every container: the state folder of the sandbox that started it."""

_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class CommandNotStartedError(Exception):
    """The machine could not execute a container's command; the message becomes a FailureReason."""


@dataclass
class Launcher:
    """Everything that starting a process needs and that outlives the process."""

    state_dir: Path
    isolation: Isolation = field(default_factory=probe)
    guard: Guard = field(default_factory=Guard)

    def start(
        self,
        command: Command,
        environment: Mapping[str, str],
        workspace: Workspace,
        sink: LineSink,
        on_end: Callable[[], None] | None = None,
    ) -> ContainerProcess:
        """Start a command over a prepared workspace. Raises CommandNotStartedError.

        The environment is the container's own (the image's, then `environment`), never the sandbox's: a script that
        works here because of a variable of the laptop would fail on AWS.
        """
        variables = {
            "PATH": self._path(),
            "HOME": str(workspace.scratch),
            "TMPDIR": str(workspace.scratch),
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            # the project's folder runs as it stands and must not fill with caches
            "PYTHONDONTWRITEBYTECODE": "1",
            MARK: str(self.state_dir),
            **command.environment,
            **environment,
        }
        argv = list(command.argv)
        if argv[0] in {"python", "python3"}:
            argv[0] = sys.executable
        if shutil.which(argv[0], path=variables["PATH"]) is None and not argv[0].startswith("/opt/ml/"):
            raise CommandNotStartedError(
                f"{argv[0]} is not a program on this machine: the sandbox runs a container's command without its "
                f"image, so the command must exist here; PATH is {variables['PATH']}"
            )
        argv, variables, folder = self.isolation.enclose(argv, variables, workspace, command.folder)
        try:
            return ContainerProcess(argv, variables, folder, sink, self.guard, on_end)
        except OSError as error:
            raise CommandNotStartedError(f"cannot start {argv[0]} in {folder}: {error.strerror}") from error

    def _path(self) -> str:
        """Put this Python first, so that `python` and `pip` mean the sandbox's."""
        folder = Path(sys.executable).parent
        if (folder / "python").exists():
            return f"{folder}:{_SYSTEM_PATH}"
        shims = self.state_dir / "shims"
        shims.mkdir(parents=True, exist_ok=True)
        shim = shims / "python"
        if not shim.exists():
            # a symbolic link would lose the virtual environment that the executable's own path stands for
            shim.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n', encoding="utf-8")
            shim.chmod(0o755)
        return f"{shims}:{folder}:{_SYSTEM_PATH}"

    def end_strays(self) -> list[int]:
        """Kill processes that an earlier life of this sandbox left behind, found by their environment.

        The guard normally leaves none; this is for the case that it was killed too. Needs /proc, so does nothing
        without. Returns their ids.
        """
        mark = f"{MARK}={self.state_dir}".encode()
        strays = [pid for pid in _process_ids() if mark in _environment_of(pid)]
        for pid in strays:
            try:
                os.kill(pid, 9)
            except (ProcessLookupError, PermissionError):
                continue
        return strays


def _process_ids() -> list[int]:
    proc = Path("/proc")
    return [int(entry.name) for entry in proc.iterdir() if entry.name.isdigit()] if proc.is_dir() else []


def _environment_of(pid: int) -> list[bytes]:
    if pid == os.getpid():
        return []
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []


_LAUNCHERS: dict[Path, Launcher] = {}
_LOCK = threading.Lock()


def launcher_of(state_dir: Path) -> Launcher:
    """Return the one launcher of a state folder, made on first use."""
    with _LOCK:
        found = _LAUNCHERS.get(state_dir)
        if found is None:
            found = _LAUNCHERS[state_dir] = Launcher(state_dir)
        return found


def forget_launcher(state_dir: Path) -> None:
    """End the guard of a state folder and forget its launcher."""
    with _LOCK:
        found = _LAUNCHERS.pop(state_dir, None)
    if found is not None:
        found.guard.close()
