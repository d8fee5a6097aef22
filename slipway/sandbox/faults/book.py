"""The faults that are asked for, how often each has struck, kept in one file so that a restart does not end them."""

import json
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slipway.sandbox.faults.fault import Fault, FaultError, fault_of
from slipway.sandbox.state_folder import write_whole

log = logging.getLogger(__name__)


@dataclass
class Entry:
    """A fault and what became of it."""

    number: int
    fault: Fault
    met: int = 0
    struck: int = 0

    @property
    def spent(self) -> bool:
        """Whether it will not strike again."""
        return self.fault.times is not None and self.struck >= self.fault.times

    def document(self) -> dict[str, Any]:
        """Return it as JSON, with what is left of it."""
        return self.fault.document() | {"id": self.number, "met": self.met, "struck": self.struck, "spent": self.spent}


class FaultBook:
    """Every method may be called from any thread."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._entries: list[Entry] = []
        self._next = 1
        self._read()

    @property
    def empty(self) -> bool:
        """Whether nothing is asked for: then no call is looked at."""
        return not self._entries

    def add(self, fault: Fault) -> dict[str, Any]:
        """Begin to let a fault strike; returns it with its id."""
        with self._lock:
            entry = Entry(self._next, fault)
            self._next += 1
            self._entries.append(entry)
            self._write()
            return entry.document()

    def all(self) -> list[dict[str, Any]]:
        """Every fault that was asked for and not cleared, those that are spent too."""
        with self._lock:
            return [entry.document() for entry in self._entries]

    def clear(self, number: int | None = None) -> int:
        """End one fault, or all of them; returns how many there were."""
        with self._lock:
            before = len(self._entries)
            self._entries = [entry for entry in self._entries if number is not None and entry.number != number]
            self._write()
            return before - len(self._entries)

    def strike(self, kinds: Iterable[str], operation: str, texts: Callable[[], Iterator[str]]) -> Fault | None:
        """Return the first fault of these kinds that a call meets and that strikes now, and count it."""
        if self.empty:
            return None
        wanted = set(kinds)
        with self._lock:
            for entry in self._entries:
                if entry.fault.kind not in wanted or entry.spent or not entry.fault.meets(operation, texts()):
                    continue
                entry.met += 1
                if entry.met <= entry.fault.after:
                    self._write()
                    continue
                entry.struck += 1
                self._write()
                log.info("fault %d (%s) strikes %s", entry.number, entry.fault.kind, operation)
                return entry.fault
        return None

    def _write(self) -> None:
        if not self._entries:
            self._file.unlink(missing_ok=True)
            return
        write_whole(self._file, json.dumps([entry.document() for entry in self._entries], indent=2) + "\n")

    def _read(self) -> None:
        try:
            stored = json.loads(self._file.read_text(encoding="utf-8"))
            for found in stored:
                fault = fault_of({name: found[name] for name in Fault.__dataclass_fields__})
                self._entries.append(Entry(int(found["id"]), fault, int(found["met"]), int(found["struck"])))
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError, FaultError) as error:
            # what cannot be read was no user's data: say it, and go on without faults
            log.warning("the faults in %s cannot be read and are dropped: %s", self._file, error)
            self._entries = []
        self._next = max((entry.number for entry in self._entries), default=0) + 1
