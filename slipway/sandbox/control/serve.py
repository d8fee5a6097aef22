"""The sandbox's own process: from the lock on its folder to the last child that ends."""

import json
import logging
import os
import signal
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from errno import EADDRINUSE
from pathlib import Path
from queue import SimpleQueue

from slipway.sandbox.control.environment import write_provider
from slipway.sandbox.control.probe import occupant
from slipway.sandbox.state_folder import Running, StateError, StateFolder

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Options:
    """What a sandbox is started with."""

    state: Path
    port: int
    project: Path
    account: str
    region: str
    enforce_iam: bool = False


def serve(options: Options, ready: Callable[[Running], None]) -> None:
    """Serve until SIGTERM or SIGINT; calls `ready` once requests are answered. Raises StateError."""
    state = StateFolder(options.state)
    state.prepare()
    with state.lock() as free:
        if not free:
            raise StateError(f"another process already serves {state.root}")
        # filled from signal handlers, whatever they interrupt; the lock of an Event may not be taken there
        stop: SimpleQueue[None] = SimpleQueue()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.put(None))
        _serve(state, options, ready, stop)
        logging.shutdown()
        # the lock ends with the process, so that who sees it free sees the process gone; a request that still waits
        # somewhere (a long poll of SQS) is not waited for
        os._exit(0)


def _serve(state: StateFolder, options: Options, ready: Callable[[Running], None], stop: SimpleQueue[None]) -> None:
    from slipway.sandbox.assembly import Sandbox  # noqa: PLC0415  (the server's imports; `up` need not pay for them)

    secret = state.secret(options.account)
    write_provider(state)
    project = options.project.absolute()
    try:
        sandbox = Sandbox(
            state,
            secret,
            options.region,
            project,
            health=lambda: _health(state, options),
            enforce_iam=options.enforce_iam,
        )
    except sqlite3.DatabaseError as error:
        raise StateError(
            f"the store {state.store_file} cannot be read ({error}): move it away to start anew"
        ) from error
    server = sandbox.server(options.port)
    try:
        server.prepare()
    except OSError as error:
        sandbox.close()
        if error.errno == EADDRINUSE or "in use" in str(error):
            who = occupant(options.port)
            raise StateError(f"port {options.port} is taken by {who}; choose another one with --port") from error
        raise StateError(f"cannot listen on port {options.port}: {error}") from error
    port: int = server.bind_addr[1]
    running = Running(
        pid=os.getpid(),
        port=port,
        endpoint=f"http://127.0.0.1:{port}",
        account=options.account,
        region=options.region,
        project=str(options.project.absolute()),
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        enforce_iam=options.enforce_iam,
    )
    answering = threading.Thread(target=server.serve, name="gateway", daemon=True)
    sandbox.start(running.endpoint)
    answering.start()
    state.write_running(running)
    enforced = ", permissions enforced" if options.enforce_iam else ""
    log.info("ready at %s (pid %d)%s", running.endpoint, running.pid, enforced)
    ready(running)
    stop.get()
    log.info("stopping")
    # the processes first: what they still send while they end must be answered
    sandbox.end_processes()
    # then what is being answered, but no long poll is waited for
    closing = threading.Thread(target=server.stop, name="closing", daemon=True)
    closing.start()
    closing.join(timeout=2)
    # and last what was answered is written down
    if sandbox.close():
        state.running_file.unlink(missing_ok=True)  # otherwise it stays: `down` and the next `up` tell what is missing
    log.info("stopped")


def _health(state: StateFolder, options: Options) -> bytes:
    running = state.running()
    document = {"service": "slipway-sandbox", "state": str(state.root), "pid": os.getpid(), "account": options.account}
    return json.dumps(document | (asdict(running) if running else {})).encode()
