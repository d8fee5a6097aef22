"""The training jobs that this process runs: begun, found, and ended with it."""

import threading
import time
from pathlib import Path
from typing import Any

from slipway.sandbox.sagemaker.containers.workspace import Workspace
from slipway.sandbox.sagemaker.context import Context, Scope
from slipway.sandbox.sagemaker.jobs.engine import TrainingRun, workspace_root
from slipway.sandbox.sagemaker.jobs.outcome import ABANDONED
from slipway.sandbox.sagemaker.jobs.record import KIND, TERMINAL, advance, tell

_RUNS: dict[tuple[Path, Scope, str], TrainingRun] = {}
_LOCK = threading.Lock()


def begin(context: Context, record: dict[str, Any]) -> TrainingRun:
    """Start a job that the store already knows."""
    run = TrainingRun(context, record)
    key = (context.state_dir, context.scope, record["TrainingJobName"])
    with _LOCK:
        for old in [old for old, done in _RUNS.items() if done.ended.is_set()]:
            del _RUNS[old]
        _RUNS[key] = run
    run.start()
    return run


def find(context: Context, name: str) -> TrainingRun | None:
    """Return the run of a job of this process, None if there is none."""
    with _LOCK:
        return _RUNS.get((context.state_dir, context.scope, name))


def abandon_all(state_dir: Path, timeout: float) -> None:
    """End every job of a state folder and wait for their ends."""
    with _LOCK:
        runs = [run for key, run in _RUNS.items() if key[0] == state_dir]
    for run in runs:
        run.abandon()
    deadline = time.monotonic() + timeout
    for run in runs:
        run.ended.wait(max(0.0, deadline - time.monotonic()))


def fail_orphans(context: Context) -> None:
    """Fail what the store calls running and nobody runs: the sandbox ended without a goodbye."""
    for record in context.store.all(context.scope, KIND):
        name = record["TrainingJobName"]
        if record["TrainingJobStatus"] not in TERMINAL and find(context, name) is None:
            changed = context.store.update(context.scope, KIND, name, lambda each: _orphaned(each, context.now()))
            tell(context, changed)
            Workspace(workspace_root(context.state_dir, context.scope, name)).remove()


def _orphaned(record: dict[str, Any], now: float) -> None:
    advance(record, "Failed", now, status="Failed", reason=ABANDONED)
