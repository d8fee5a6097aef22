"""Running one operation: the core's request, the readers of its events, signals, lock, history."""

import contextlib
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

from slipway.engine.backend.durable import explain
from slipway.engine.backend.history import add_entry
from slipway.engine.backend.lock import locked
from slipway.engine.cli.session import Session
from slipway.engine.cli.stack_state import stack_outputs
from slipway.engine.codec.state import StateCodec
from slipway.engine.config import ConfigValue
from slipway.engine.deployment_secrets import encrypted_anew
from slipway.engine.display import Digest, HumanDisplay, PlainDisplay, Style, TerminalDisplay
from slipway.engine.errors import EngineError
from slipway.engine.request import OperationKind, OperationRequest, Options, Stop

Reader = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, kw_only=True)
class Showing:
    """How an operation is shown."""

    json: bool = False
    style: Style
    event_log: str | None = None
    message: str = ""


@dataclass(frozen=True)
class Outcome:
    """How an operation ended."""

    succeeded: bool
    changes: Mapping[str, int]


class Runner:
    """Runs operations of one command on one stack."""

    def __init__(self, session: Session, config: Mapping[str, ConfigValue], showing: Showing) -> None:
        self._session = session
        self._config = config
        self._showing = showing
        self._stop = Stop()
        self._log_mode = "wb"
        self._display: HumanDisplay | None = None
        self._planned: Mapping[str, str] = {}

    def print_details(self) -> None:
        """Print every property that the last preview would change."""
        if self._display is not None:
            print(self._display.details(), end="")

    def run(self, kind: OperationKind, options: Options) -> Outcome:
        """Run one operation; anything but a dry run holds the lock and leaves history and a backup."""
        session, dry = self._session, options.dry_run or kind == "preview"
        with ExitStack() as held:
            if not dry:
                held.enter_context(locked(session.backend, session.stack))
            checkpoint = session.backend.load(session.stack)
            deployment = self._readable(checkpoint.deployment)
            started = int(time.time())
            summary: dict[str, Any] = {}
            emit = held.enter_context(self._readers(kind, dry=dry, summary=summary))
            request = OperationRequest(
                kind=kind,
                project=session.project,
                stack=session.stack.name,
                config=self._config,
                deployment=deployment,
                secrets=session.secrets,
                persist=None if dry else self._persist,
                emit=emit,
                options=options,
                stop=self._stop,
                read_stack=self._read_stack,
                folder=session.folder,
            )
            # Loaded late: gRPC takes a fifth of a second, which the key derivation uses meanwhile.
            from slipway.engine import operation  # noqa: PLC0415

            session.secrets.verify()
            with _stopping(self._stop, self._display):
                result = operation.run(request)
            if not dry:
                self._remember(kind, started, succeeded=result.succeeded, changes=result.resource_changes)
        return Outcome(result.succeeded, summary.get("resourceChanges") or result.resource_changes)

    def _persist(self, data: bytes) -> None:
        # Resource hooks are the one feature of a later format that the engine writes.
        features = ("hooks",) if b'"resourceHooks":{' in data else ()
        self._session.backend.save(self._session.stack, data, features=features)

    def _readable(self, deployment: dict[str, Any] | None) -> dict[str, Any] | None:
        """Return the deployment under the stack's own key, should it come from elsewhere."""
        old = self._session.foreign_secrets(deployment)
        if old is None:
            return deployment
        anew: dict[str, Any] = encrypted_anew(deployment, old, self._session.secrets)
        return anew

    def _read_stack(self, name: str) -> dict[str, Any]:
        """Return the outputs of another stack of the backend, its secrets opened and marked."""
        session = self._session
        ref = session.reference(name)
        if not session.backend.exists(ref):
            raise EngineError(f'unknown stack "{name}"')
        deployment = session.backend.load(ref).deployment
        manager = session.secrets_of(deployment) or session.secrets
        outputs: dict[str, Any] = StateCodec(manager.encrypt, manager.decrypt).decode(stack_outputs(deployment))
        return outputs

    def _remember(self, kind: str, started: int, *, succeeded: bool, changes: Mapping[str, int]) -> None:
        session = self._session
        kinds = {"up": "update"}
        add_entry(
            session.backend,
            session.stack,
            {
                "kind": kinds.get(kind, kind),
                "startTime": started,
                "message": self._showing.message,
                "environment": {"exec.kind": "cli", "pulumi.engine": "slipway-engine"},
                "config": dict(session.stack_file().values),
                "result": "succeeded" if succeeded else "failed",
                "endTime": int(time.time()),
                "resourceChanges": dict(changes),
            },
        )
        session.backend.back_up(session.stack)

    @contextmanager
    def _readers(self, kind: OperationKind, *, dry: bool, summary: dict[str, Any]) -> Iterator[Reader]:
        """Give the function that every event goes to: log, then display."""
        readers: list[Reader] = []
        with ExitStack() as open_files:
            if self._showing.event_log:
                log = open_files.enter_context(self._open_log(self._showing.event_log))
                readers.append(lambda event: _write_log(log, event))
            digest = human = None
            if self._showing.json and kind == "preview" and not _streaming():
                shown = {key: "[secret]" if value.secret else value.value for key, value in self._config.items()}
                digest = Digest(shown, show_sames=self._showing.style.show_sames)
                readers.append(digest.event)
            elif self._showing.json:
                readers.append(lambda event: _write_line(sys.stdout, event))
            else:
                human = self._display = self._open_display(kind, dry=dry)
                readers.append(human.event)
            writing = threading.Lock()

            def emit(event: dict[str, Any]) -> None:
                with writing:
                    summary.update(event.get("summaryEvent") or {})
                    for reader in readers.copy():
                        _deliver(reader, event, readers)

            try:
                yield emit
            finally:
                with contextlib.suppress(OSError):  # the reader left, or the terminal is gone
                    if digest:
                        print(digest.text())
                    if human:
                        human.close()
                        self._planned = human.planned

    def _open_display(self, kind: OperationKind, *, dry: bool) -> HumanDisplay:
        style = self._showing.style
        display = TerminalDisplay if style.tree else PlainDisplay
        planned = {} if dry else self._planned
        return display(sys.stdout, kind, self._session.stack.name, dry_run=dry, style=style, planned=planned)

    def _open_log(self, name: str) -> IO[bytes]:
        path = Path(self._session.folder, name)
        try:
            # Unbuffered: each line is out when its event is, and closing has nothing left that could fail.
            log = path.open(self._log_mode, buffering=0)
        except OSError as error:
            raise explain(error, "write the event log", path) from error
        # A preview and the update after it share one log.
        self._log_mode = "ab"
        return log


