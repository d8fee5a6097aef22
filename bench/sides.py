"""The servers that are measured, and how they are started: alone on one CPU, with nothing but what they need."""

from __future__ import annotations

import hashlib
import http.client
import os
import shutil
import subprocess
import sys
import time
import venv
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from slipway.demo.processes import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements/bench.txt"
_READY_SECONDS = 60
_STOP_SECONDS = 30


class ServerError(Exception):
    """A server does not come to answer."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """One way to serve the model, or to serve nothing."""

    name: str
    command: tuple[str, ...]
    """`{port}` stands for the port."""
    environment: Mapping[str, str] = field(default_factory=dict)
    prediction: Callable[[Any], float] | None
    """Finds the prediction in an answer; None for a side that predicts nothing."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A side that answers."""

    port: int
    process: psutil.Process
    start_seconds: float
    """From its exec to its first 200 on /ping."""

    def cpu_seconds(self) -> float:
        """Return user and system time so far, of all its processes."""
        return sum(times.user + times.system for times in (one.cpu_times() for one in self._processes()))

    def memory_mib(self) -> float:
        """Return its resident memory, pages that its processes share counted once."""
        return float(sum(one.memory_full_info().pss for one in self._processes())) / 2**20

    def _processes(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]


def ours(ml: Path) -> Side:
    """Return `serving/` as its Dockerfile starts it, packages compiled; its one CPU makes it take one worker."""
    return Side(
        name="ours",
        command=(sys.executable, "-m", "serving", "serve"),
        environment={"SLIPWAY_ML_ROOT": str(ml), "SLIPWAY_BIND_HOST": "127.0.0.1", "SAGEMAKER_BIND_TO_PORT": "{port}"},
        prediction=lambda answer: float(answer["predictions"][0]),
    )


def flask(ml: Path) -> Side:
    """Return AWS's way: Flask and pandas behind one gevent worker of gunicorn."""
    gunicorn = (str(flask_python()), "-m", "gunicorn", "--worker-class", "gevent", "--workers", "1")
    return Side(
        name="Flask, gunicorn, pandas",
        command=(*gunicorn, "--timeout", "60", "--bind", "127.0.0.1:{port}", "bench.flask_side:app"),
        environment={"MODEL_FOLDER": str(ml / "model")},
        prediction=lambda answer: float(answer[0]["prediction"]),
    )


def bare(size: int, *, batch: bool) -> Side:
    """Return the HTTP server alone, which answers everything with `size` bytes; with `batch` scheduled as ours is."""
    words = ("batch",) if batch else ()
    return Side(
        name="bare, scheduled as ours" if batch else "bare HTTP server",
        command=(sys.executable, "-m", "bench.bare_side", "{port}", str(size), *words),
        prediction=None,
    )


def flask_python() -> Path:
    """Return the Python that has what the Flask side needs, in a virtual environment that is made at the first call."""
    folder = ROOT / ".slipway/bench/venv"
    stamp, wanted = folder / "made-from", hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    python = folder / "bin/python"
    if not stamp.is_file() or stamp.read_text() != wanted:
        print(
            f"installing {REQUIREMENTS.relative_to(ROOT)} into {folder.relative_to(ROOT)} (once, about a minute)",
            flush=True,
        )
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        install = ("-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off", "--no-deps")
        subprocess.run([python, *install, "--require-hashes", "-r", REQUIREMENTS], check=True)
        stamp.write_text(wanted)
    return python


@contextmanager
def running(side: Side, cpu: int, log: Path) -> Iterator[Server]:
    """Start a side on one CPU, wait until it answers, and stop it."""
    port = free_port()
    allowed = os.sched_getaffinity(0)
    clean = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    python = {"PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1", "PYTHONUNBUFFERED": "1"}
    own = {name: value.format(port=port) for name, value in side.environment.items()}
    with log.open("w") as output:
        os.sched_setaffinity(0, {cpu})  # the child inherits it
        started = time.perf_counter()
        process = subprocess.Popen(
            [word.format(port=port) for word in side.command],
            env={**clean, **python, **own},
            cwd=log.parent,
            stdout=output,
            stderr=output,
        )
        os.sched_setaffinity(0, allowed)
    try:
        _wait_ready(side, process, port, log)
        ready = time.perf_counter()
        yield Server(port=port, process=psutil.Process(process.pid), start_seconds=ready - started)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_ready(side: Side, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.perf_counter() + _READY_SECONDS
    while process.poll() is None and time.perf_counter() < until:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/ping")
            if connection.getresponse().status == http.client.OK:
                return
        except (OSError, http.client.HTTPException):
            time.sleep(0.002)
        finally:
            connection.close()
    raise ServerError(f"{side.name} does not answer; it printed: {log.read_text()[-2000:]}")
