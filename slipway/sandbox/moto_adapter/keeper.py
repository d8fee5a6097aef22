"""Keeps moto's memory on disk: read once at the start, and written before a change is answered.

Whoever changed something waits for the snapshot that holds the change; all who wait share one. So a kill at any moment
loses nothing that was acknowledged. It survives the process, not the machine: nothing waits for the disk itself.
"""

import json
import logging
import pickle
import platform
import threading
import time
from importlib.metadata import version
from pathlib import Path

from slipway.sandbox.moto_adapter.blobs import Blobs
from slipway.sandbox.moto_adapter.quiet import QuietLock
from slipway.sandbox.moto_adapter.snapshot import dump, load

log = logging.getLogger(__name__)

PATIENCE = 2.0
"""Seconds that a snapshot waits for requests in flight to end; then it is taken among them."""
TRIES = 20
"""How often a snapshot among requests in flight is tried: they may change what it walks over."""
FORMAT = "1"
"""Raise it when `rebuilding` changes so that older snapshots can't be read."""
UNREADABLE = (
    pickle.UnpicklingError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    OSError,
    TypeError,
    ValueError,
)
"""What reading a pickle that does not fit may raise."""


class NotKeptError(Exception):
    """A change was made and could not be written down."""


class Keeper:
    """Owns the folder that moto's state lies in; every method may be called from any thread."""

    def __init__(self, folder: Path, quiet: QuietLock) -> None:
        self._folder = folder
        self._file = folder / "state.pickle"
        self._quiet = quiet
        self._turn = threading.Condition()
        self._changes = 0
        self._kept = 0
        self._failed = (0, "")
        """The last change that was tried to be written without success, and why."""
        self._stopping = False
        self._over = False
        """Nothing is written any more."""
        self._restored = False
        self._thread = threading.Thread(target=self._run, name="moto-snapshots", daemon=True)

    def restore(self) -> None:
        """Give moto back its last snapshot; one of another version of moto is set aside, not tried."""
        self._restored = True
        try:
            head, _, data = self._file.read_bytes().partition(b"\n")
        except FileNotFoundError:
            return
        if _read(head) != _stamp():
            aside = self._file.with_name("state-of-another-version.pickle")
            self._file.replace(aside)
            log.warning("moto's state was written by %s, this is %s: set aside as %s", head, _stamp(), aside)
            return
        began = time.monotonic()
        try:
            load(data, self._blobs())
        except UNREADABLE as error:
            aside = self._file.with_name("state-that-cannot-be-read.pickle")
            self._file.replace(aside)
            log.exception("moto's state cannot be read: set aside as %s", aside, exc_info=error)
            return
        log.info("moto's state restored (%d KiB, %.2f s)", len(data) // 1024, time.monotonic() - began)

    def keep(self) -> None:
        """Return when what has changed until now is written down. Raises NotKeptError."""
        with self._turn:
            self._changes += 1
            mine = self._changes
            self._turn.notify_all()
            self._turn.wait_for(lambda: self._kept >= mine or self._failed[0] >= mine or self._over)
            if self._kept < mine:
                raise NotKeptError(self._failed[1] or "the sandbox ends")

    def start(self) -> None:
        """Begin to write snapshots."""
        self._thread.start()

    def stop(self) -> bool:
        """Write the last snapshot, if anything changed since the last one; tell whether everything is kept."""
        with self._turn:
            self._stopping = True
            self._turn.notify_all()
        if self._thread.is_alive():
            self._thread.join()
        if self._kept < self._changes:
            self._write(self._changes)
        with self._turn:
            self._over = True
            self._turn.notify_all()
        return self._kept >= self._changes

    def _waited_for(self) -> bool:
        return self._changes > max(self._kept, self._failed[0])

    def _run(self) -> None:
        while True:
            with self._turn:
                self._turn.wait_for(lambda: self._stopping or self._waited_for())
                if not self._waited_for():
                    break
                wanted = self._changes
            self._write(wanted)

    def _write(self, wanted: int) -> None:
        """Write down everything up to a change, and tell those who wait for it."""
        problem = ""
        try:
            if self._restored:  # else nothing was loaded, so nothing can have changed
                self._save()
        except (OSError, RuntimeError) as error:
            log.exception("moto's state cannot be written to %s", self._folder)
            problem = f"{type(error).__name__}: {error}"
        with self._turn:
            if problem:
                self._failed = (wanted, problem)
            else:
                self._kept = wanted
            self._turn.notify_all()

    def _save(self) -> None:
        began = time.monotonic()
        with self._quiet.alone(PATIENCE):
            blobs = self._blobs()
            data = self._dumped(blobs)
            took = time.monotonic() - began
        beside = self._file.with_suffix(".part")
        beside.write_bytes(json.dumps(_stamp()).encode() + b"\n" + data)
        beside.replace(self._file)
        blobs.sweep()
        log.debug("moto's state saved: %d KiB in %.3f s", len(data) // 1024, took)

    def _dumped(self, blobs: Blobs) -> bytes:
        for _ in range(TRIES - 1):
            try:
                return dump(blobs)
            except RuntimeError as error:  # a dictionary changed while it was walked over
                log.debug("a snapshot among requests in flight is tried again: %s", error)
        return dump(blobs)

    def _blobs(self) -> Blobs:
        return Blobs(self._folder / "blobs")


def _read(head: bytes) -> object:
    try:
        return json.loads(head)
    except ValueError:
        return None


def _stamp() -> dict[str, str]:
    return {"format": FORMAT, "moto": version("moto"), "python": platform.python_version().rpartition(".")[0]}
