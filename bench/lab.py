"""Stacks of the lab provider's resources, and what an operation on one costs, with all the processes it starts.

The program, the provider (tests/conformance/lab) and the way of measuring are those with which the real engine was
recorded (recorded_engine.json); see tests/conformance/ORIGIN.md.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).resolve().parent.parent
LAB = PROJECT / "tests/conformance/lab"
PAGE, TICK = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")
SAMPLED_EVERY = 0.05
"""Seconds."""
LIMIT = 900.0
"""Seconds that an operation may take."""

PROGRAM = """
import pulumi
from lab_sdk import Thing

count = pulumi.Config().require_int("count")
chained = pulumi.Config().require_bool("chained")
last = None
for n in range(count):
    thing = Thing(f"thing-{n:04}", value=last.arn if chained and last else f"v{n}", tags={"n": str(n)})
    last = thing
pulumi.export("last", last.arn)
"""
PROJECT_FILE = "name: timing\nruntime: python\nplugins:\n  providers:\n    - name: lab\n      path: ./lab\n"


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one operation took, in seconds and MiB, all its processes together."""

    wall: float
    cpu: float
    memory: float
    """Peak of the sum of resident sets: shared pages count in each process, as they did in the recording."""
    program_cpu: float
    provider_cpu: float


class Watch(threading.Thread):
    """Follows every process that carries a mark in its environment."""

    def __init__(self, mark: str) -> None:
        super().__init__(daemon=True)
        self._needle = f"SLIPWAY_BENCH_MARK={mark}".encode()
        self._over = threading.Event()
        self._mine: dict[tuple[str, str], str] = {}
        self.memory = 0
        self.cpu: dict[tuple[str, str], float] = {}

    def run(self) -> None:
        """Sample until stopped."""
        while not self._over.is_set():
            self._sample()
            self._over.wait(SAMPLED_EVERY)

    def stop(self) -> None:
        """Sample no more."""
        self._over.set()
        self.join()

    def cpu_of(self, word: str) -> float:
        """Return the CPU seconds of the processes whose command line has a word."""
        return sum(seconds for key, seconds in self.cpu.items() if word in self._mine[key])

    def _sample(self) -> None:
        total = 0
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                stat = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                key = (entry.name, stat[19])
                # A fresh child shows its parent's command line until it has become itself, so that is read each time.
                if key not in self._mine and self._needle not in (entry / "environ").read_bytes().split(b"\0"):
                    continue
                line = (entry / "cmdline").read_bytes().decode(errors="replace")
                self._mine[key] = line or self._mine.get(key, "")  # one that has ended has none any more
                total += int((entry / "statm").read_text().split()[1]) * PAGE
                self.cpu[key] = (int(stat[11]) + int(stat[12])) / TICK
            except (OSError, IndexError):
                continue
        self.memory = max(self.memory, total)


@dataclass(kw_only=True)
class LabStack:
    """A new stack of `count` things, independent or each with the ARN of the one before."""

    cli: list[str]
    folder: Path
    environment: dict[str, str]
    count: int
    chained: bool = False
    extra: dict[str, str] = field(default_factory=dict)
    """More environment variables."""

    def run(self, kind: str) -> Cost:
        """Carry out up, preview or destroy and return what it took."""
        words = [*self.cli, kind, "--stack", "dev", "--non-interactive"]
        if kind != "preview":
            words += ["--yes", "--skip-preview"]
        if kind != "destroy":
            words += ["--config", f"count={self.count}", "--config", f"chained={str(self.chained).lower()}"]
        mark = uuid.uuid4().hex
        watch = Watch(mark)
        watch.start()
        before = os.times()
        started = time.monotonic()
        done = subprocess.run(
            words,
            cwd=self.folder,
            env=self.environment | self.extra | {"SLIPWAY_BENCH_MARK": mark},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=LIMIT,
            check=False,
        )
        wall = time.monotonic() - started
        watch.stop()
        after = os.times()
        if done.returncode:
            sys.exit(f"{' '.join(words)}: {done.stderr.decode(errors='replace')[-800:]}")
        waited = after.children_user + after.children_system - before.children_user - before.children_system
        return Cost(
            wall=wall,
            # processes that were ended without being waited for are in the samples only
            cpu=max(waited, sum(watch.cpu.values())),
            memory=watch.memory / 2**20,
            program_cpu=watch.cpu_of("launch.py") + watch.cpu_of("pulumi-language-python-exec"),
            provider_cpu=watch.cpu_of("pulumi-resource-lab"),
        )


@contextmanager
def lab_stack(cli: list[str], count: int, *, chained: bool = False) -> Iterator[LabStack]:
    """Make a stack in a folder of its own, with its state on the local disk; nothing of it is left."""
    with tempfile.TemporaryDirectory(prefix="slipway-bench-") as scratch:
        root = Path(scratch).resolve()
        folder = root / "project"
        (root / "state").mkdir()
        shutil.copytree(LAB, folder / "lab", ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "Pulumi.yaml").write_text(PROJECT_FILE)
        (folder / "__main__.py").write_text(PROGRAM)
        binaries = Path(sys.executable).parent
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("PULUMI_", "LAB_"))}
        # else every process would compile the SDK anew
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        environment |= {
            "PATH": f"{binaries}{os.pathsep}{environment.get('PATH', '')}",
            "PYTHONPATH": os.pathsep.join([str(folder / "lab"), str(PROJECT)]),
            "VIRTUAL_ENV": str(binaries.parent),
            "PULUMI_HOME": str(root / "home"),
            "PULUMI_BACKEND_URL": f"file://{root}/state",
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        }
        words = [*cli, "stack", "init", "dev", "--non-interactive"]
        subprocess.run(words, cwd=folder, env=environment, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        yield LabStack(cli=cli, folder=folder, environment=environment, count=count, chained=chained)


def waiting() -> float:
    """Return how much longer than its CPU time a process takes here now that only computes: 1 on a quiet machine."""
    wall, cpu = time.monotonic(), time.process_time()
    total = 0
    while time.process_time() - cpu < 0.2:
        total += sum(range(1000))
    return (time.monotonic() - wall) / (time.process_time() - cpu)
