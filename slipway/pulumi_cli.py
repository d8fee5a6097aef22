"""The one place that picks the real `pulumi` or the embedded engine, and runs their commands."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from slipway import child
from slipway.event_log import EventLog
from slipway.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

MINIMUM = (3, 255)
PACK = "policy"
"""Where a project keeps its policy pack."""
EngineName = Literal["pulumi", "embedded"]


@dataclass(frozen=True, kw_only=True)
class Engine:
    """A command that understands Pulumi's command line."""

    name: EngineName
    """Which of the two it is."""
    argv: tuple[str, ...]
    """How it is started; a command's words follow."""
    title: str
    """How a person calls it."""
    reason: str
    """Why this one was picked."""


def pick(force: EngineName | None = None, *, path: str | None = None) -> Engine:
    """Pick the real `pulumi` on PATH (3.255 or newer), else the embedded engine; `force` insists on one.

    Raises Failure when the real one is insisted on and is not there or too old.
    """
    embedded = (sys.executable, "-m", "slipway.engine")
    if force == "embedded":
        return Engine(
            name="embedded", argv=embedded, title="embedded engine", reason="asked for with --engine embedded"
        )
    found = shutil.which("pulumi", path=path)
    needed = ".".join(map(str, MINIMUM))
    if found is None:
        reason = "no `pulumi` on PATH"
    else:
        version = _version(found)
        if version is not None and version[:2] >= MINIMUM:
            text = ".".join(map(str, version))
            return Engine(
                name="pulumi", argv=(found,), title=f"pulumi {text}", reason=f"pulumi {text} found at {found}"
            )
        got = "does not answer `pulumi version`" if version is None else f"is {'.'.join(map(str, version))}"
        reason = f"{found} {got}, {needed} or newer is needed"
    if force == "pulumi":
        raise Failure(f"{reason}: install it from https://www.pulumi.com/docs/install, or use --engine embedded")
    return Engine(name="embedded", argv=embedded, title="embedded engine", reason=reason)


