"""What was denied to whom: a list that a person reads to find the missing statement, kept as lines of JSON."""

import json
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

MOST = 1000
"""Denials that the file keeps: the oldest go."""


@dataclass(frozen=True)
class Denial:
    """One refused permission; `count` says how often it was refused in a row of equal ones."""

    time: str
    caller: str
    action: str
    resource: str
    reason: str
    count: int = 1

    @property
    def same(self) -> tuple[str, str, str]:
        """What makes two denials one line."""
        return self.caller, self.action, self.resource


class Denials:
    """The denials of one sandbox; equal ones are counted and not repeated."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._held = {denial.same: denial for denial in read(file)}

    def add(self, denial: Denial) -> None:
        """Keep one more."""
        with self._lock:
            before = self._held.pop(denial.same, None)
            count = denial.count + (before.count if before is not None else 0)
            self._held[denial.same] = Denial(**{**asdict(denial), "count": count})
            while len(self._held) > MOST:
                del self._held[next(iter(self._held))]
            text = "".join(json.dumps(asdict(each)) + "\n" for each in self._held.values())
            beside = self._file.with_suffix(".part")
            beside.write_text(text, encoding="utf-8")
            beside.replace(self._file)


def read(file: Path) -> Iterator[Denial]:
    """Return what a file keeps, the latest last; nothing where there is none."""
    if not file.is_file():
        return
    for line in file.read_text(encoding="utf-8").splitlines():
        yield Denial(**json.loads(line))
