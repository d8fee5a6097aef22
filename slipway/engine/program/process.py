"""The process of the Python program."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from slipway.engine.config import ConfigValue
from slipway.engine.errors import EngineError
from slipway.engine.project import Project

LAUNCHER = Path(__file__).with_name("launch.py")
_LOGGED, RAN_TO_ITS_END = 23, 24  # exit codes of launch.py
_OUTPUT_LIMIT = 2.0
"""Seconds that the last output is waited for: something that the program started may hold the other end."""


def untimely_end(code: int) -> str:
    """Return what is to be said of a program that did not run to its end; nothing where it was said already."""
    if code == _LOGGED:
        return ""
    if code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else "unknown"
        return f"the program was ended by signal {-code} ({name}); what it had not registered yet is left as it is"
    if code == 0:
        return (
            "the program vanished with exit code 0 before it had run to its end (os._exit does that); what it had not "
            "registered yet is left as it is. `sys.exit(0)` ends a program early and on purpose"
        )
    return f"an unhandled error occurred: program exited with non-zero exit code: {code}"


@dataclass(frozen=True, kw_only=True)
class ProgramContext:
    """What a program, and a policy pack beside it, is told about the operation."""

    project: Project
    stack: str
    organization: str
    config: Mapping[str, ConfigValue]
    dry_run: bool

    def environment(self) -> dict[str, str]:
        """Return the variables by which the SDKs know it; secrets of the configuration are in plain text there."""
        return {
            "PULUMI_CONFIG": json.dumps({key: item.value for key, item in self.config.items()}),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps([key for key, item in self.config.items() if item.secret]),
            "PULUMI_PROJECT": self.project.name,
            "PULUMI_STACK": self.stack,
            "PULUMI_ORGANIZATION": self.organization,
            "PULUMI_DRY_RUN": "true" if self.dry_run else "false",
        }


def program_python(project: Project) -> str:
    """Return the Python that runs the program: the project's virtual environment, the active one, or this one."""
    configured = project.runtime_options.get("virtualenv")
    if configured:
        python = project.root / str(configured) / "bin" / "python"
        if not python.exists():
            raise EngineError(
                f"the virtual environment {project.root / str(configured)} of Pulumi.yaml has no bin/python: "
                "make it first (python -m venv), and install the program's requirements"
            )
        return str(python)
    return active_python()


def active_python() -> str:
    """Return the Python of the active virtual environment, or this one."""
    active = os.environ.get("VIRTUAL_ENV")
    if active and (Path(active) / "bin" / "python").exists():
        return str(Path(active) / "bin" / "python")
    return sys.executable


def program_folder(project: Project) -> Path:
    """Return the folder in which program and providers run: relative paths of assets start there."""
    program = project.root / project.main if project.main else project.root
    return program if program.is_dir() else program.parent


class ProgramProcess:
    """A running program."""

    def __init__(
        self,
        context: ProgramContext,
        *,
        address: str,
        parallel: int,
        on_output: Callable[[str, str], None],
    ) -> None:
        project = context.project
        program = project.root / project.main if project.main else project.root
        if not program.exists():
            raise EngineError(f"the program {program} (`main` of Pulumi.yaml) does not exist")
        options = {
            "monitor": address,
            "engine": address,
            "project": project.name,
            "stack": context.stack,
            "organization": context.organization,
            "root": str(project.root),
            "parallel": str(parallel),
        }
        argv = [program_python(project), "-u", str(LAUNCHER)]
        for name, value in options.items():
            argv.append(f"--{name}={value}")
        if context.dry_run:
            argv.append("--dry-run")
        argv.append(str(program))
        self._process = subprocess.Popen(
            argv,
            cwd=program_folder(project),
            env=os.environ | context.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            process_group=0,
        )
        self._swept = False
        self._pumps = [
            self._pump(self._process.stdout, "info", on_output),
            self._pump(self._process.stderr, "info#err", on_output),
        ]

    @staticmethod
    def _pump(stream: object, severity: str, on_output: Callable[[str, str], None]) -> threading.Thread:
        def run() -> None:
            for line in stream:  # type: ignore[attr-defined]
                on_output(severity, line.decode(errors="replace"))

        thread = threading.Thread(target=run, name="output of the program", daemon=True)
        thread.start()
        return thread

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for the end; return the exit code, or None when it still runs."""
        try:
            code = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None
        if not self._swept:
            self._swept = True
            self._signal_group(signal.SIGKILL)  # what it started and left behind
            deadline = time.monotonic() + _OUTPUT_LIMIT
            for thread in self._pumps:
                thread.join(max(0.0, deadline - time.monotonic()))
        return code

    def end(self, patience: float = 1.0) -> None:
        """End the program and what it started: asked first, then at once."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self._process.poll() is None:
                self._signal_group(number)
                if self.wait(patience) is not None:
                    break
        self.wait(patience)

    def _signal_group(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
