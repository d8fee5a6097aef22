"""The process: load the model, then let workers that share it answer until SIGTERM."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

from serving import handler
from serving.application import application
from serving.errors import ServingError

if TYPE_CHECKING:
    from collections.abc import Mapping

_PORTS = range(1, 65_536)
_CPU_QUOTA = Path("/sys/fs/cgroup/cpu.max")
_THREADS = 2  # of a worker: a large request must not keep /ping waiting, and more only fight over the interpreter
_KILL_SECONDS = 25  # SageMaker kills the container 30 s after SIGTERM


@dataclass(frozen=True)
class Settings:
    """What the environment says; SageMaker's names, and two of the sandbox's."""

    model_dir: str
    host: str
    port: int
    workers: int

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Settings:
        """Read the environment; raises ServingError for a value that can't be."""
        root = environment.get("SLIPWAY_ML_ROOT") or "/opt/ml"
        return cls(
            model_dir=f"{root}/model",
            host=environment.get("SLIPWAY_BIND_HOST") or "0.0.0.0",  # noqa: S104 - inside a container
            port=_number(environment, "SAGEMAKER_BIND_TO_PORT", 8080),
            workers=_number(environment, "SAGEMAKER_MODEL_SERVER_WORKERS", cpus()),
        )


def cpus(quota: Path = _CPU_QUOTA) -> int:
    """Return how many CPUs this process may use: its affinity, or the container's quota when that is less."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        limit, period = quota.read_text("ascii").split()
        return max(1, min(allowed, int(limit) // int(period)))
    except (OSError, ValueError):  # no cgroup v2 here, or "max": no quota
        return allowed


def serve(settings: Settings) -> None:
    """Answer until SIGTERM; requests that are being answered then finish. Raises ServingError when it can't begin."""
    started = time.monotonic()
    app = application(
        handler.model_fn(settings.model_dir),
        input_fn=handler.input_fn,
        predict_fn=handler.predict_fn,
        output_fn=handler.output_fn,
    )
    _refuse_taken_port(settings.host, settings.port)
    _let_requests_finish()
    # Forked workers share the loaded model, and are ready when they exist.
    multiprocessing.set_start_method("fork", force=True)
    server = Server(
        "serving",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=_THREADS,
        workers_kill_timeout=_KILL_SECONDS,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.warning,
    )
    print(
        f"model loaded in {time.monotonic() - started:.2f} s; {settings.workers} workers answer on "
        f"{settings.host}:{settings.port}",
        flush=True,
    )
    server.serve(target_loader=lambda: app, wrap_loader=False)


def _let_requests_finish() -> None:
    # Otherwise each arriving request wakes the thread that reads it, which takes the CPU from the one that answers:
    # two switches a request, a third of its cost. Batch processes, their threads and children wait for their turn.
    if hasattr(os, "SCHED_BATCH"):
        with contextlib.suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _refuse_taken_port(host: str, port: int) -> None:
    # Granian tells it with two stack traces. Bound only: who asks before the workers listen is refused, never cut off.
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise ServingError(
            f"can't listen on {host}:{port}: {os.strerror(error.errno or 0)}; set SAGEMAKER_BIND_TO_PORT"
        ) from error


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name) or str(default)
    if not text.isdecimal() or int(text) not in _PORTS:
        raise ServingError(f"{name} is {text!r}; a whole number from 1 to 65535 is expected")
    return int(text)
