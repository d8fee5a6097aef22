"""Keeps moto's memory on disk: read once at the start, written soon after changes and at the end."""

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

CALM = 0.3
"""Seconds without a change after which a snapshot is worth its time."""
LONGEST = 3.0
"""Seconds after the first change at which a snapshot is due, calm or not."""
SHARE = 20
"""A snapshot may take one part in this many of the process's time."""


PAUSE = 2.0
"""Seconds after a snapshot that could not be taken."""
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


class Keeper:
    """Owns the folder that moto's state lies in."""

    def __init__(self, folder: Path, quiet: QuietLock) -> None:
        self._folder = folder
        self._file = folder / "state.pickle"
        self._quiet = quiet
        self._changed = threading.Event()
        self._stopping = threading.Event()
        self._last_change = 0.0
        self._unsaved = False
        self._restored = False
        self._saving = threading.Lock()
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

    def changed(self) -> None:
        """Something may have changed: write a snapshot soon."""
        self._unsaved = True
        self._last_change = time.monotonic()
        self._changed.set()

    def start(self) -> None:
        """Begin to watch for changes."""
        self._thread.start()

    def stop(self) -> bool:
        """Write the last snapshot, if anything changed since the last one; tell whether everything is kept."""
        self._stopping.set()
        self._changed.set()
        if self._thread.is_alive():
            self._thread.join()
        if not self._unsaved:
            return True
        try:
            return self._save(patience=2.0, insist=True)
        except OSError:
            log.exception("the last changes are not kept: cannot write to %s", self._folder)
            return False

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._changed.wait()
            due = time.monotonic() + LONGEST
            while not self._stopping.is_set() and time.monotonic() < min(due, self._last_change + CALM):
                self._stopping.wait(CALM / 3)
            if self._stopping.is_set():
                return
            self._changed.clear()
            began = time.monotonic()
            try:
                saved = self._save(patience=0.5, insist=False)
            except OSError:
                log.exception("cannot write moto's state to %s", self._folder)
                saved = False
            if not saved:
                self._unsaved = True
                self._changed.set()
            self._stopping.wait((time.monotonic() - began) * SHARE if saved else PAUSE)

    def _save(self, patience: float, *, insist: bool) -> bool:
        if not self._restored:  # nothing was loaded, so nothing can have changed
            return True
        with self._saving, self._quiet.alone(patience) as quiet:
            if not quiet and not insist:
                return False
            began = time.monotonic()
            self._unsaved = False
            blobs = self._blobs()
            data = dump(blobs)
            took = time.monotonic() - began
        beside = self._file.with_suffix(".part")
        beside.write_bytes(json.dumps(_stamp()).encode() + b"\n" + data)
        beside.replace(self._file)
        blobs.sweep()
        log.debug("moto's state saved: %d KiB in %.3f s", len(data) // 1024, took)
        return True

    def _blobs(self) -> Blobs:
        return Blobs(self._folder / "blobs")


def _read(head: bytes) -> object:
    try:
        return json.loads(head)
    except ValueError:
        return None


def _stamp() -> dict[str, str]:
    return {"format": FORMAT, "moto": version("moto"), "python": platform.python_version().rpartition(".")[0]}
