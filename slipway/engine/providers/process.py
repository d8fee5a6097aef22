"""A provider plugin as a process: found, started, asked for its port, ended."""

import collections
import contextlib
import os
import selectors
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from slipway.engine.errors import EngineError

START_LIMIT = 60.0
_LAST_PORT = 65535
LEAVE_LIMIT = 2.0


def find_plugin(package: str, version: str, folders: Mapping[str, Path]) -> Path:
    """Return the executable that serves a package: from Pulumi.yaml, PATH, or the plugin cache, in this order."""
    name = f"pulumi-resource-{package}"
    folder = folders.get(package)
    if folder is not None:
        if not folder.is_dir():
            raise EngineError(f"parsing plugin options for '{package}': no folder at path {folder}")
        if not os.access(folder / name, os.X_OK):
            lacks = f"`chmod +x {folder / name}`" if (folder / name).exists() else "correct `path` in Pulumi.yaml"
            raise EngineError(f"provider '{package}': {folder} has no executable {name}: {lacks}")
        return folder / name
    found = shutil.which(name)
    if found:
        return Path(found)
    cache = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi") / "plugins"
    for candidate in (cache / f"resource-{package}-v{version}",) if version else ():
        if os.access(candidate / name, os.X_OK):
            return candidate / name
    raise EngineError(
        f"no provider for package '{package}' found: neither plugins.providers of Pulumi.yaml nor PATH has {name}. "
        'For the local sandbox, run `eval "$(slipway sandbox env)"` first'
    )


class PluginProcess:
    """One running plugin. It has a process group of its own, so that Ctrl-C reaches the engine alone."""

    def __init__(self, label: str, argv: list[str], cwd: Path, env: Mapping[str, str]) -> None:
        self.label = label
        self._path = argv[0]
        try:
            self._process = subprocess.Popen(
                argv,
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                process_group=0,
            )
        except OSError as error:
            raise EngineError(
                f"could not start plugin {label} ({argv[0]}): {error.strerror}; it has to be a program of this "
                "machine, or a script whose first line names an interpreter that exists"
            ) from error
        self._tail: collections.deque[str] = collections.deque(maxlen=40)
        self._port: int | None = None
        self._lock = threading.Lock()
        self._pumps: list[threading.Thread] = []
        self._pump(self._process.stderr)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def port(self) -> int:
        """Wait for the port that the plugin prints first, and return it."""
        with self._lock:
            if self._port is None:
                self._port = self._read_port()
            return self._port

    def _read_port(self) -> int:
        out = self._process.stdout
        if out is None:
            raise EngineError(f"plugin {self.label} has no output")
        line = b""
        deadline = time.monotonic() + START_LIMIT
        with selectors.DefaultSelector() as selector:
            selector.register(out, selectors.EVENT_READ)
            while not line.endswith(b"\n"):
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise EngineError(f"plugin {self.label} did not print its port within {START_LIMIT:.0f} s")
                byte = os.read(out.fileno(), 1)
                if not byte:
                    raise EngineError(f"could not read plugin {self.label}: {self.death()}")
                line += byte
        text = line.decode(errors="replace").strip()
        if not text.isdecimal() or not 0 < int(text) <= _LAST_PORT:
            raise EngineError(
                f"plugin {self.label} wrote {text!r} to stdout where its port was expected: a number from 1 to "
                f"{_LAST_PORT}; is {self._path} a resource provider?"
            )
        self._pump(out)
        return int(text)

    def _pump(self, stream: object) -> None:
        """Read on, so that the plugin never blocks; the last lines are kept for the case that it dies."""

        def run() -> None:
            for line in stream:  # type: ignore[attr-defined]
                self._tail.append(line.decode(errors="replace").rstrip())

        thread = threading.Thread(target=run, name=f"output of {self.label}", daemon=True)
        thread.start()
        self._pumps.append(thread)

    def death(self) -> str:
        """Return how the process ended, with its last words."""
        try:
            code = self._process.wait(LEAVE_LIMIT)
        except subprocess.TimeoutExpired:
            return "it closed its output and still runs"
        for thread in self._pumps:
            thread.join(1)
        ended = f"it was ended by signal {-code}" if code < 0 else f"exit status {code}"
        words = "\n".join(self._tail)
        return f"{ended}\n{words}" if words else ended

    def interrupt(self) -> None:
        """Ask the process to leave."""
        if self.alive:
            self._process.send_signal(signal.SIGINT)

    def finish(self, deadline: float) -> None:
        """Wait until the process has left, and end its whole group when it has not by then."""
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.kill()
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None and not self._pumps:
                stream.close()

    def kill(self) -> None:
        """End the process and what it started, at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