def _deliver(reader: Reader, event: dict[str, Any], readers: list[Reader]) -> None:
    """Hand an event to a reader; one that can't write any more is left out, and the operation goes on.

    A full disk under the event log, or `up | head`, must not end an update half way.
    """
    try:
        reader(event)
    except OSError as error:
        readers.remove(reader)
        with contextlib.suppress(OSError):
            print(f"warning: events are no longer written: {error.strerror or error}", file=sys.stderr)


def _streaming() -> bool:
    return os.environ.get("PULUMI_ENABLE_STREAMING_JSON_PREVIEW", "").lower() in ("1", "true")


def _write_log(log: IO[bytes], event: dict[str, Any]) -> None:
    log.write(_line(event).encode())


def _write_line(out: IO[str], event: dict[str, Any]) -> None:
    out.write(_line(event))
    out.flush()


def _line(event: dict[str, Any]) -> str:
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False) + "\n"


@contextmanager
def _stopping(stop: Stop, display: HumanDisplay | None) -> Iterator[None]:
    """Let SIGINT and SIGTERM stop the operation: the first waits for what is in flight, the second does not."""
    # A handler may fill a queue, whatever it interrupted. It may not take the lock of an Event: a second signal inside
    # that lock would wait for itself.
    received: SimpleQueue[bool] = SimpleQueue()

    def handle(*_: Any) -> None:
        received.put(True)

    def pass_on() -> None:
        while received.get():
            if stop.canceled.is_set():
                text = "\n^C received; terminating.\n"
            else:
                text = (
                    "\n^C received; cancelling. If you would like to terminate immediately, press ^C again.\n"
                    "Note that terminating immediately may lead to orphaned resources and other inconsistencies.\n"
                )
            if isinstance(display, TerminalDisplay):
                display.say(text)  # written past it, the tree would be painted over it
            else:
                os.write(sys.stderr.fileno(), text.encode())
            stop.signal()

    listener = threading.Thread(target=pass_on, name="signals", daemon=True)
    listener.start()
    old = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
        received.put(False)
        listener.join()
