"""Runs deletions in parallel: each when everything that needs it is gone."""

import threading
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from slipway.engine.execution.runner import StepFailedError
from slipway.engine.planning.graph import deletion_order
from slipway.engine.planning.steps import Step


def run_deletions(
    steps: list[Step],
    run: Callable[[Step], None],
    *,
    parallel: int,
    stopped: Callable[[], bool],
    continue_on_error: bool,
) -> bool:
    """Run all that can be run; return whether everything was done."""
    before = deletion_order([step.state for step in steps])
    waiting = dict.fromkeys(range(len(steps)))
    done: set[int] = set()
    failed = threading.Event()
    running: dict[Future[None], int] = {}
    with ThreadPoolExecutor(max(1, parallel), thread_name_prefix="delete") as pool:
        while waiting or running:
            halt = stopped() or (failed.is_set() and not continue_on_error)
            ready = [] if halt else [index for index in waiting if before[index] <= done]
            for index in ready[: parallel - len(running)]:
                del waiting[index]
                running[pool.submit(run, steps[index])] = index
            if not running:
                break
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                index = running.pop(future)
                try:
                    future.result()
                except StepFailedError as error:
                    if not error.harmless:
                        failed.set()
                else:
                    done.add(index)
    return len(done) == len(steps)