def _version(executable: str) -> tuple[int, ...] | None:
    try:
        answer = subprocess.run(
            [executable, "version"],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.match(r"v?(\d+)\.(\d+)\.(\d+)", answer.stdout.strip())
    return tuple(int(part) for part in match.groups()) if match else None


@dataclass(frozen=True, kw_only=True)
class Recorded(child.Finished):
    """How a command ended that wrote an event log."""

    events: Path
    """The event log; it may be missing where the engine did not get that far."""


class Stack:
    """One stack of the project in `folder`, driven through an engine's command line."""

    def __init__(self, engine: Engine, folder: Path, name: str, *, logs: Path | None = None) -> None:
        self.engine = engine
        self.folder = folder
        self.name = name
        self._logs = folder / ".slipway" / "logs" if logs is None else logs

    @property
    def file(self) -> Path:
        """The stack's settings."""
        return self.folder / f"Pulumi.{self.name}.yaml"

    def init(self, *, secrets_provider: str | None = None) -> None:
        """Make the stack in the backend; its secrets are under a passphrase where no other provider is given."""
        words = () if secrets_provider is None else ("--secrets-provider", secrets_provider)
        self._capture("stack", "init", self.name, "--non-interactive", *words)

    def outputs(self) -> dict[str, Any]:
        """Return what the stack exports; secrets stay hidden."""
        text = self._capture("stack", "output", "--json", "--stack", self.name)
        found: dict[str, Any] = json.loads(text)
        return found

    def export(self) -> dict[str, Any]:
        """Return the stack's state as `stack export` gives it."""
        state: dict[str, Any] = json.loads(self._capture("stack", "export", "--stack", self.name))
        return state

    def preview(self, label: str, *, progress: Callable[[EventLog], None] | None = None) -> EventLog:
        """Say what an `up` would do."""
        return self.operate(label, "preview", progress=progress)

    def up(self, label: str, *, progress: Callable[[EventLog], None] | None = None) -> EventLog:
        """Make the stack what the program says."""
        return self.operate(label, "up", "--yes", "--skip-preview", progress=progress)

    def destroy(self, label: str, *, progress: Callable[[EventLog], None] | None = None) -> EventLog:
        """Delete everything that the stack has."""
        return self.operate(label, "destroy", "--yes", "--skip-preview", progress=progress)

    def up_attached(self, *, yes: bool, previewed: bool = False, policy_packs: Sequence[str] = ()) -> int:
        """Run `up` in this terminal, preview and question included; return the engine's exit code.

        What was `previewed` already is neither previewed nor asked about again.
        """
        asked = ("--yes", "--skip-preview") if previewed else ("--yes",) if yes else ()
        words = ("up", "--stack", self.name, *self.judged_by(policy_packs), *asked)
        return child.attached([*self.engine.argv, *words], cwd=self.folder, env=self._environment())

    def operate(self, label: str, *words: str, progress: Callable[[EventLog], None] | None = None) -> EventLog:
        """Run a command that writes an event log; its output goes to `<label>.log` in the log folder.

        Raises Failure with the errors of the log, shortened, when the command ends with anything but 0.
        """
        events = EventLog(self._events(label))
        finished = self.record(label, *words, poll=None if progress is None else lambda: progress(events.feed()))
        events.feed()
        if finished.code != 0:
            raise Failure(_explain(words[0], finished, events))
        return events

    def record(self, label: str, *words: str, poll: Callable[[], None] | None = None) -> Recorded:
        """Run a command that writes an event log and tell how it ended, well or not; the log may be missing."""
        self._logs.mkdir(parents=True, exist_ok=True)
        events = self._events(label)
        events.unlink(missing_ok=True)
        log = self._logs / f"{label}.log"
        log.unlink(missing_ok=True)
        argv = [*self.engine.argv, *words, "--stack", self.name, "--non-interactive", "--event-log", str(events)]
        finished = child.run(argv, cwd=self.folder, env=self._environment(), log=log, poll=poll)
        return Recorded(**vars(finished), events=events)

    def _events(self, label: str) -> Path:
        return self._logs / f"{label}.events.jsonl"

    def _capture(self, *words: str) -> str:
        finished = child.run([*self.engine.argv, *words], cwd=self.folder, env=self._environment())
        if finished.code != 0:
            said = finished.tail() or f"exit code {finished.code}"
            raise Failure(f"`pulumi {' '.join(words)}` failed with the {self.engine.title}: {said}")
        return finished.stdout

    def judged_by(self, packs: Sequence[str] = ()) -> tuple[str, ...]:
        """Return the words that let policy packs judge: the project's own, where it has one, and those given."""
        own = (PACK,) if (self.folder / PACK / "PulumiPolicy.yaml").exists() else ()
        return tuple(word for pack in dict.fromkeys((*own, *packs)) for word in ("--policy-pack", pack))

    @staticmethod
    def _environment() -> dict[str, str]:
        # --event-log is a debugging flag of the real CLI: it exists only with PULUMI_DEBUG_COMMANDS
        return {**os.environ, "PULUMI_DEBUG_COMMANDS": "true", "PULUMI_SKIP_UPDATE_CHECK": "true"}


def _explain(command: str, finished: child.Finished, events: EventLog) -> str:
    errors = [_short(message) for message in events.errors] or [finished.tail() or "it said nothing"]
    more = f"\n  ... and {len(errors) - 3} more" if len(errors) > 3 else ""  # noqa: PLR2004 - three fit a screen
    shown = "".join(f"\n  {message}" for message in errors[:3])
    return f"`pulumi {command}` ended with exit code {finished.code}:{shown}{more}\n  the full log: {finished.log}"


def _short(message: str, limit: int = 600) -> str:
    lines = message.strip().splitlines()
    text = "\n  ".join(lines if len(lines) <= 8 else [*lines[:2], "...", *lines[-5:]])  # noqa: PLR2004
    return text if len(text) <= limit else f"{text[:limit]} ..."
