"""The one writer of EngineEvents: numbered, timed, in order."""

import threading
import time
from collections.abc import Callable
from typing import Any

from slipway.engine.events.concealing import Concealer
from slipway.engine.events.metadata import step_metadata
from slipway.engine.events.policies import PolicyEvents
from slipway.engine.planning.steps import Op, Step
from slipway.engine.urn import is_default_provider

Event = dict[str, Any]


class EventStream:
    """Numbers and emits events, and counts what the summary says."""

    def __init__(self, emit: Callable[[Event], None], *, preview: bool, show_secrets: bool) -> None:
        self._emit = emit
        self._preview = preview
        self._show_secrets = show_secrets
        self._lock = threading.Lock()
        self._sequence = 0
        self._over = False
        self.secrets = Concealer()
        self._started = time.monotonic()
        self.changes: dict[str, int] = {}
        self.errors: list[str] = []
        self.quiet_program = False
        """After a failure the program's own errors only follow from it."""
        self.policies = PolicyEvents(
            self._send,
            lambda message, urn: self.diagnostic("warning", message, urn),
            self.secrets.without_secrets,
            show_secrets=show_secrets,
        )

    def _send(self, event: Event) -> None:
        with self._lock:
            if self._over:
                return
            self._emit({"sequence": self._sequence, "timestamp": int(time.time())} | event)
            self._sequence += 1

    def prelude(self, config: dict[str, str]) -> None:
        """Say with which configuration the operation runs."""
        self._send({"preludeEvent": {"config": config}})

    def diagnostic(self, severity: str, message: str, urn: str = "", *, ephemeral: bool = False) -> None:
        """Say something in words; severities are debug, info, info#err, warning and error."""
        message = self.secrets.without_secrets(message)
        if severity == "error":
            self.errors.append(message.strip())
        body: Event = {"urn": urn} if urn else {}
        prefix = {"info": "", "info#err": ""}.get(severity, f"{severity}: ")
        if prefix:
            body["prefix"] = prefix
        body |= {"message": message if message.endswith("\n") else message + "\n", "color": "never"}
        body["severity"] = severity
        if ephemeral:
            body["ephemeral"] = True
        self._send({"diagnosticEvent": body})

    def program_log(self, severity: str, message: str, urn: str, *, ephemeral: bool) -> None:
        """Pass on what the program or a provider logs."""
        if severity == "error" and self.quiet_program:
            severity = "info#err"
        self.diagnostic(severity, message, urn, ephemeral=ephemeral)

    def before(self, step: Step) -> None:
        """Say that a step begins."""
        self._step("resourcePreEvent", step, step.op)

    def after(self, step: Step, op: Op | None = None) -> None:
        """Say what a step came to."""
        self._step("resOutputsEvent", step, op or step.op)

    def failed(self, step: Step, status: int) -> None:
        """Say that a step failed; status 1 means that it left something half made, 2 that nobody knows."""
        with self._lock:
            steps = self._sequence
        metadata = step_metadata(step, step.op, show_secrets=self._show_secrets)
        self._send({"resOpFailedEvent": {"metadata": metadata, "status": status, "steps": steps}})

    def _step(self, kind: str, step: Step, op: Op) -> None:
        for state in (step.old, step.new):
            if state is not None:
                self.secrets.learn([state.inputs, state.outputs])
        body: Event = {"metadata": step_metadata(step, op, show_secrets=self._show_secrets)}
        if self._preview:
            body["planning"] = True
        self._send({kind: body})

    def count(self, step: Step, op: Op | None = None) -> None:
        """Count a step for the summary; default providers are the engine's own affair."""
        if is_default_provider(step.urn):
            return
        name = str(op or step.op)
        with self._lock:
            self.changes[name] = self.changes.get(name, 0) + 1

    def summary(self, *, succeeded: bool, packs: dict[str, str], corrupt: bool = False) -> None:
        """Say how it ended."""
        self._send(
            {
                "summaryEvent": {
                    "maybeCorrupt": corrupt,
                    "durationSeconds": int(time.monotonic() - self._started),
                    "resourceChanges": dict(sorted(self.changes.items())),
                    "PolicyPacks": packs,
                    "isPreview": self._preview,
                    "result": "succeeded" if succeeded else "failed",
                }
            }
        )

    def cancel(self) -> None:
        """Say that nothing more comes; a step that ends later is not told."""
        self._send({"cancelEvent": {}})
        with self._lock:
            self._over = True
