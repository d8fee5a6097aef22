"""Runs a Pulumi program in its own Python; executed as a file there, so it imports nothing but the SDK.

Arguments: see _arguments.
The configuration comes in PULUMI_CONFIG and PULUMI_CONFIG_SECRET_KEYS. Exit codes: 24 (the program ran to its end), 1
(a refusal that was logged as an error), 23 (an exception that was logged with its traceback). Not 0, which is also what
a program leaves behind that vanishes half way through (os._exit): then nothing may be deleted.
"""

import argparse
import asyncio
import logging
import os
import runpy
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

ALREADY_LOGGED, RAN_TO_ITS_END = 23, 24
_PARENT_POLL = 0.5


def _leave_with_parent(parent: int) -> None:
    """End when the engine ended without ending this process."""
    while os.getppid() == parent:
        time.sleep(_PARENT_POLL)
    os._exit(1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Run a Pulumi program.")
    for name in ("monitor", "engine", "project", "stack", "organization", "root"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--parallel", type=int, required=True)
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("program")
    return parser.parse_args()


def _run_program(path: str) -> None:
    try:
        runpy.run_path(path, run_name="__main__")
    except SystemExit as leaving:
        # `sys.exit(0)` is an end like any other, as with the real engine.
        if leaving.code not in (None, 0):
            raise


def main() -> int:
    """Run the program within a stack; return the exit code."""
    threading.Thread(target=_leave_with_parent, args=(os.getppid(),), daemon=True).start()
    arguments = _arguments()
    try:
        import pulumi  # noqa: PLC0415 - a missing SDK is told apart from a broken program
        import pulumi.runtime  # noqa: PLC0415
    except ImportError:
        traceback.print_exc()
        print("the Pulumi SDK is not installed in this Python: pip install pulumi", file=sys.stderr)
        return 1
    # sys.path[0] is the folder of this file, which the program must not see.
    sys.path.pop(0)
    pulumi.runtime.set_all_config(pulumi.runtime.get_config_env(), pulumi.runtime.get_config_secret_keys_env())
    pulumi.runtime.configure(
        pulumi.runtime.Settings(
            monitor=arguments.monitor,
            engine=arguments.engine,
            project=arguments.project,
            stack=arguments.stack,
            parallel=arguments.parallel,
            dry_run=arguments.dry_run,
            organization=arguments.organization,
            root_directory=arguments.root,
        )
    )
    # Futures that a failing program leaves unobserved are no news to anybody.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    sys.argv = [arguments.program]
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    # Each registration waits in a thread of the SDK until the engine has done it.
    pool = ThreadPoolExecutor(max_workers=max(8, min(256, 4 * arguments.parallel)))
    loop.set_default_executor(pool)
    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(lambda: _run_program(arguments.program)))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return 1
    except Exception:  # noqa: BLE001 - the outermost loop of this process
        pulumi.log.error("Program failed with an unhandled exception:\n" + traceback.format_exc())
        return ALREADY_LOGGED
    finally:
        # Logging is a task of the loop.
        pending = asyncio.all_tasks(loop)
        if pending:
            loop.run_until_complete(asyncio.wait(pending, timeout=5))
        sys.stdout.flush()
        sys.stderr.flush()
    return RAN_TO_ITS_END


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads that wait for an answer of an engine that is leaving would hold the process.
    os._exit(code)
