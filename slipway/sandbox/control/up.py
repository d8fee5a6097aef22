"""`up`: start the serving process, detached, and wait until it answers."""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from slipway.sandbox.control.logs import tail
from slipway.sandbox.control.probe import health
from slipway.sandbox.control.serve import Options
from slipway.sandbox.state_folder import Running, StateError, StateFolder

PATIENCE = 30.0
"""Seconds until a sandbox that does not answer counts as failed; it takes one."""


@dataclass(frozen=True)
class Started:
    """A sandbox that answers, and what its user should know."""

    running: Running
    already: bool
    notes: list[str] = field(default_factory=list)


def up(options: Options, *, port_given: bool, asked: Mapping[str, str]) -> Started:
    """Start the sandbox of a folder unless it runs; raises StateError when it runs as another than was asked for."""
    state = StateFolder(options.state)
    state.prepare()
    if state.is_served():
        started = _already(state, options, port_given=port_given)
        for name, value in asked.items():
            if (runs := getattr(started.running, name)) != value:
                raise StateError(
                    f"the sandbox of {state.root} already runs as {name} {runs}, not {value}: `down` it first"
                )
        return started
    notes = _clean(state)
    return Started(_start(state, options), already=False, notes=notes)


def _already(state: StateFolder, options: Options, *, port_given: bool) -> Started:
    """Wait until the sandbox that serves the folder answers, and make sure that it is the one that was asked for."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        running = state.running()
        if running is not None and health(running.port) is not None:
            break
        if not state.is_served():
            raise StateError(f"the sandbox of {state.root} has just ended: run `up` again")
        time.sleep(0.05)
    else:
        raise StateError(f"a process serves {state.root} but does not answer: see `logs`, then `down` and `up`")
    if port_given and options.port not in {0, running.port}:
        raise StateError(
            f"the sandbox of {state.root} already runs on port {running.port}, not {options.port}: `down` it first"
        )
    notes = []
    if running.project != str(options.project.absolute()):
        notes.append(f"it runs the images of {running.project}; `down` and `up` to change that")
    return Started(running, already=True, notes=notes)


def _clean(state: StateFolder) -> list[str]:
    """Remove what a killed sandbox left, and say so."""
    if not state.running_file.exists():
        return []
    stale = state.running()
    state.running_file.unlink(missing_ok=True)
    who = f"the sandbox before (pid {stale.pid})" if stale else "the sandbox before"
    return [f"{who} ended without `down`: its state is picked up"]


def _start(state: StateFolder, options: Options) -> Running:
    reader, writer = os.pipe()
    words = ["--state", str(state.root), "--port", str(options.port), "--project", str(options.project.absolute())]
    words += ["--account", options.account, "--region", options.region, "--ready-fd", str(writer)]
    with state.log_file.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "slipway.sandbox", "serve", *words],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(writer,),
            start_new_session=True,  # a Ctrl-C in this terminal must not reach it
            cwd=state.root,  # it holds no other folder busy
        )
    os.close(writer)
    with os.fdopen(reader) as pipe:
        answered, _, _ = select.select([pipe], [], [], PATIENCE)
        answer = pipe.read() if answered else ""
    if answer:
        document = json.loads(answer)
        if "error" in document:
            process.wait()
            raise StateError(document["error"])
        return Running(**document["running"])
    process.kill()
    process.wait()
    last = "\n".join(tail(state.log_file, 5))
    raise StateError(f"the sandbox did not start; the end of {state.log_file}:\n{last}")
