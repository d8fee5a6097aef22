"""What the serving process does with SageMaker's processes when it starts and when it ends.

The engines are imported when the first of the two runs: the sandbox answers before that.
"""

from __future__ import annotations

import shutil
import threading
from typing import TYPE_CHECKING

from slipway.sandbox.sagemaker.context import ContextFactory, Scope

if TYPE_CHECKING:
    from pathlib import Path

GOODBYE_SECONDS = 5.0
"""What containers get between SIGTERM and SIGKILL when the sandbox stops: a person waits for it."""

_STATE_DIRS: set[Path] = set()


def recover(context_factory: ContextFactory) -> None:
    """Pick up what the last run left: end its processes, fail its jobs, respawn its endpoints (in the background)."""
    from slipway.sandbox.sagemaker.containers.launcher import launcher_of  # noqa: PLC0415
    from slipway.sandbox.sagemaker.endpoints import deployment, record  # noqa: PLC0415
    from slipway.sandbox.sagemaker.jobs import kinds, running  # noqa: PLC0415
    from slipway.sandbox.sagemaker.pipelines.recovery import fail_interrupted  # noqa: PLC0415

    any_context = context_factory(Scope("000000000000", "us-east-1"))
    state_dir = any_context.state_dir
    _STATE_DIRS.add(state_dir)
    launcher_of(state_dir).end_strays()
    shutil.rmtree(state_dir / "work", ignore_errors=True)
    for scope in any_context.store.scopes():
        context = context_factory(scope)
        for kind in kinds.KINDS:
            running.fail_orphans(kind, context)
        fail_interrupted(context)
        for endpoint in context.store.all(scope, record.KIND):
            deployment.resume(context, endpoint)


def shutdown() -> None:
    """End every process that the service started; endpoints come back with the next start."""
    from slipway.sandbox.sagemaker.containers.launcher import forget_launcher  # noqa: PLC0415
    from slipway.sandbox.sagemaker.endpoints.live import all_live, unmake_live  # noqa: PLC0415
    from slipway.sandbox.sagemaker.jobs.running import abandon_all  # noqa: PLC0415

    endpoints = all_live()
    threads = [threading.Thread(target=each.close, args=(GOODBYE_SECONDS,)) for each in endpoints]
    threads += [threading.Thread(target=abandon_all, args=(each, GOODBYE_SECONDS)) for each in _STATE_DIRS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for endpoint in endpoints:
        unmake_live(endpoint)
    for state_dir in sorted(_STATE_DIRS):
        forget_launcher(state_dir)
    _STATE_DIRS.clear()
