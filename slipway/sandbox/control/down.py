"""`down`: stop the serving process and make sure that nothing of it is left."""

import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

from slipway.sandbox.control.leftovers import end_leftovers
from slipway.sandbox.state_folder import StateError, StateFolder

PATIENCE = 40.0
"""Seconds for an orderly end: a serving container alone may take 30 after SIGTERM."""


@dataclass(frozen=True)
class Report:
    """What `down` found and did."""

    stopped: bool
    text: str
    notes: list[str] = field(default_factory=list)


def down(state: StateFolder) -> Report:
    """Stop the sandbox of a folder; fine when none runs. Raises StateError when its last changes could not be kept."""
    running = state.running()
    if running is not None and _dead(running.pid):
        _ended(state, 5.0)  # killed a moment ago: the lock is free once the last of its threads is gone
    if not state.is_served():
        ended = end_leftovers(state) if running is not None else 0
        state.running_file.unlink(missing_ok=True)
        tidied = f"; ended {ended} process(es) that a killed one left" if ended else ""
        return Report(stopped=False, text=f"no sandbox runs for {state.root}{tidied}")
    while running is None and state.is_served():  # it is just starting: its file comes in a moment
        time.sleep(0.05)
        running = state.running()
    if running is None:
        return Report(stopped=False, text=f"no sandbox runs for {state.root}")
    _signal(running.pid, signal.SIGTERM)
    if _ended(state, PATIENCE):
        if state.running_file.exists():
            state.running_file.unlink()
            raise StateError(
                f"the sandbox of {state.root} is stopped, but its last changes could not be written there: free some "
                "space or permit writing; what the stacks' states name and the sandbox has lost, "
                "`pulumi refresh` takes out of them"
            )
        return Report(stopped=True, text=f"stopped the sandbox of {state.root}")
    _signal(running.pid, signal.SIGKILL)
    _ended(state, 5.0)
    ended = end_leftovers(state)
    state.running_file.unlink(missing_ok=True)
    note = f"it did not stop within {PATIENCE:.0f} s and was killed, with {ended} process(es) of its own"
    return Report(stopped=True, text=f"stopped the sandbox of {state.root}: {note}", notes=[note])


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _dead(pid: int) -> bool:
    """Whether a process is gone, or only waits to be; without /proc a process that waits counts as alive."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        pass
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def _ended(state: StateFolder, patience: float) -> bool:
    """Whether the folder's lock came free in time: the kernel frees it when the process is gone."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if not state.is_served():
            return True
        time.sleep(0.02)
    return False
