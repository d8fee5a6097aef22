"""What was denied to whom: a list that a person reads to find the missing statement, kept as lines of JSON."""

import dataclasses
import json
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

MOST = 1000
"""Different denials that are kept: the oldest go."""


@dataclass(frozen=True)
class Denial:
    """One refused permission; `count` says how often it was refused."""

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
    """The denials of one sandbox: a line each as they come, equal ones put together now and then, and when read."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._added = 0

    def add(self, denial: Denial) -> None:
        """Keep one more."""
        with self._lock:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(denial)) + "\n")
            self._added += 1
            if self._added > MOST:
                self._added = 0
                beside = self._file.with_suffix(".part")
                beside.write_text(
                    "".join(json.dumps(asdict(each)) + "\n" for each in read(self._file)), encoding="utf-8"
                )
                beside.replace(self._file)


def read(file: Path) -> list[Denial]:
    """Return what a file keeps, equal denials as one, the latest last; nothing where there is none."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    held: dict[tuple[str, str, str], Denial] = {}
    for line in lines:
        denial = Denial(**json.loads(line))
        before = held.pop(denial.same, None)
        held[denial.same] = dataclasses.replace(denial, count=denial.count + (before.count if before else 0))
    return list(held.values())[-MOST:]
