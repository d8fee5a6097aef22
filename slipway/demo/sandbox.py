"""The demo's own sandbox, started and ended through its command line like anybody else's."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slipway import child
from slipway.demo import processes
from slipway.failure import Failure

if TYPE_CHECKING:
    from slipway.demo.run_folder import RunFolder

DEFAULT_PORT = 4747
COMMAND = (sys.executable, "-m", "slipway.sandbox")
# what a user's shell may carry that must not reach the sandbox's clients
FOREIGN = ("AWS_", "PULUMI_")


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """A sandbox that answers."""

    folder: RunFolder
    endpoint: str
    port: int
    pid: int
    moved: bool
    """Whether the default port was taken."""

    def down(self) -> None:
        """End it, and whatever it started."""
        finished = child.run([*COMMAND, "down", "--state", str(self.folder.state)], cwd=self.folder.project)
        if finished.code != 0:
            raise Failure(f"the sandbox did not go down: {finished.tail()}")


def up(folder: RunFolder) -> Sandbox:
    """Start a sandbox with its state in the run's copy, on the default port or, when that is taken, a free one."""
    moved = not processes.port_is_free(DEFAULT_PORT)
    finished = _up(folder, processes.free_port() if moved else DEFAULT_PORT)
    if finished.code != 0 and not moved and not processes.port_is_free(DEFAULT_PORT):
        moved, finished = True, _up(folder, processes.free_port())  # somebody was quicker
    if finished.code != 0:
        raise Failure(
            f"the sandbox did not start: {finished.tail()}\n  its log: {folder.state / 'logs' / 'sandbox.log'}"
        )
    running = json.loads((folder.state / "sandbox.json").read_text("utf-8"))
    return Sandbox(folder=folder, endpoint=running["endpoint"], port=running["port"], pid=running["pid"], moved=moved)


def _up(folder: RunFolder, port: int) -> child.Finished:
    words = ["up", "--state", str(folder.state), "--port", str(port), "--project", str(folder.project)]
    return child.run([*COMMAND, *words], cwd=folder.project)


def adopt(folder: RunFolder) -> None:
    """Make the sandbox this process's AWS and Pulumi backend, and that of all that it starts from here on."""
    finished = child.run([*COMMAND, "env", "--json", "--state", str(folder.state)], cwd=folder.project)
    if finished.code != 0:
        raise Failure(f"the sandbox does not say how to reach it: {finished.tail()}")
    drop_foreign()
    os.environ.update(json.loads(finished.stdout))


def drop_foreign() -> None:
    """Forget what the user's shell says about AWS and Pulumi: a profile of a real account has no place here."""
    for name in [name for name in os.environ if name.startswith(FOREIGN)]:
        del os.environ[name]
