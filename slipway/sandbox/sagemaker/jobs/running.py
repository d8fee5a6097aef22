"""What this process runs, jobs and pipeline executions: begun, found, and ended with it."""

import threading
import time
from pathlib import Path
from typing import Protocol

from slipway.sandbox.sagemaker.containers.workspace import Workspace
from slipway.sandbox.sagemaker.context import Context, Scope
from slipway.sandbox.sagemaker.jobs.kind import JobKind
from slipway.sandbox.sagemaker.jobs.outcome import ABANDONED, failed


class Run(Protocol):
    """Work that goes on after the request that began it; `ended` is set when the store says how it ended."""

    ended: threading.Event

    def start(self) -> None:
        """Begin; returns at once."""

    def stop(self) -> None:
        """Ask for an orderly end."""

    def abandon(self) -> None:
        """End without grace, because the sandbox ends."""


_RUNS: dict[tuple[Path, Scope, str, str], Run] = {}
_LOCK = threading.Lock()


def begin(context: Context, noun: str, name: str, run: Run) -> None:
    """Start a run of something that the store already knows."""
    with _LOCK:
        for old in [old for old, done in _RUNS.items() if done.ended.is_set()]:
            del _RUNS[old]
        _RUNS[context.state_dir, context.scope, noun, name] = run
    run.start()


def find(context: Context, noun: str, name: str) -> Run | None:
    """Return the run of this process, None if there is none."""
    with _LOCK:
        return _RUNS.get((context.state_dir, context.scope, noun, name))


def abandon_all(state_dir: Path, timeout: float) -> None:
    """End every run of a state folder and wait for their ends."""
    with _LOCK:
        runs = [run for key, run in _RUNS.items() if key[0] == state_dir]
    for run in runs:
        run.abandon()
    deadline = time.monotonic() + timeout
    for run in runs:
        run.ended.wait(max(0.0, deadline - time.monotonic()))


def fail_orphans(kind: JobKind, context: Context) -> None:
    """Fail the jobs that the store calls running and nobody runs: the sandbox ended without a goodbye."""
    outcome = failed(ABANDONED)
    for record in context.store.all(context.scope, kind.noun):
        name = record[kind.name_member]
        if kind.ended(record) or find(context, kind.noun, name) is not None:
            continue
        changed = context.store.update(
            context.scope, kind.noun, name, lambda each: kind.mark_ended(each, outcome, context.now())
        )
        kind.tell(context, changed)
        Workspace(kind.workspace_root(context.state_dir, context.scope, name)).remove()
