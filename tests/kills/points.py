"""Points of death of an engine, reached for certain: this code runs in the engine's process, before its main.

A point is the n-th durable write of the process (lock, state, history, backup) and how far it has come, or the n-th
call of a provider, which the provider of this folder sees to. What is replaced are functions of `os`, so that the
engine itself knows nothing of it.
"""

import os
import re
import signal
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, Self

CALL_STAGES = ("before", "after")
"""The provider was asked and has done nothing yet; has done it, and nobody heard of it."""
WRITE_STAGES = ("before", "half", "linked", "beside", "renamed", "after")
"""Nothing written; half of it, beside; the backup has a second name only; not renamed; folder not synced; all done."""
_BESIDE = re.compile(r"\.(.+)\.[0-9a-f]{32}\.tmp")


@dataclass(frozen=True)
class Point:
    """Where an engine dies: `kind` is call or write, `number` counts from 1."""

    kind: str
    number: int
    stage: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.number}:{self.stage}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what str() wrote."""
        kind, number, stage = text.split(":")
        return cls(kind, int(number), stage)


def die() -> NoReturn:
    """End this process as the kernel does when memory runs out: nothing is cleaned up."""
    os.kill(os.getpid(), signal.SIGKILL)
    signal.pause()
    raise AssertionError("nobody comes here")


class Deaths:
    """Counts the durable writes of this process and ends it at one of them; `log` gets the name of each file."""

    def __init__(self, point: Point | None, log: Path) -> None:
        self._point = point
        self._log = log
        self._lock = threading.Lock()
        self._count = 0
        self._real: dict[str, Any] = {name: getattr(os, name) for name in ("open", "write", "fsync", "replace")}
        self._files: dict[int, int] = {}
        self._folders: dict[int, int] = {}

    def arm(self) -> None:
        """Put itself between this process and its files."""
        for name in self._real:
            setattr(os, name, getattr(self, f"_{name}"))

    def _here(self, number: int, stage: str) -> bool:
        return self._point == Point("write", number, stage)

    def _die_at(self, number: int, stage: str) -> None:
        if self._here(number, stage):
            die()

    def _open(self, path: Any, flags: int, *args: Any, **options: Any) -> int:
        found = _BESIDE.fullmatch(os.path.basename(os.fspath(path)))  # noqa: PTH119 - bytes and text alike
        if found and flags & os.O_CREAT:
            with self._lock:
                self._count += 1
                number = self._count
            with self._log.open("a") as log:
                log.write(f"{found[1]}\n")
            self._die_at(number, "before")
            descriptor: int = self._real["open"](path, flags, *args, **options)
            self._files[descriptor] = number
            return descriptor
        descriptor = self._real["open"](path, flags, *args, **options)
        if flags & os.O_DIRECTORY:
            self._folders[descriptor] = self._count
        return descriptor

    def _write(self, descriptor: int, data: Any) -> int:
        if self._here(self._files.get(descriptor, 0), "half"):
            self._real["write"](descriptor, bytes(data)[: len(data) // 2])
            die()
        written: int = self._real["write"](descriptor, data)
        return written

    def _replace(self, source: Any, target: Any, **options: Any) -> None:
        number = self._count if _BESIDE.fullmatch(os.path.basename(os.fspath(source))) else 0  # noqa: PTH119
        backup = os.fspath(target).endswith(".bak")
        self._die_at(number, "linked" if backup else "beside")
        self._real["replace"](source, target, **options)
        if not backup:
            self._die_at(number, "renamed")

    def _fsync(self, descriptor: int) -> None:
        self._files.pop(descriptor, None)
        self._real["fsync"](descriptor)
        number = self._folders.pop(descriptor, 0)
        self._die_at(number, "after")
