"""What a demo run costs: seconds per stage and the peak memory of all its processes together."""

from __future__ import annotations

import json
import os
import platform
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slipway.demo import processes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PERIOD_SECONDS = 0.25


@dataclass
class _Stage:
    name: str
    seconds: float = 0.0
    peak_resident_bytes: int = 0


class Measurements:
    """Samples memory in a thread of its own and writes `measurements.json` at the end.

    `peak_resident_bytes` adds up the processes' resident sets, so pages that they share count more than once;
    `peak_proportional_bytes` (Pss, taken at new peaks) counts them once. Both are 0 where there is no /proc.
    """

    def __init__(self) -> None:
        self.roots = {os.getpid()}
        """Processes whose descendants count: this one, and the sandbox, which is nobody's child."""
        self.seen: set[processes.Identity] = set()
        """Every process that a sample found: what must be gone in the end, whoever its parent is by then."""
        self.peak_resident_bytes = 0
        self.peak_proportional_bytes = 0
        self.stages: list[_Stage] = []
        self._started = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, name="memory", daemon=True)
        self._thread.start()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time one stage."""
        stage = _Stage(name)
        self.stages.append(stage)
        start = time.monotonic()
        try:
            yield
        finally:
            stage.seconds = time.monotonic() - start

    def seconds(self) -> float:
        """Return the seconds since the run began."""
        return time.monotonic() - self._started

    def look(self) -> dict[processes.Identity, int]:
        """Find the run's processes now; return their resident bytes."""
        found = processes.descendants(self.roots)
        self.seen.update(found)
        return found

    def _sample(self) -> None:
        while not self._stop.wait(PERIOD_SECONDS):
            found = self.look()
            resident = sum(found.values())
            if self.stages:
                self.stages[-1].peak_resident_bytes = max(self.stages[-1].peak_resident_bytes, resident)
            if resident > self.peak_resident_bytes:
                self.peak_resident_bytes = resident
                self.peak_proportional_bytes = max(
                    self.peak_proportional_bytes, sum(processes.proportional(pid) for pid, _ in found)
                )

    def write(self, path: Path, **findings: Any) -> None:
        """Stop sampling and write everything down."""
        self._stop.set()
        self._thread.join()
        report = {
            "machine": {"system": platform.platform(), "python": platform.python_version(), "cores": os.cpu_count()},
            "seconds": round(self.seconds(), 3),
            "peak_resident_bytes": self.peak_resident_bytes,
            "peak_proportional_bytes": self.peak_proportional_bytes,
            "stages": [
                {
                    "name": stage.name,
                    "seconds": round(stage.seconds, 3),
                    "peak_resident_bytes": stage.peak_resident_bytes,
                }
                for stage in self.stages
            ],
            **findings,
        }
        path.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
