"""What test stacks of pull requests cost in the sandbox: `up`, `down` with its proof, and a reap of many.

Run it with the project's Python: `.venv/bin/python bench/ephemeral.py [--stacks 20] [--at-once 4]`. It copies the
project to a temporary folder, starts a sandbox there, and prints the machine, seconds, and the highest memory that all
processes of the reap held together. The stacks are whole: the program with dev's values made small.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from machine import machine

HERE = Path(__file__).resolve().parent.parent
UP_GOAL, DOWN_GOAL, REAP_GOAL = 20.0, 15.0, 120.0
"""Seconds."""
PARTS = ("__main__.py", "Pulumi.yaml", "Pulumi.dev.yaml", "infra", "training", "serving")
PAST = "2026-01-01T00:00:00+00:00"


def run(folder: Path, environment: dict[str, str], *words: str) -> float:
    """Run a command quietly and return its seconds; what fails is shown."""
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-m", *words], cwd=folder, env=environment, capture_output=True, text=True)  # noqa: PLW1510
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return time.monotonic() - started


def resident(root: int) -> int:
    """Return the bytes that a process and all below it hold, shared pages divided among their users."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
    total = 0
    for pid in parents:
        above: int | None = pid
        while above is not None and above != root:
            above = parents.get(above)
        if above == root:
            total += proportional(pid)
    return total


def proportional(pid: int) -> int:
    """Return a process's proportional share of memory."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        return 0
    return 0


def reap(folder: Path, environment: dict[str, str], at_once: int) -> tuple[float, list[int], str]:
    """Reap and return seconds, memory a few times a second, and its last line."""
    words = ["slipway", "ephemeral", "reap", "--at-once", str(at_once), "--engine", "embedded"]
    started = time.monotonic()
    running = subprocess.Popen(
        [sys.executable, "-m", *words], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    )
    samples: list[int] = []
    over = threading.Event()

    def sample() -> None:
        while not over.wait(0.25):
            samples.append(resident(running.pid))

    watcher = threading.Thread(target=sample)
    watcher.start()
    said = running.communicate()[0]
    over.set()
    watcher.join()
    return time.monotonic() - started, samples, said.strip().splitlines()[-1]


def mebibytes(samples: list[int]) -> str:
    """Return the highest of the samples."""
    return f"{max(samples, default=0) / 2**20:.0f} MiB"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stacks", type=int, default=20, help="expired stacks (default: 20)")
    parser.add_argument("--at-once", type=int, default=4, help="stacks that reap ends side by side (default: 4)")
    arguments = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name in PARTS:
            copy = shutil.copytree if (HERE / name).is_dir() else shutil.copy
            copy(HERE / name, folder / name)
        (folder / ".venv").symlink_to(sys.prefix, target_is_directory=True)
        sandbox = [sys.executable, "-m", "slipway.sandbox"]
        subprocess.run([*sandbox, "up", "--port", "0"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        try:
            told = subprocess.run([*sandbox, "env", "--json"], cwd=folder, check=True, capture_output=True)
            measure(folder, {**os.environ, **json.loads(told.stdout)}, arguments.stacks, arguments.at_once)
        finally:
            subprocess.run([*sandbox, "down"], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def measure(folder: Path, environment: dict[str, str], stacks: int, at_once: int) -> None:
    """Measure one stack, then the reap of many."""
    ephemeral = ("slipway", "ephemeral")
    engine = ("--engine", "embedded")
    up = run(folder, environment, *ephemeral, "up", "--pr", "1", *engine)
    print(f"up of one small stack            {up:6.1f} s  (goal {UP_GOAL:.0f})")
    down = run(folder, environment, *ephemeral, "down", "--pr", "1", *engine)
    print(f"down with proof                  {down:6.1f} s  (goal {DOWN_GOAL:.0f})")

    def expired(number: int) -> None:
        run(folder, environment, *ephemeral, "up", "--pr", str(number), *engine)
        words = ("stack", "tag", "set", "slipway:expires", PAST, "-s", f"organization/slipway/pr-{number}")
        run(folder, environment, "slipway.engine", *words)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(expired, range(1, stacks + 1)))
    seconds, samples, said = reap(folder, environment, at_once)
    print(f"reap of {stacks:3d} expired, {at_once} at a time {seconds:6.1f} s  (goal {REAP_GOAL:.0f}): {said}")
    third = max(1, len(samples) // 3)
    parts = ", ".join(mebibytes(samples[start : start + third]) for start in (0, third, 2 * third))
    print(
        f"peak memory of the reap          {mebibytes(samples):>10}, all its processes; by thirds of its time: {parts}"
    )


if __name__ == "__main__":
    main()
