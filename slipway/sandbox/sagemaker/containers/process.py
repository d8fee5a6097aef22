"""One container's process: its own group, its output line by line, and an end that leaves nothing behind."""

import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from slipway.sandbox.sagemaker.containers.guard import Guard

LINE_LIMIT = 250_000
"""Bytes of one log event; CloudWatch Logs takes 256 KB with its 26 bytes of overhead."""
TAIL_LINES = 25
_FLUSH_SECONDS = 0.25


class LineSink(Protocol):
    """Takes the lines of a process in order; `flush` is called now and then and at the end."""

    def write(self, line: str) -> None:
        """Take one line without its newline."""

    def flush(self) -> None:
        """Pass on what was taken."""


class ContainerProcess:
    """A started process; it is reaped, its group killed and its last lines delivered before `ended` is set."""

    def __init__(
        self,
        argv: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        sink: LineSink,
        guard: Guard,
        on_end: Callable[[], None] | None = None,
    ) -> None:
        self._sink = sink
        self._guard = guard
        self._on_end = on_end
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._stop_until: float | None = None
        self.ended = threading.Event()
        self._popen = subprocess.Popen(
            list(argv),
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        guard.add(self._popen.pid)
        _limit(self._popen.pid)
        self._pump = threading.Thread(target=self._run, name=f"container-{self._popen.pid}", daemon=True)
        self._pump.start()

    @property
    def pid(self) -> int:
        """The leader's process id, which is its group's too."""
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """The leader's exit code as docker reports it (128 + signal), None while it lives."""
        code = self._popen.returncode
        return code if code is None or code >= 0 else 128 - code

    def last_lines(self, count: int = 5) -> list[str]:
        """Return the newest lines that were not blank, oldest first."""
        return [line for line in list(self._tail) if line.strip()][-count:]

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end; False when the timeout came first."""
        return self.ended.wait(timeout)

    def signal(self, number: int) -> None:
        """Send a signal to the whole group, if any of it is left."""
        try:
            os.killpg(self._popen.pid, number)
        except (ProcessLookupError, PermissionError):
            return

    def stop(self, grace_seconds: float) -> None:
        """SIGTERM, then SIGKILL when the grace is over, and wait for the end."""
        if not self.ended.is_set():
            self._stop_until = time.monotonic() + grace_seconds
            self.signal(signal.SIGTERM)
            if not self.ended.wait(grace_seconds):
                self.signal(signal.SIGKILL)
                self.ended.wait()

    def _run(self) -> None:
        pipe = self._popen.stdout
        if pipe is None:  # never: it was asked for
            return
        watcher = threading.Thread(target=self._reap, name=f"reaper-{self.pid}", daemon=True)
        watcher.start()
        try:
            self._read(pipe.fileno())
        finally:
            watcher.join()
            pipe.close()
            self._sink.flush()
            self.ended.set()
            if self._on_end is not None:
                self._on_end()

    def _reap(self) -> None:
        """Wait for the leader; the container ends with it, so the rest of the group is killed.

        When asked to stop, a shell goes at once while its child still saves its work: then the group gets the grace.
        """
        self._popen.wait()
        while self._stop_until is not None and time.monotonic() < self._stop_until and _group_lives(self.pid):
            time.sleep(0.02)
        self.signal(signal.SIGKILL)
        self._guard.remove(self.pid)

    def _read(self, descriptor: int) -> None:
        """Deliver lines until the pipe is closed, or the leader is gone and the pipe silent (a daemon may hold it)."""
        os.set_blocking(descriptor, False)
        rest = b""
        flushed = time.monotonic()
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            while True:
                ready = selector.select(_FLUSH_SECONDS)
                chunk = os.read(descriptor, 1 << 16) if ready else b""
                if ready and not chunk:
                    break
                *lines, rest = (rest + chunk).split(b"\n")
                while len(rest) > LINE_LIMIT:
                    lines, rest = [*lines, rest[:LINE_LIMIT]], rest[LINE_LIMIT:]
                for line in lines:
                    self._deliver(line)
                if not ready and self._popen.returncode is not None:
                    break
                if time.monotonic() - flushed >= _FLUSH_SECONDS:
                    self._sink.flush()
                    flushed = time.monotonic()
        if rest:
            self._deliver(rest)

    def _deliver(self, line: bytes) -> None:
        text = line.decode("utf-8", errors="replace").rstrip("\r")
        self._tail.append(text)
        self._sink.write(text)


def _group_lives(group: int) -> bool:
    """Tell whether any process of a group still runs; zombies that nobody reaped do not."""
    proc = Path("/proc")
    if not proc.is_dir():
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        return True
    return any(_state(entry) == (group, True) for entry in proc.iterdir() if entry.name.isdigit())


def _state(entry: Path) -> tuple[int, bool]:
    try:
        # after the name in parentheses: state, parent, group
        state, _, group, *_ = (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except (OSError, ValueError):
        return 0, False
    return int(group), state not in {"Z", "X"}


def _limit(pid: int) -> None:
    """No core dumps: they would fill the folder the process runs in."""
    if sys.platform == "linux":
        import resource  # noqa: PLC0415 - not on every platform

        try:
            resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
        except (ProcessLookupError, PermissionError):
            return
