"""Starts engines by forking: this process has everything imported, so that a run costs a third of a cold one.

It reads one JSON line a run (`argv`, `cwd`, `env`, `output`, `point`, `writes`), and answers with one when the engine
and all that it started have ended. Processes that lose their parent become children of this one, so nothing escapes it.
"""

import ctypes
import json
import os
import runpy
import signal
import sys
import time
from pathlib import Path
from typing import Any

import slipway.engine.operation  # noqa: F401 - what a run would import late
from slipway.engine.secrets import passphrase
from tests.kills.points import Deaths, Point

PR_SET_CHILD_SUBREAPER = 36
PATIENCE = 15.0
"""Seconds that processes get to notice that their engine is gone."""


def _become(order: dict[str, Any]) -> int:
    """Be the engine."""
    os.environ.clear()
    os.environ.update(order["env"])
    os.chdir(order["cwd"])
    nothing = os.open(os.devnull, os.O_RDONLY)
    output = os.open(order["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(nothing, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    point = Point.parse(order["point"]) if order["point"] else None
    Deaths(point, Path(order["writes"])).arm()
    sys.argv = ["pulumi", *order["argv"]]
    try:
        runpy.run_module("slipway.engine", run_name="__main__", alter_sys=True)
    except SystemExit as leaving:
        return int(leaving.code or 0)
    finally:
        sys.stdout.flush()
    return 0


def _reap(deadline: float) -> list[str]:
    """Wait until no child is left; return the command lines of those that had to be killed."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return []
        if pid:
            continue
        if time.monotonic() > deadline:
            break
        time.sleep(0.02)
    children = [int(word) for word in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()]
    left = [Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ").strip() for child in children]
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return left


def main() -> None:
    """Serve until stdin is closed."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    passphrase._ROUNDS = 10  # the derivation's cost is the point of it, not of these tests
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            try:
                os._exit(_become(order))
            finally:
                os._exit(70)
        _, status = os.waitpid(child, 0)
        left = _reap(time.monotonic() + PATIENCE)
        print(json.dumps({"code": os.waitstatus_to_exitcode(status), "left": left}), flush=True)


if __name__ == "__main__":
    main()
